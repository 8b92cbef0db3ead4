import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { platform } from 'node:os';
import { PowerShell, type PowerShellOptions } from 'node-powershell';
import { RunnerFailed } from '../../activities/contracts/cmdlets.ts';
import { marks } from './envelope.ts';
import { killTree, MARK } from './process-tree.ts';

/** The library lets NODE_POWERSHELL and a few names overrule the executable; ours is the configured one, always. V §6.2 no. 16 */
class Launcher extends PowerShell {
  protected override setExecutable({ executable }: PowerShellOptions): string {
    return executable ?? 'pwsh';
  }
}

export interface Launch {
  readonly executable: string;
  readonly line: string;
  readonly nonce: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly maxAnswerChars: number;
  /** How a text of the process may be quoted; null where it may hold secrets. */
  readonly quote: ((text: string) => string) | null;
}

const nothing = (): void => undefined;

const isProcess = (value: unknown): value is ChildProcess =>
  typeof value === 'object' && value !== null && 'pid' in value;

const start = (executable: string, mark: string): { readonly shell: Launcher; readonly child: ChildProcess } => {
  const shell = new Launcher({
    executable,
    executableOptions: {
      '-NoProfile': true,
      '-NonInteractive': true,
      ...(platform() === 'win32' ? { '-ExecutionPolicy': 'RemoteSigned' } : {}),
    },
    spawnOptions: { windowsHide: true, env: { ...process.env, [MARK]: mark } },
    throwOnInvocationError: false,
  });
  // Under DEBUG the library would print the command, and the command holds the payload.
  Reflect.set(shell, 'debuggers', { comment: nothing, command: nothing, output: nothing });
  // Its own promise of the end rejects on its own, which would end this process. V §6.2 no. 12
  const ended: unknown = Reflect.get(shell, 'exitPromise');
  if (ended instanceof Promise) ended.catch(nothing);
  const child: unknown = Reflect.get(shell, 'process');
  if (!isProcess(child))
    throw new RunnerFailed('notStarted', 'this version of node-powershell hides its process; nothing was run');
  return { shell, child };
};

/** The library has its own marks written to standard error, too: a line of sixteen letters and digits each. */
const withoutMarks = (noise: string): string => noise.replaceAll(/^[0-9A-Za-z]{16}\r?$/gm, '').trim();

const QUOTED = 300;
const DRAIN_MS = 1_000;

/**
 * Starts one PowerShell, sends the one line, and returns the text of the envelope. The answer is read from the child's own standard
 * output: what the library says of success, errors and time-outs is not listened to. V §6.2, §6.3
 */
export const launch = async (order: Launch): Promise<string> => {
  if (order.signal?.aborted)
    throw new RunnerFailed('cancelled', 'cancelled before PowerShell was started; nothing was run');
  const mark = randomBytes(12).toString('hex');
  const { shell, child } = start(order.executable, mark);
  const { open, close } = marks(order.nonce);
  let heard = '';
  let noise = '';
  let watchdog: NodeJS.Timeout | undefined;
  let draining: NodeJS.Timeout | undefined;
  let onAbort: () => void = nothing;

  const answer = new Promise<string>((resolve, reject) => {
    const fail = (kind: RunnerFailed['kind'], message: string): void => reject(new RunnerFailed(kind, message));
    const told = (): string => {
      const said = withoutMarks(noise);
      if (said === '') return '';
      return order.quote
        ? `; it said: ${order.quote(said).slice(-QUOTED)}`
        : '; it wrote to standard error, which is not quoted because secrets were handed over';
    };

    const hear = (text: string): void => {
      const from = Math.max(0, heard.length - close.length);
      heard += text;
      const end = heard.indexOf(close, from);
      const begin = end < 0 ? -1 : heard.indexOf(open);
      if (begin >= 0 && begin < end) resolve(heard.slice(begin + open.length, end));
      else if (heard.length > order.maxAnswerChars)
        fail('noEnvelope', `PowerShell answered more than ${order.maxAnswerChars} characters; what it did is unknown`);
    };

    shell.streams.stdout.on('data', (text: unknown) => hear(String(text)));
    shell.streams.stderr.on('data', (text: unknown) => {
      noise = (noise + String(text)).slice(-8 * QUOTED);
    });
    // The library pauses a stream when it takes its own reader off; a paused stream would block the child.
    for (const stream of [shell.streams.stdout, shell.streams.stderr]) stream.on('pause', () => stream.resume());
    shell.streams.stdin.on('error', nothing);

    child.on('error', (error) => {
      if (child.pid === undefined)
        fail('notStarted', `${order.executable} cannot be started: ${error.message}; nothing was run`);
    });
    const ended = (code: number | null, by: NodeJS.Signals | null): void =>
      fail(
        'noEnvelope',
        `PowerShell ended (${by ?? `code ${code}`}) without an answer; what it did is unknown${told()}`,
      );
    // 'close' comes after the last byte of both streams; it does not come while a grandchild holds one of them.
    child.on('close', ended);
    child.on('exit', (code, by) => {
      draining = setTimeout(() => ended(code, by), DRAIN_MS).unref();
    });

    // The library settles when its closing marks arrive, which come after the envelope, or when the process ends, which is told above.
    const ran = (): void => {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
        fail('noEnvelope', `PowerShell ran our line and gave no answer; what it did is unknown${told()}`);
    };
    void shell.invoke(order.line).then(ran, ran);

    watchdog = setTimeout(
      () =>
        fail(
          'timedOut',
          `PowerShell gave no answer within ${order.timeoutMs} ms and was ended; what it did is unknown`,
        ),
      order.timeoutMs,
    );
    onAbort = () => fail('cancelled', 'PowerShell was ended because the step was cancelled; what it did is unknown');
    order.signal?.addEventListener('abort', onAbort, { once: true });
  });

  try {
    const text = await answer;
    await farewell(shell, child, mark);
    return text;
  } catch (failure) {
    await killTree(child.pid, mark);
    throw failure;
  } finally {
    clearTimeout(watchdog);
    clearTimeout(draining);
    order.signal?.removeEventListener('abort', onAbort);
  }
};

const FAREWELL_MS = 2_000;

/** The list has been answered: an end of input lets the shell go; what has not gone by then is ended. */
const farewell = async (shell: Launcher, child: ChildProcess, mark: string): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
  let patience: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    patience = setTimeout(() => resolve(false), FAREWELL_MS);
  });
  shell.streams.stdin.end();
  const left = await Promise.race([gone, tooLong]);
  clearTimeout(patience);
  if (!left) await killTree(child.pid, mark);
};
