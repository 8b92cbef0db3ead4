const MOST = 100;

/** What came by a signal, as text for people. It may be any JSON: even an object whose own `toString` is no function. */
export const typed = (came: unknown): string => {
  const text = typeof came === 'string' ? came : (JSON.stringify(came) ?? 'nothing');
  return text.length <= MOST ? text : `${text.slice(0, MOST)} …`;
};
