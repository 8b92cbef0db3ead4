/** What the server's SQL stores cannot match: they keep such characters, and ask for them in another form. */
const UNASKABLE = /["\\\p{Cc}]/u;

/**
 * `attribute = 'value'` as a visibility query takes it, a quote inside the name staying part of it; none for a name that the server
 * cannot be asked for. Whoever asks compares what comes back himself.
 */
export const clause = (attribute: string, value: string): readonly string[] =>
  UNASKABLE.test(value) ? [] : [`${attribute} = '${value.replaceAll("'", "\\'")}'`];
