import { CmdletError, typed } from './cmdlet.ts';
import { copyWith } from './copies.ts';
import { matching, property } from './properties.ts';

/** One list of calls as the runner's script receives it. */
export interface Payload {
  readonly version: number;
  readonly nonce: string;
  readonly calls: readonly Call[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

export interface Call {
  readonly id: string;
  readonly cmdlet: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly select: readonly string[];
  readonly mayFail?: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCall = (value: unknown): value is Call =>
  isRecord(value) &&
  typeof value.id === 'string' &&
  typeof value.cmdlet === 'string' &&
  isRecord(value.parameters) &&
  Array.isArray(value.select);

/** The payload, or null when it is not one of ours. */
export const payloadOf = (value: unknown): Payload | null => {
  if (!isRecord(value) || value.version !== 1 || typeof value.nonce !== 'string') return null;
  const calls = value.calls;
  if (!Array.isArray(calls) || !calls.every(isCall)) return null;
  return {
    version: 1,
    nonce: value.nonce,
    calls,
    secrets: (value.secrets ?? {}) as Record<string, string>,
    scripts: (value.scripts ?? {}) as Record<string, string>,
  };
};

const unknown = (what: string): never => {
  throw new CmdletError(`The list refers to ${what}, which it does not hold.`, 'InvalidData', 'UnknownReference', true);
};

/** The runner's own refusal, before the cmdlet is asked. */
const empty = (id: string): never => {
  throw new CmdletError(`The reference to ${id} names no object.`, 'InvalidArgument', 'TranshipReferenceEmpty');
};

/** One object is itself, as in a PowerShell assignment. */
const unrolled = (objects: readonly unknown[]): unknown => (objects.length > 1 ? objects : objects[0]);

/** Turns `$ref`, `$copy`, `$secret`, `$credential` and `$script` into what a cmdlet receives. */
export const resolver =
  (payload: Payload, outputs: ReadonlyMap<string, readonly unknown[]>) =>
  (value: unknown): unknown => {
    const secret = (name: unknown): string => payload.secrets[String(name)] ?? unknown(`secret ${String(name)}`);

    const reference = ({ $ref, where, property: path }: Record<string, unknown>): unknown => {
      const objects = outputs.get(String($ref)) ?? unknown(`call ${String($ref)}`);
      const kept = matching(objects, isRecord(where) ? where : {});
      const taken = typeof path === 'string' ? kept.flatMap((object) => property(object, path) ?? []) : kept;
      return taken.length > 0 ? unrolled(taken) : empty(String($ref));
    };

    const credential = (given: unknown): unknown => {
      const { user, password } = isRecord(given) ? given : {};
      return typed('PSCredential', {
        user: String(user),
        password: secret(isRecord(password) ? password.$secret : undefined),
      });
    };

    const resolve = (one: unknown): unknown => {
      if (Array.isArray(one)) return one.flatMap((member) => resolve(member) ?? []);
      if (!isRecord(one)) return one;
      if ('$ref' in one) return reference(one);
      if ('$copy' in one) return copyWith(resolve(one.$copy), isRecord(one.with) ? one.with : {});
      if ('$secret' in one) return typed('SecureString', { secret: secret(one.$secret) });
      if ('$credential' in one) return credential(one.$credential);
      if ('$script' in one) {
        const script = String(one.$script);
        return typed('ScriptBlock', { script, text: payload.scripts[script] ?? unknown(`script ${script}`) });
      }
      return unknown(`a value of a kind it does not know (${Object.keys(one).join(', ')})`);
    };
    return resolve(value);
  };
