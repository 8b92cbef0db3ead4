import dns from '../../activities/dns/cmdlets.json' with { type: 'json' };
import hyperV from '../../activities/hyper-v/cmdlets.json' with { type: 'json' };
import veeam from '../../activities/veeam/cmdlets.json' with { type: 'json' };

/** What a hook may call on a queue, as the driver's own catalogue has it. */
export interface KnownCmdlet {
  readonly cmdlet: string;
  readonly parameters: readonly string[];
  readonly patterns?: Readonly<Record<string, string>>;
}

/** Products whose agents run cmdlets for hooks. */
export const CATALOGUES: Readonly<Record<string, readonly KnownCmdlet[]>> = {
  dns: dns as readonly KnownCmdlet[],
  'hyper-v': hyperV as readonly KnownCmdlet[],
  veeam: veeam as readonly KnownCmdlet[],
};

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const knownCmdlet = (product: string, cmdlet: string): KnownCmdlet | undefined =>
  CATALOGUES[product]?.find((entry) => same(entry.cmdlet, cmdlet));

export const hasParameter = (entry: KnownCmdlet, name: string): boolean =>
  entry.parameters.some((parameter) => same(parameter, name));
