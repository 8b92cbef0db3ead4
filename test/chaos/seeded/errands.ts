import { type BatchHandle, resumeWave, stopWave, viewBatch } from '../../../client/batches.ts';
import { commandMigration, type MigrationHandle } from '../../../client/operations.ts';
import type { BatchEdit } from '../../../domain/batch-edit.ts';
import type { GateName } from '../../../domain/gate-policy.ts';
import type { JourneyEdit } from '../../../domain/journey-edit.ts';
import type { LandingNic } from '../../../domain/landing.ts';
import type { Window } from '../../../domain/window.ts';
import type { TrialEstate } from '../../../tools/estate/estate.ts';
import { editBatch } from '../../../workflows/batch-messages.ts';
import type { MigrationView } from '../../../workflows/messages.ts';
import { soon } from './again.ts';
import { OPERATOR } from './desk-names.ts';
import type { BatchErrand, Errand, MixPlan } from './mix-plan.ts';
import type { MixBook } from './mixed.ts';

const HOUR_MS = 3_600_000;
const BY = { zone: 'UTC', utcText: 'as the seed says' };

/** Open by then, and for as long as a seed can last. */
const windowOf = (text: string, opensInMs: number): Window => {
  const opensAt = Date.now() + opensInMs;
  return { ...BY, text, opensAt, abortAt: opensAt + HOUR_MS, closesAt: opensAt + 2 * HOUR_MS };
};

type Readdress = Errand & { does: 'address' };

const addressed = (nics: readonly LandingNic[], { nic, address }: Readdress): readonly LandingNic[] =>
  nics.map((each) => (each.source === nic ? { ...each, address } : each));

const hasAddress = (nics: readonly LandingNic[], { nic, address: { ip } }: Readdress): boolean =>
  nics.some(({ source, address }) => source === nic && typeof address === 'object' && address.ip === ip);

/** A hop that an address is edited for: the last one. */
const LAST = 2;

export interface ErrandDesk {
  /** Something is still to be done to one of these before this gate is opened. */
  readonly isPending: (vms: readonly string[], gate: GateName, hop: number) => boolean;
  /** One look at a VM. True while its gate is to wait. */
  readonly attend: (handle: MigrationHandle, view: MigrationView) => Promise<boolean>;
  /** One look at the batch. */
  readonly attendBatch: (handle: BatchHandle) => Promise<void>;
}

/** `due`: to do, `begun`: it is paused or held until then, ms, `over`. */
type Standing = 'due' | 'over' | { readonly until: number };

interface At {
  readonly handle: MigrationHandle;
  readonly view: MigrationView;
}

/** Somebody who changes what is under way: each errand once, asked again until it is taken. */
export const errandDesk = (
  trial: TrialEstate,
  { errands, batchErrands }: MixPlan,
  batch: BatchHandle | null,
  { note }: MixBook,
): ErrandDesk => {
  const standings = new Map<Errand | BatchErrand, Standing>();
  const startedAt = Date.now();
  const standing = (errand: Errand | BatchErrand): Standing => standings.get(errand) ?? 'due';
  const isOf = (errand: Errand, gate: GateName, hop: number): boolean => errand.gate === gate && errand.hop === hop;
  const over = (errand: Errand | BatchErrand): false => {
    standings.set(errand, 'over');
    return false;
  };

  const command = (
    { handle }: At,
    verb: 'edit' | 'pause' | 'resume' | 'keepSyncing',
    words: { comment: string; edit?: JourneyEdit },
  ) => soon(trial, () => commandMigration(handle, verb, OPERATOR, words));

  const editingBatch = (to: BatchHandle, edits: readonly BatchEdit[]) =>
    soon(trial, async () => {
      const { edition: seen = '' } = await viewBatch(to);
      return to.executeUpdate(editBatch, { args: [{ by: OPERATOR, seen, edits }] });
    });

  const edit = async (at: At, errand: Errand & { does: 'window' | 'address' }): Promise<boolean> => {
    const { view } = at;
    const n = errand.does === 'address' ? LAST : errand.hop;
    const order = view.orders?.find((each) => each.n === n);
    const isDone =
      errand.does === 'address' ? order && hasAddress(order.landing.nics, errand) : order?.window?.text === errand.id;
    if (isDone) {
      note(errand.does === 'window' ? 'window of a VM' : batch ? 'address by its batch' : 'address of a VM');
      return over(errand);
    }
    if (!order || !view.legal.includes('edit')) return true;
    const change =
      errand.does === 'address'
        ? { n, landing: { nics: addressed(order.landing.nics, errand) } }
        : { n, window: windowOf(errand.id, errand.opensInMs) };
    const words = { comment: errand.id, edit: { hops: [change] } };
    if (batch) await editingBatch(batch, [{ kind: 'journey', id: at.handle.workflowId, edit: words.edit }]);
    else await command(at, 'edit', words);
    return true;
  };

  const hold = async (at: At, errand: Errand & { does: 'pause' | 'keepSyncing' }): Promise<boolean> => {
    const { view } = at;
    if (!view.legal.includes(errand.does)) return over(errand);
    if ((await command(at, errand.does, { comment: errand.id })) === null) return true;
    note(errand.does === 'pause' ? 'pause' : 'keep syncing');
    standings.set(errand, { until: Date.now() + errand.forMs });
    return true;
  };

  const takeOut = async ({ handle }: At): Promise<boolean> => {
    const taken = batch && (await editingBatch(batch, [{ kind: 'remove', id: handle.workflowId }]));
    if (taken) note('taken out of its batch');
    return true;
  };

  const letGo = async (at: At, errand: Errand, until: number): Promise<void> => {
    if (Date.now() < until) return;
    if (!at.view.legal.includes('resume')) over(errand);
    else if ((await command(at, 'resume', { comment: errand.id })) !== null) over(errand);
  };

  const doBatch = async (handle: BatchHandle, errand: BatchErrand, until: number | null): Promise<void> => {
    const view = await soon(trial, () => viewBatch(handle));
    if (!view) return;
    if (view.isOver) {
      over(errand);
    } else if (errand.does === 'batchWindow') {
      const window = windowOf('as the seed says', -60_000);
      const windows = view.windows.map((before, n) =>
        view.members.some((m) => Math.max(m.through, m.landed) <= n) ? window : before,
      );
      if (windows.every((each) => each !== window)) over(errand);
      else if (await editingBatch(handle, [{ kind: 'window', windows }])) {
        note('window of a batch');
        over(errand);
      }
    } else if (until === null) {
      const { members, forMs } = errand;
      if (
        (await soon(
          trial,
          async () => (await stopWave(handle, OPERATOR, 'the seed', undefined, { members })) ?? true,
        )) === null
      )
        return;
      note('pause of a batch');
      standings.set(errand, { until: Date.now() + forMs });
    } else if (Date.now() >= until) {
      const { members } = errand;
      const done = await soon(trial, async () => (await resumeWave(handle, OPERATOR, undefined, { members })) ?? true);
      if (done !== null || view.stopped === null) over(errand);
    }
  };

  return {
    isPending: (vms, gate, hop) =>
      errands.some((one) => vms.includes(one.vm) && isOf(one, gate, hop) && standing(one) === 'due'),
    attend: async (handle, view) => {
      const at = { handle, view };
      let waits = false;
      for (const errand of errands) {
        if (errand.vm !== view.vm.id) continue;
        const stands = standing(errand);
        if (typeof stands === 'object') await letGo(at, errand, stands.until);
        if (stands !== 'due' || !view.gate || !isOf(errand, view.gate.name, view.gate.hop)) continue;
        if (errand.does === 'window' || errand.does === 'address') waits = (await edit(at, errand)) || waits;
        else if (errand.does === 'remove') waits = await takeOut(at);
        else waits = (await hold(at, errand)) || waits;
      }
      return waits;
    },
    attendBatch: async (handle) => {
      for (const errand of batchErrands) {
        const stands = standing(errand);
        if (stands === 'over' || Date.now() - startedAt < errand.afterMs) continue;
        await doBatch(handle, errand, typeof stands === 'object' ? stands.until : null);
      }
    },
  };
};
