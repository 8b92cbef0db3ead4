import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CmdletCall } from '../../activities/contracts/cmdlets.ts';
import { catalogueOf } from '../../workers/powershell/catalogue.ts';
import { createCmdletRunner, type RunnerSettings } from '../../workers/powershell/runner.ts';

/** Programs that speak the wire of `pwsh -Command -` and misbehave on request. */
export interface Shells {
  readonly dir: string;
  /** `body` is the inside of an async function of `payload`, `answer(envelope)`, `args`, `dir` and `echo`, run when the command arrives. */
  readonly make: (body: string) => Promise<string>;
  readonly read: (name: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

const program = (dir: string, body: string): string => `#!${process.execPath}
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const dir = ${JSON.stringify(dir)};
const args = process.argv.slice(2);
const echo = (line) => {
  const asked = /^\\[Console\\]::(Error|Out)\\.WriteLine\\("(.*)"\\)$/.exec(line);
  if (asked) (asked[1] === 'Error' ? process.stderr : process.stdout).write(asked[2] + '\\n');
};
const run = async (line) => {
  const payload = JSON.parse(Buffer.from(/'([A-Za-z0-9+/=]*)'$/.exec(line)[1], 'base64').toString('utf8'));
  const answer = (envelope) => new Promise((resolve) => process.stdout.write(
    '<<TRANSHIP:' + payload.nonce + '>>' + JSON.stringify({ version: 1, host: { psVersion: '7.4.6' }, ...envelope }) + '<<END:' + payload.nonce + '>>\\n', resolve));
  const good = (objects = []) => answer({ ok: true, results: payload.calls.map(({ id }) => ({ id, objects, error: null })) });
  ${body}
};
const lines = require('node:readline').createInterface({ input: process.stdin });
(async () => {
  for await (const line of lines) {
    if (line.startsWith('& ')) await run(line);
    else echo(line);
  }
  process.exit(0);
})();
`;

export const shells = async (): Promise<Shells> => {
  const dir = await mkdtemp(join(tmpdir(), 'shells-'));
  let made = 0;
  return {
    dir,
    make: async (body) => {
      made += 1;
      const file = join(dir, `pwsh-${made}`);
      await writeFile(file, program(dir, body));
      await chmod(file, 0o755);
      return file;
    },
    read: (name) => readFile(join(dir, name), 'utf8'),
    end: () => rm(dir, { recursive: true, force: true }),
  };
};

export const sampleCatalogue = catalogueOf([
  { cmdlet: 'Get-VM', module: 'Hyper-V', parameters: ['Id', 'Name'], mutates: false, source: 'MS:get-vm' },
  { cmdlet: 'Set-VM', module: 'Hyper-V', parameters: ['VM', 'Notes'], mutates: true, source: 'MS:set-vm' },
  {
    cmdlet: 'Connect-VBRServer',
    module: 'Veeam.Backup.PowerShell',
    parameters: ['Server', 'Password', 'Credential'],
    mutates: false,
    source: 'DP:connect-vbrserver',
  },
  {
    cmdlet: 'Invoke-Command',
    module: 'Microsoft.PowerShell.Core',
    parameters: ['ScriptBlock', 'ArgumentList'],
    mutates: true,
    source: 'MS:invoke-command',
  },
  {
    cmdlet: 'Remove-Item',
    module: 'Microsoft.PowerShell.Management',
    parameters: ['LiteralPath', 'Force'],
    mutates: true,
    source: 'MS:remove-item',
    patterns: { LiteralPath: '[^*?]+\\.vhdx' },
  },
]);

export const runnerOf = (
  executable: string,
  more: Partial<RunnerSettings> = {},
): ReturnType<typeof createCmdletRunner> =>
  createCmdletRunner({
    executable,
    entryScript: "/opt/it's here/run-cmdlets.ps1",
    catalogue: sampleCatalogue,
    scripts: { 'inspect.ps1': 'Get-Service' },
    resolveSecret: (ref) => `value of ${ref}`,
    timeoutMs: 20_000,
    ...more,
  });

export const getVm = (name = 'web-01'): readonly CmdletCall[] => [
  { id: 'vm', cmdlet: 'Get-VM', parameters: { Name: name }, select: ['Id'] },
];

export const until = async (holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> => {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('the condition did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
