/** The operation token: `vm/hop/verb/round`, written where the product keeps text, looked for before every mutation. */

export interface Operation {
  /** The source platform's id of the VM: the same through the whole journey. */
  readonly vm: string;
  readonly hop: number;
  readonly verb: string;
  readonly round: number;
}

const PREFIX = 'tranship:';

export const tokenOf = (o: Operation): string => `${PREFIX}${o.vm}/${o.hop}/${o.verb}/${o.round}`;

/** The token of an object's text, or null where none of ours is in it. */
export const readToken = (text: string | null | undefined): Operation | null => {
  const match = /tranship:([^\s/]+)\/(\d+)\/((?:hook|undo)-[\w.-]+|[a-zA-Z]+)\/(\d+)/.exec(text ?? '');
  return match?.[1] && match[3]
    ? { vm: match[1], hop: Number(match[2]), verb: match[3], round: Number(match[4]) }
    : null;
};

/** Whether a text carries a token of ours for this VM, whatever the verb and round. */
export const isOurs = (text: string | null | undefined, vm: string): boolean => readToken(text)?.vm === vm;
