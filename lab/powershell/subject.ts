const first = (value: unknown): unknown => [value].flat()[0];

const isObject = (value: unknown): value is { VMId?: unknown; Id?: unknown; HostName?: unknown } =>
  typeof value === 'object' && value !== null && ('VMId' in value || 'Id' in value || 'HostName' in value);

/** What a call is about, as far as its parameters tell: the id of the VM or object it is given, else an id or name. */
export const subjectOf = (parameters: Readonly<Record<string, unknown>>): string | undefined => {
  const object = Object.values(parameters).map(first).find(isObject);
  const named = ['VMId', 'Id', 'VMName', 'Name', 'Path', 'LiteralPath'].map((name) => first(parameters[name]));
  const subject = object?.VMId ?? object?.Id ?? object?.HostName ?? named.find((value) => value !== undefined);
  return subject === undefined || subject === null ? undefined : String(subject);
};
