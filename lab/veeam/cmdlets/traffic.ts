import { randomUUID } from 'node:crypto';
import { type CmdletTable, Prompt, typed } from '../../powershell/cmdlet.ts';
import type { ThrottlingUnit, TrafficRule } from '../records.ts';
import { valuesOf } from '../tables.ts';
import { fits, idsOf, isAmong, type Parameters, veeamCmdlet } from './veeam-cmdlet.ts';

const ruleObject = (rule: TrafficRule): object =>
  typed('VBRNetworkTrafficRule', {
    Id: rule.id,
    Name: rule.name,
    SourceIPStart: rule.sourceIPStart,
    SourceIPEnd: rule.sourceIPEnd,
    TargetIPStart: rule.targetIPStart,
    TargetIPEnd: rule.targetIPEnd,
    EncryptionEnabled: rule.encryptionEnabled,
    ThrottlingEnabled: rule.throttlingEnabled,
    RestoreThrottlingAllowed: rule.restoreThrottlingAllowed,
    ThrottlingUnit: rule.throttlingUnit,
    ThrottlingValue: rule.throttlingValue,
    ThrottlingWindowEnabled: false,
  });

const text = (value: unknown, was: string): string => (value === undefined ? was : String(value));
const flag = (value: unknown, was: boolean): boolean => (value === undefined ? was : value === true);

const edited = (rule: TrafficRule, given: Parameters): TrafficRule => ({
  id: rule.id,
  name: text(given.Name, rule.name),
  sourceIPStart: text(given.SourceIPStart, rule.sourceIPStart),
  sourceIPEnd: text(given.SourceIPEnd, rule.sourceIPEnd),
  targetIPStart: text(given.TargetIPStart, rule.targetIPStart),
  targetIPEnd: text(given.TargetIPEnd, rule.targetIPEnd),
  encryptionEnabled: flag(given.EnableEncryption, rule.encryptionEnabled),
  throttlingEnabled: flag(given.EnableThrottling, rule.throttlingEnabled),
  throttlingUnit: (given.ThrottlingUnit as ThrottlingUnit | undefined) ?? rule.throttlingUnit,
  throttlingValue: Number(given.ThrottlingValue ?? rule.throttlingValue),
  restoreThrottlingAllowed: flag(given.AllowRestoreThrottling, rule.restoreThrottlingAllowed),
});

const blank = (id: string): TrafficRule => ({
  id,
  name: '',
  sourceIPStart: '',
  sourceIPEnd: '',
  targetIPStart: '',
  targetIPEnd: '',
  encryptionEnabled: false,
  throttlingEnabled: false,
  throttlingUnit: 'MbitPerSec',
  throttlingValue: 1,
  restoreThrottlingAllowed: false,
});

const limits =
  '[-EnableEncryption] [-EnableThrottling] [-AllowRestoreThrottling] [-ThrottlingUnit {MbitPerSec|MbytePerSec|KbytePerSec}] [-ThrottlingValue <int>]';

/** Names need not be unique. V §4.1 */
const add = veeamCmdlet(
  'Add-VBRNetworkTrafficRule',
  {
    syntax: [
      `-Name <string> -SourceIPStart <string> -SourceIPEnd <string> -TargetIPStart <string> -TargetIPEnd <string> ${limits}`,
    ],
  },
  (given, { veeam }) => {
    const rule = edited(blank(randomUUID()), given);
    veeam.rules.put(rule.id, rule);
    return [ruleObject(rule)];
  },
);

const get = veeamCmdlet(
  'Get-VBRNetworkTrafficRule',
  { syntax: ['[-Name <string[]>]', '[-Id <guid[]>]'] },
  ({ Name, Id }, { veeam }) =>
    valuesOf(veeam.rules)
      .filter((rule) => fits(Name, rule.name) && isAmong(Id, rule.id))
      .map(ruleObject),
);

const set = veeamCmdlet(
  'Set-VBRNetworkTrafficRule',
  {
    syntax: [
      `-Rule <VBRNetworkTrafficRule> [-Name <string>] [-SourceIPStart <string>] [-SourceIPEnd <string>] [-TargetIPStart <string>] [-TargetIPEnd <string>] ${limits}`,
    ],
  },
  (given, { veeam }) =>
    idsOf(given.Rule).flatMap((id) => {
      const known = veeam.rules.get(id);
      if (!known) return [];
      const rule = edited(known, given);
      veeam.rules.put(id, rule);
      return [ruleObject(rule)];
    }),
);

const remove = veeamCmdlet(
  'Remove-VBRNetworkTrafficRule',
  { syntax: ['-Rule <VBRNetworkTrafficRule[]> [-Confirm]'] },
  ({ Rule, Confirm }, { veeam, type }) => {
    if (Confirm !== false) throw new Prompt(type);
    for (const id of idsOf(Rule)) veeam.rules.delete(id);
    return [];
  },
);

export const trafficCmdlets: CmdletTable = {
  'Add-VBRNetworkTrafficRule': add,
  'Get-VBRNetworkTrafficRule': get,
  'Set-VBRNetworkTrafficRule': set,
  'Remove-VBRNetworkTrafficRule': remove,
};
