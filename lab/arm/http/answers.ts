/** What a handler answers; headers as sent. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 200,
  body,
  headers,
});

/** ARM's error envelope. A §1.6 */
export const refusal = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  body: { error: { code, message } },
  headers: { 'x-ms-failure-cause': status >= 500 ? 'service' : 'gateway', ...headers },
});

export const notFound = (id: string): Answer => {
  const [, namespace = '', ...rest] =
    id
      .split(/\/providers\//i)
      .at(-1)
      ?.match(/^([^/]+)\/(.*)$/) ?? [];
  return refusal(
    404,
    'ResourceNotFound',
    `The Resource '${namespace}/${rest[0] ?? id}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
};

export const badRequest = (message: string): Answer => refusal(400, 'BadRequest', message);

export const list = (value: readonly unknown[]): Answer => ok({ value });
