import { type Answer, ok, refusal } from '../http/answers.ts';
import type { Call, Route } from '../http/call.ts';
import { at, textAt } from '../json.ts';
import type { Lab } from '../lab.ts';
import { bridgeStatus, bridgeView, customLocationView } from './arc.ts';

const bridgeTable = 'microsoft.resourceconnector/appliances';

/**
 * Resource Graph knows one question: which custom location and Arc resource bridge serve a cluster. It is recognised by its three
 * tables, in whatever words the join is written. A §1.3c
 */
const isBridgeQuery = (query: string): boolean =>
  ['microsoft.extendedlocation/customlocations', 'kubernetesconfigurationresources', bridgeTable].every((table) =>
    query.includes(table),
  );

const wantsRunning = (query: string): boolean => /status['"\])]*\s*(==|=~|in~?\s*\()\s*["']running/.test(query);

/** Columns of the join: those of the custom location, then those of the bridge with `1` behind where both have one. */
const joined = (lab: Lab, status: string): Record<string, unknown> => {
  const { azure } = lab.estate.scenario;
  const bridge = bridgeView(lab, status);
  return {
    ...customLocationView(lab),
    type: 'microsoft.extendedlocation/customlocations',
    tenantId: azure.tenant,
    kind: '',
    resourceGroup: azure.resourceGroup.toLowerCase(),
    subscriptionId: azure.subscription,
    managedBy: '',
    sku: null,
    plan: null,
    tags: null,
    identity: null,
    zones: null,
    extendedLocation: null,
    ClusterId: lab.names.clusterExtension.toUpperCase(),
    CustomLocation: lab.names.customLocation.toUpperCase(),
    resourceBridgeID: lab.names.resourceBridge.toUpperCase(),
    customLocationRegion: azure.customLocationRegion,
    ClusterId1: lab.names.clusterExtension.toUpperCase(),
    id1: bridge.id,
    name1: bridge.name,
    type1: bridgeTable,
    location1: bridge.location,
    properties1: bridge.properties,
    statusOfTheBridge: status,
    resourceBridgeID1: lab.names.resourceBridge.toUpperCase(),
  };
};

/** Where the parenthesis around `from` closes, or the end of the text. */
const closing = (query: string, from: number): number => {
  let depth = 0;
  for (let n = Math.max(0, from); n < query.length; n += 1) {
    if (query[n] === '(') depth += 1;
    if (query[n] === ')' && depth-- === 0) return n;
  }
  return query.length;
};

/** `alias = column` of every extend and project, with the table it stands under: enough for the ways the join is usually written. */
const renamed = (
  query: string,
  row: Record<string, unknown>,
  bridge: Record<string, unknown>,
): Record<string, unknown> => {
  const from = query.toLowerCase().indexOf(bridgeTable);
  const until = closing(query, from);
  const found: Record<string, unknown> = {};
  for (const match of query.matchAll(/(?:extend|project|,)\s*([A-Za-z_]\w*)\s*=\s*([^,|\n]+)/g)) {
    const [, alias = '', expression = ''] = match;
    const underBridge = match.index > from && match.index < until;
    const path = expression.replaceAll(/\b(tostring|toupper|tolower)\b/g, '').replaceAll(/[()'"\s]/g, '');
    const steps = path.replaceAll('[', '.').replaceAll(']', '').split('.');
    const value = at(underBridge ? bridge : row, ...steps) ?? at({ ...row, ...found }, ...steps);
    if (value === undefined || alias in row) continue;
    found[alias] = /toupper/.test(expression) ? String(value).toUpperCase() : value;
  }
  return found;
};

const ask = (call: Call): Answer => {
  const query = textAt(call.body, 'query') ?? '';
  const words = query.toLowerCase();
  if (!isBridgeQuery(words)) {
    return refusal(
      400,
      'BadRequest',
      'The lab holds only the tables of the Arc resource bridge: custom locations, extensions and appliances.',
    );
  }
  const status = bridgeStatus(call.lab);
  const excluded =
    !words.includes(call.lab.names.cluster.toLowerCase()) || (status !== 'Running' && wantsRunning(words));
  const row = joined(call.lab, status);
  const data = excluded ? [] : [{ ...row, ...renamed(query, row, bridgeView(call.lab, status)) }];
  return ok({ totalRecords: data.length, count: data.length, resultTruncated: 'false', facets: [], data });
};

export const resourceGraphRoute: Route = {
  versions: ['2021-03-01', '2022-10-01', '2024-04-01'],
  actions: { resources: ask },
};
