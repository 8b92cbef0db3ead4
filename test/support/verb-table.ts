import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ENDS } from '../../domain/phase.ts';
import { VERBS, type Verb } from '../../domain/verbs.ts';
import { requestLease, setLimits } from '../../workflows/capacity-messages.ts';
import { type Command, command, type MigrationView, view } from '../../workflows/messages.ts';
import type { migration } from '../../workflows/migration.ts';
import { manyVms } from '../bench/many-vms.ts';
import { scriptedOrder } from './order.ts';
import { answerTo, type Handle, refusal, type ScriptedRun, scriptedRun, tell } from './scripted-run.ts';
import { SCENES, type Scene } from './verb-scenes.ts';

/** What became of one verb at one place. */
export interface Cell {
  /** It was legal by the view's own word. */
  readonly legal: boolean;
  /** `done`, or why not. */
  readonly answer: string;
  readonly channel: 'update' | 'signal';
  /** Nothing that the journey waits for was changed by what was refused. */
  readonly same: boolean;
  /** How the journey came to its end afterwards. */
  readonly end: string;
  /** Approvals that were taken, less those on record. */
  readonly lost: number;
  /** Its workflow task was tried again and again. */
  readonly fails: boolean;
}

export interface VerbTable {
  readonly run: ScriptedRun;
  /** Every verb at every scene, by `<scene> <verb>`. */
  readonly fill: () => Promise<ReadonlyMap<string, Cell>>;
}

/** They leave a journey where it is; several may be said, one after the other. */
const GENTLE: readonly Verb[] = ['retry', 'keepSyncing', 'edit', 'pause', 'resume'];
const isGentle = (verb: Verb, { movesOn }: Scene): boolean => GENTLE.includes(verb) && !(movesOn && verb === 'retry');
/** What ends every journey that may be ended early. */
const LAST: Verb = 'cancel';
const AT_ONCE = 6;
const ROOM = { stagingBytes: 2 ** 60, stagingSeats: 10_000 };

interface One {
  readonly scene: Scene;
  readonly id: string;
  readonly handle: Handle;
  approvals: number;
}

const waitingOf = ({ phase, hop, gate, parked, waitingFor }: MigrationView): string =>
  JSON.stringify([phase, hop, gate?.openedAt, parked?.since, waitingFor]);

/** All of them, no more than so many at once. */
const inTurn = async (work: readonly (() => Promise<void>)[]): Promise<void> => {
  const left = [...work];
  const hand = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
};

export const verbTable = (): VerbTable => {
  const meets = new Map<string, Scene['meets']>();
  const run = scriptedRun(
    manyVms((vm, call) => {
      meets.get(vm)?.[call]?.();
    }),
  );

  const look = async (one: One, what: string, wanted: (now: MigrationView) => boolean): Promise<MigrationView> => {
    for (const deadline = Date.now() + 90_000; ; await pause(50)) {
      // A busy server lets a question lapse now and then.
      const now = await one.handle.query(view).catch(() => null);
      if (now && wanted(now)) return now;
      if (Date.now() > deadline)
        throw new Error(
          `${one.scene.name} ${one.id} never came ${what}: ${now?.phase}, ${now?.step}, ${now?.waitingFor}, ${now?.parked?.step}, ${now?.legal}`,
        );
    }
  };
  const ask = (one: One): Promise<MigrationView> => look(one, 'to answer', () => true);
  const approve = async (one: One, { gate }: MigrationView): Promise<void> => {
    if (!gate) return;
    if ((await refusal(tell(one.handle, answerTo(gate, 'approve')))) === 'taken') one.approvals += 1;
  };

  const begin = async (scene: Scene, id: string): Promise<One> => {
    const programme = scene.programme ?? 'table';
    const order = scriptedOrder({ programme, name: id, source: { id, name: id } });
    const { opensIn, abortsIn } = scene.window ?? { opensIn: 0, abortsIn: 0 };
    const opensAt = Date.now() + opensIn;
    const times = { opensAt, abortAt: Date.now() + abortsIn, closesAt: Date.now() + abortsIn + 60_000 };
    const window = { ...times, zone: 'UTC', text: 'of the table', utcText: 'of the table' };
    meets.set(id, scene.meets);
    const handle = await run.env.client.workflow.start<typeof migration>('migration', {
      workflowId: `vm/${id}`,
      taskQueue: 'orchestrator',
      args: [
        {
          ...order,
          hops: order.hops.map((hop) => (hop.n === 1 && scene.window ? { ...hop, window } : hop)),
          policies: { ...order.policies, pollMs: 250, holdMs: scene.holdMs ?? 200 },
        },
      ],
    });
    return { scene, id, handle, approvals: 0 };
  };

  /** To where the scene plays. */
  const arrive = async (one: One): Promise<MigrationView> => {
    const { opens, says, name, isThere } = one.scene;
    for (const gate of opens) {
      const before = one.approvals;
      while (one.approvals === before)
        await approve(one, await look(one, `to ${gate}`, (now) => now.gate?.name === gate));
    }
    if (says) {
      await look(one, 'to a gate', ({ gate }) => gate !== null);
      await one.handle.executeUpdate(command, { args: [{ verb: says, by: 'ops' }] });
      // Writes that would be lost are accepted.
      if (says === 'rollBack' && !one.scene.meets) await look(one, `to ${name}`, isThere);
    }
    return look(one, `to ${name}`, isThere);
  };

  const wordsOf = (verb: Verb, now: MigrationView): Partial<Command> => {
    const ahead = now.orders?.findLast(({ n }) => n >= now.hop) ?? { n: 1 };
    return {
      ...(verb === 'skip' ? { comment: 'as the table says' } : {}),
      ...(verb === 'defer' ? { to: 'b2' } : {}),
      ...(verb === 'edit' || verb === 'editAndRetry' ? { edit: { hops: [{ n: ahead.n, window: null }] } } : {}),
    };
  };

  /** By a signal there is nobody to answer to: what became of it is in the view. */
  const sayBySignal = async (one: One, asked: Command): Promise<string> => {
    await one.handle.signal('command', asked);
    const told = await look(
      one,
      `to hear ${asked.verb}`,
      ({ commands, refused }) =>
        commands.some(({ by }) => by === asked.by) || refused.some(({ what }) => what.endsWith(asked.by)),
    );
    return told.refused.find(({ what }) => what.endsWith(asked.by))?.why ?? 'taken';
  };

  const say = async (one: One, verb: Verb, channel: Cell['channel'], now: MigrationView): Promise<string> => {
    const asked: Command = { verb, by: `${verb} in ${one.scene.name}`, ...wordsOf(verb, now) };
    return channel === 'signal'
      ? sayBySignal(one, asked)
      : refusal(one.handle.executeUpdate(command, { args: [asked] }));
  };

  /** Whatever it takes: what hung is let go, what parks is tried again, gates are opened; who can be ended early is. */
  const finish = async (one: One): Promise<string> => {
    meets.delete(one.id);
    for (;;) {
      const now = await look(
        one,
        'to wait for somebody, or to its end',
        ({ phase, gate, parked, flags, kept, legal }) =>
          ENDS.includes(phase) ||
          gate !== null ||
          parked !== null ||
          !!kept ||
          flags.includes('Paused') ||
          legal.includes('cancel'),
      );
      const order = (verb: Verb) =>
        one.handle.executeUpdate(command, { args: [{ verb, by: 'the end' }] }).catch(() => undefined);
      if (now.flags.includes('Paused') || now.kept) await order('resume');
      else if (now.legal.includes('cancel')) await order('cancel');
      else if (now.parked) await order('retry');
      else if (now.gate) await approve(one, now);
      else return (await one.handle.result()).phase;
    }
  };

  const close = async (one: One, cell: Omit<Cell, 'end' | 'lost' | 'fails'>): Promise<Cell> => {
    const { pendingWorkflowTask } = (await one.handle.describe()).raw;
    const fails = (pendingWorkflowTask?.attempt ?? 0) > 1;
    const end = await finish(one);
    const { decisions } = await ask(one);
    return {
      ...cell,
      end,
      fails,
      lost: one.approvals - decisions.filter(({ decision }) => decision === 'approve').length,
    };
  };

  const fill = async (): Promise<ReadonlyMap<string, Cell>> => {
    const { client } = run.env;
    for (const programme of ['table', 'no-records']) await run.house(programme, ROOM);
    await run.house('full', { ...ROOM, stagingSeats: 1 });
    const line = client.workflow.getHandle('capacity/full');
    await line.executeUpdate(requestLease, { args: [{ holder: 'somebody else', amounts: { stagingSeats: 1 } }] });
    mkdirSync(run.records, { recursive: true });
    const inTheWay = join(run.records, 'no-records');
    writeFileSync(inTheWay, 'a file where the folder belongs');

    const cells = new Map<string, Cell>();
    const held: (() => Promise<void>)[] = [];
    const closing = async (one: One, said: readonly (readonly [Verb, Omit<Cell, 'end' | 'lost' | 'fails'>])[]) => {
      const end = async () => {
        for (const [verb, cell] of said) cells.set(`${one.scene.name} ${verb}`, await close(one, cell));
      };
      // Their end is kept until the line moves, or records can be written.
      if (one.scene.programme) held.push(end);
      else await end();
    };

    const strong: (() => Promise<void>)[] = [];
    const saySeveral = async (scene: Scene, at: number): Promise<void> => {
      const one = await begin(scene, `scene-${at}`);
      const { legal } = await arrive(one);
      const said: [Verb, Omit<Cell, 'end' | 'lost' | 'fails'>][] = [];
      for (const verb of VERBS.filter((each) => !legal.includes(each))) {
        const before = await ask(one);
        const channel = said.length % 2 === 0 ? 'signal' : 'update';
        const answer = await say(one, verb, channel, before);
        const after = await ask(one);
        said.push([
          verb,
          { legal: before.legal.includes(verb), answer, channel, same: waitingOf(before) === waitingOf(after) },
        ]);
      }
      for (const verb of VERBS.filter((each) => legal.includes(each) && isGentle(each, scene))) {
        const before = await ask(one);
        const channel = said.length % 2 === 0 ? 'signal' : 'update';
        said.push([
          verb,
          { legal: before.legal.includes(verb), answer: await say(one, verb, channel, before), channel, same: true },
        ]);
        if (verb === 'keepSyncing' || verb === 'pause')
          await one.handle.executeUpdate(command, { args: [{ verb: 'resume', by: 'ops' }] });
        // What hindered it hinders it still.
        if (verb === 'retry') await look(one, 'to park again', scene.isThere);
      }
      for (const [n, verb] of VERBS.entries())
        if (legal.includes(verb) && verb !== LAST && !isGentle(verb, scene))
          strong.push(() => sayOne(scene, at, verb, n));
      if (legal.includes(LAST)) {
        const before = await ask(one);
        const channel = at % 2 === 0 ? 'signal' : 'update';
        said.push([
          LAST,
          { legal: before.legal.includes(LAST), answer: await say(one, LAST, channel, before), channel, same: true },
        ]);
      }
      await closing(one, said);
    };
    const sayOne = async (scene: Scene, at: number, verb: Verb, n: number): Promise<void> => {
      const one = await begin(scene, `scene-${at}-${n}`);
      const before = await arrive(one);
      const channel = (at + n) % 2 === 0 ? 'signal' : 'update';
      const answer = await say(one, verb, channel, before);
      await closing(one, [[verb, { legal: before.legal.includes(verb), answer, channel, same: true }]]);
    };

    await inTurn(SCENES.map((scene, at) => () => saySeveral(scene, at)));
    await inTurn(strong);
    rmSync(inTheWay);
    await line.signal(setLimits, { ...ROOM });
    await inTurn(held);
    return cells;
  };

  return { run, fill };
};
