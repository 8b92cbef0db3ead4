import type { Login } from '../../domain/estate.ts';
import type { CmdletRunner } from '../contracts/cmdlets.ts';

/** Through the Hyper-V host by VM id, or over the network by address. */
export type Remote = { readonly vm: string } | { readonly address: string };

export interface RemoteScript {
  readonly name: string;
  /** Base64 of UTF-8 JSON: the only argument. */
  readonly argument: string;
  readonly timeoutMs: number;
}

const target = (remote: Remote) =>
  'vm' in remote ? { VMId: remote.vm } : { ComputerName: remote.address, UseSSL: true };

/** Runs one of our scripts inside a Windows guest and returns what it wrote. PowerShell Direct needs a running VM and no network. */
export const overPowerShell = async (
  run: CmdletRunner,
  login: Login,
  remote: Remote,
  script: RemoteScript,
): Promise<string> => {
  const results = await run(
    [
      {
        id: 'inside',
        cmdlet: 'Invoke-Command',
        parameters: {
          ...target(remote),
          Credential: { $credential: { user: login.user, password: { $secret: login.password } } },
          ScriptBlock: { $script: script.name },
          ArgumentList: [script.argument],
        },
        select: ['$value'],
      },
    ],
    { timeoutMs: script.timeoutMs },
  );
  return (results.get('inside')?.objects ?? []).map((object) => String(object.$value ?? '')).join('\n');
};
