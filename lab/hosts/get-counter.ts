import { type CmdletContext, CmdletError, cmdlet, typed } from '../powershell/cmdlet.ts';
import { pause } from '../powershell/wait.ts';
import { computerIn, type Read, read, type Sample } from './counters.ts';
import { machineNamed } from './machine.ts';

/** Get-Counter. Names of counters are those of an English Windows; elsewhere they are translated. Learn: Get-Counter. */

const type = 'Microsoft.PowerShell.Commands.GetCounterCommand';

const SAYS: Readonly<Record<Extract<Read, string>, string>> = {
  noPath: 'Unable to parse the counter path. Check the format or syntax of the specified path.',
  noSet: 'The specified object was not found on the computer.',
  noCounter: 'The specified counter could not be found.',
  noInstance: 'The specified instance is not present.',
};

const failed = (message: string): CmdletError => new CmdletError(message, 'InvalidResult', `CounterApiError,${type}`);

const samplesOf = (ctx: CmdletContext, path: string, computer: string | undefined): readonly Sample[] => {
  const machine = machineNamed(ctx, computerIn(path) ?? computer);
  if (!machine) throw failed('Unable to connect to the specified computer or the computer is offline.');
  const found = read(ctx.estate, machine, path);
  if (typeof found === 'string') throw failed(SAYS[found]);
  return found;
};

const sampleSet = (ctx: CmdletContext, samples: readonly Sample[]): object => {
  const at = new Date(ctx.estate.now());
  return typed('PerformanceCounterSampleSet', {
    Timestamp: at,
    Readings: samples.map(({ path, value }) => `${path} :\n${value}\n`).join('\n'),
    CounterSamples: samples.map(({ path, instance, value }) =>
      typed('PerformanceCounterSample', {
        Path: path,
        InstanceName: instance,
        CookedValue: value,
        Timestamp: at,
        Status: 0,
      }),
    ),
  });
};

const ORDINARY = ['\\Processor(_Total)\\% Processor Time', '\\Memory\\% Committed Bytes In Use'];

/** A sample takes its interval: rates are the difference of two readings. */
export const getCounter = cmdlet(
  {
    type,
    syntax: ['[-Counter <string[]>] [-SampleInterval <int>] [-MaxSamples <long>] [-ComputerName|Cn <string[]>]'],
  },
  async (ctx, { Counter, SampleInterval, MaxSamples, ComputerName }) => {
    const paths = (Counter ?? ORDINARY) as readonly string[];
    const computers = (ComputerName ?? [undefined]) as readonly (string | undefined)[];
    const sample = (): readonly Sample[] =>
      computers.flatMap((computer) => paths.flatMap((path) => samplesOf(ctx, path, computer)));
    sample();
    const sets: object[] = [];
    for (let n = 0; n < Number(MaxSamples ?? 1); n += 1) {
      await pause(ctx.estate, Number(SampleInterval ?? 1) * 1000);
      sets.push(sampleSet(ctx, sample()));
    }
    return sets;
  },
);
