import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { VmDescription } from '../../domain/vm.ts';
import { type LabWish, startLab } from './lab-process.ts';
import { type SecondHop, secondHop } from './second-hop.ts';
import { stageFirst } from './staged.ts';

/** A second hop that waits for its cut-over. */
export interface Protected extends SecondHop {
  readonly item: string;
  readonly predecessor: VmDescription;
}

/** A lab whose staged VM is protected, ended; each `begin` is a lab of its own that goes on from there and is the caller's to stop. */
export interface ProtectedLab {
  begin(): Promise<Protected>;
  stop(): Promise<void>;
}

const copy = (from: string, to: string): void => {
  const done = spawnSync('cp', ['-a', '--sparse=always', `${from}/.`, to], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  // Every lab listens on ports of its own.
  rmSync(join(to, 'endpoints.json'));
};

export const protectedLab = async (wish: Pick<LabWish, 'scenario' | 'change'>): Promise<ProtectedLab> => {
  const first = await startLab({ ...wish, beforehand: stageFirst() });
  const hop = await secondHop(first);
  await hop.initialise().done();
  const predecessor = await hop.hyperV('describe').done();
  const { item } = await hop.mover('protect', { predecessor }).done();
  await hop.mover('synchronise', { item, round: 0, after: null, final: false }).done();
  await first.kill();

  return {
    begin: async () => {
      const lab = await startLab({ ...wish, beforehand: (_, dir) => copy(first.dir, dir) });
      return { ...(await secondHop(lab)), item, predecessor };
    },
    stop: () => first.stop(),
  };
};
