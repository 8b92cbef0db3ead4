import { fingerprintOf, type OpenGate } from '../domain/gate.ts';
import type { GateName } from '../domain/gate-policy.ts';
import type { Listed } from '../domain/listed.ts';
import { each } from '../workers/each.ts';
import { listMigrations } from '../workers/listing.ts';
import type { MigrationView } from '../workflows/messages.ts';
import { decideGate, type GateAnswer, handleOf, viewMigration } from './operations.ts';
import type { Reached } from './temporal.ts';

/** Questions and answers under way at once: of one migration each, so no workflow has more than one. */
const AT_ONCE = 50;

/** A VM whose own gate waits for people. */
export interface WaitingGate {
  readonly id: string;
  readonly listed: Listed;
  readonly gate: OpenGate;
  readonly view: MigrationView;
}

export interface WaitingFilter {
  readonly batch?: string;
  readonly gate?: GateName;
  /** Names or ids; all that wait when absent. */
  readonly vms?: readonly string[];
}

/** The migrations of these names or ids; one that is not there, or that several bear, is refused in words. */
const named = (running: readonly Listed[], vms: readonly string[]): readonly Listed[] =>
  [...new Set(vms)].map((vm) => {
    const fits = running.filter((one) => one.id === vm || one.name === vm);
    const [only] = fits;
    if (!only) throw new Error(`No running migration of ${vm}.\n    \`tranship status\` lists them.`);
    if (fits.length > 1)
      throw new Error(`${vm} is the name of several VMs. Use the id: ${fits.map(({ id }) => id).join(', ')}`);
    return only;
  });

const asks = ({ waitingFor }: Listed): boolean => waitingFor?.startsWith('a decision') ?? false;

/** Gates of VMs that are decided on by themselves, in the order of batch, group and name. One list, and one question to each. */
export const waitingGates = async (
  reached: Reached,
  { batch, gate, vms }: WaitingFilter,
): Promise<readonly WaitingGate[]> => {
  const running = await listMigrations(reached.client, 'running', batch === undefined ? {} : { batch });
  const meant = vms ? named(running, vms) : running.filter(asks);
  const seen = await each(
    meant,
    async (listed) => ({
      listed,
      view: await reached.ask(() => viewMigration(handleOf(reached.client, listed.workflowId))),
    }),
    AT_ONCE,
  );
  return seen.flatMap(({ listed, view }) => {
    const { gate: open } = view;
    const fits = open && open.together === undefined && (gate === undefined || open.name === gate);
    if (fits) return [{ id: listed.workflowId, listed, gate: open, view }];
    if (vms)
      throw new Error(
        `${listed.name} waits at no gate of its own${gate ? ` ${gate}` : ''}: ${view.waitingFor ?? view.phase}.`,
      );
    return [];
  });
};

/** 16 hex digits over all that is shown of a list: another VM, another opening or other evidence gives others. */
export const fingerprintOfAll = (gates: readonly WaitingGate[]): string =>
  fingerprintOf(
    Object.fromEntries(
      gates.map(({ id, gate: { name, hop, round, fingerprint, openedAt } }) => [
        id,
        { name, hop, round, fingerprint, openedAt },
      ]),
    ),
  );

export interface Answered {
  readonly id: string;
  readonly name: string;
  readonly gate: GateName;
  readonly hop: number;
  /** Why it was not taken, or null. */
  readonly refused: string | null;
  /** How far it brought the gate, where one approval is not enough. */
  readonly tally: { readonly have: number; readonly of: number } | null;
}

/** Answers each for what was seen of it; what one refuses does not keep the others. */
export const answerAll = (
  reached: Reached,
  gates: readonly WaitingGate[],
  answer: Omit<GateAnswer, 'openedAt'>,
): Promise<readonly Answered[]> =>
  each(
    gates,
    async ({ id, listed, gate }) => {
      const told = { id, name: listed.name, gate: gate.name, hop: gate.hop };
      try {
        const decided = await reached.ask(() =>
          decideGate(handleOf(reached.client, id), gate, { ...answer, openedAt: gate.openedAt }),
        );
        return { ...told, refused: null, tally: decided.tally ?? null };
      } catch (error) {
        const { cause, message } = error as Error;
        return { ...told, refused: cause instanceof Error ? cause.message : message, tally: null };
      }
    },
    AT_ONCE,
  );
