import { randomBytes } from 'node:crypto';
import { type CmdletCall, type CmdletRunner, RunnerFailed } from '../../activities/contracts/cmdlets.ts';
import type { SecretRef } from '../../domain/estate.ts';
import { admit, scriptsOf, secretsOf } from './admission.ts';
import type { Catalogue } from './catalogue.ts';
import { commandLine, encode, envelopeIn, open, type Payload } from './envelope.ts';
import { launch } from './launch.ts';
import { scrubber } from './scrub.ts';

export interface RunnerSettings {
  /** Program to start: `pwsh`, `powershell`, or a path. */
  readonly executable: string;
  /** Absolute path of run-cmdlets.ps1 on this machine. */
  readonly entryScript: string;
  /** What may be called; anything else is refused before a process is started. */
  readonly catalogue: Catalogue;
  /** Texts of our guest scripts by file name. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly resolveSecret: (ref: SecretRef) => string | Promise<string>;
  /** Milliseconds a list gets where a call does not say otherwise. */
  readonly timeoutMs: number;
  /** Hears each list and its envelope as they were, secrets in the answer and all; never the secrets that were handed over. */
  readonly heard?: (exchange: HeardList) => void;
  /** Most characters of an answer; 64 million where not given. */
  readonly maxAnswerChars?: number;
}

/** `answered` is the envelope; null where there was none, and `failed` says which way the process ended. */
export interface HeardList {
  readonly asked: { readonly calls: readonly CmdletCall[] };
  readonly answered: unknown;
  readonly failed: string | null;
  readonly tookMs: number;
}

const MAX_ANSWER_CHARS = 64 * 1024 * 1024;

const resolved = async (
  refs: readonly SecretRef[],
  settings: RunnerSettings,
): Promise<Readonly<Record<string, string>>> => {
  const pairs = refs.map(async (ref): Promise<[string, string]> => {
    try {
      return [ref, await settings.resolveSecret(ref)];
    } catch {
      // The resolver's own message may quote what it found.
      throw new RunnerFailed('refused', `the secret ${ref} cannot be resolved on this machine`);
    }
  });
  return Object.fromEntries(await Promise.all(pairs));
};

const scriptTexts = (calls: readonly CmdletCall[], settings: RunnerSettings): Readonly<Record<string, string>> =>
  Object.fromEntries(scriptsOf(calls).map((name) => [name, settings.scripts[name] ?? '']));

const allowedFor = (calls: readonly CmdletCall[], catalogue: Catalogue): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(calls.map(({ cmdlet }) => [cmdlet, catalogue.entry(cmdlet)?.parameters ?? []]));

/**
 * Runs lists of cmdlet calls, one process a list. Values travel as data on standard input, never as code and never on a command line.
 * Throws `CmdletFailed` where a cmdlet said no and `RunnerFailed` where there is no answer. V §6.3
 */
export const createCmdletRunner = (settings: RunnerSettings): CmdletRunner => {
  const scriptNames = new Set(Object.keys(settings.scripts));
  return async (calls, options = {}) => {
    admit(calls, settings.catalogue, scriptNames);
    const secrets = await resolved(secretsOf(calls), settings);
    const payload: Payload = {
      nonce: randomBytes(16).toString('hex'),
      calls,
      secrets,
      scripts: scriptTexts(calls, settings),
      allowed: allowedFor(calls, settings.catalogue),
    };
    const values = Object.values(secrets);
    const scrub = scrubber(values, encode(payload));

    const began = performance.now();
    const say = (answered: unknown, failed: string | null): void =>
      settings.heard?.({ asked: { calls }, answered, failed, tookMs: performance.now() - began });

    const text = await launch({
      executable: settings.executable,
      line: commandLine(settings.entryScript, payload),
      nonce: payload.nonce,
      timeoutMs: options.timeoutMs ?? settings.timeoutMs,
      signal: options.signal,
      maxAnswerChars: settings.maxAnswerChars ?? MAX_ANSWER_CHARS,
      quote: values.length === 0 ? scrub : null,
    }).catch((error: unknown) => {
      say(null, error instanceof RunnerFailed ? error.kind : 'unknown');
      throw error;
    });
    if (settings.heard) say(envelopeIn(text), null);
    return open(text, calls, values, scrub);
  };
};
