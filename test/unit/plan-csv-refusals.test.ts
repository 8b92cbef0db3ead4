import {
  docsExample,
  type Example,
  readWritten,
  refusalsOf,
  refusesWhereItStands,
  type WrongInput,
  wrongIn,
} from './plan-example.ts';

const WEB1 = '0:vSwitch-Stage/vlan=20/keep,,csv1,0:lnet-app/keep';
const DB = '0:lnet-db/10.1.30.11/24/gw=10.1.30.1/dns=10.0.0.10,10.0.0.11';
const WEB2_ROW = /e41d77aa[^\n]*/;

const csv = wrongIn('csv');

const WRONG_ROSTERS: readonly WrongInput[] = [
  csv(
    'an unknown column',
    'outage_budget',
    '‸outage_buget',
    '"outage_buget" is not a column',
    'Did you mean "outage_budget"?',
  ),
  csv('a column twice', ',smoke\n', ',‸Owner\n', 'Column "Owner" stands twice', 'Delete one'),
  csv('a column without a name', ',smoke\n', ',‸\n', 'A column without a name', 'Name it'),
  csv('a column of a hop that no path has', ',smoke\n', ',‸hop3.name\n', 'no path has 3 hops', 'plan.yaml'),
  csv('a missing column', /^id,name,batch,group,owner/, '‸id,name,batch,group,os', 'Missing: owner', 'first line'),
  csv('neither id nor name', /^id,name/, '‸os,group2', 'Neither column "id" nor column "name"', 'at least one'),
  csv('a row with a cell too few', /(7c9f.*)main,(8,.*)/, '$1$2‸', 'The row has 14 cells, the header 15', 'quotes'),
  csv('a quote that is never closed', `"${DB}"`, `‸"${DB}`, 'is never closed', 'quote'),
  csv('a quote in mid-cell', WEB1, `‸0:vSwitch"-Stage,,csv1,0:lnet-app/keep`, 'A quote stands in the middle', 'quotes'),
  csv('an empty owner', 'db,team-orders', 'db,‸', 'owner is empty', 'Fill it in'),
  csv('an unknown batch', 'web-01,wave-01', 'web-01,‸wave-1', 'plan.yaml has no "wave-1"', 'Did you mean "wave-01"?'),
  csv('an unknown path', 'main,8', '‸mian,8', 'plan.yaml has no "mian"', 'Did you mean "main"?'),
  csv(
    'a path named like a thing of the language',
    'main,8',
    '‸constructor,8',
    'plan.yaml has no "constructor"',
    'Known paths: main',
  ),
  csv(
    'an id that is none',
    '7c9f0d52-3c1e-4b7a-9f0e-2a6d5b8c1e44',
    '‸7c9f0d52',
    '"7c9f0d52" is not a VM id',
    'Copy the id',
  ),
  csv(
    'an id twice',
    'e41d77aa-5b0c-4f39-b1d6-90c2f3e8a7b5',
    '‸0B6A1F38-92D4-4C0E-8E55-6F1C7D2A9B10',
    'stands in line 3 already',
    'Delete one',
  ),
  csv(
    'a name twice without ids',
    WEB2_ROW,
    ',‸web-01,wave-01,web,t,main,4,8 GB,none,web-09,csv1,none,,,',
    'not both rows have an id',
    'Give the id of each',
  ),
  csv(
    'neither id nor name in a row',
    'e41d77aa-5b0c-4f39-b1d6-90c2f3e8a7b5,web_02',
    ',‸',
    'neither id nor name',
    'at least one',
  ),
  csv(
    'no name to land under',
    '0b6a1f38-92d4-4c0e-8e55-6f1c7d2a9b10,web-01,wave-01,web,team-orders,main,4,8192,0:vSwitch-Stage/vlan=20/keep,',
    '0b6a1f38-92d4-4c0e-8e55-6f1c7d2a9b10,,wave-01,web,team-orders,main,4,8192,0:vSwitch-Stage/vlan=20/keep,‸',
    'hop2.name is empty',
    'display name',
  ),
  csv('CPUs that are no number', 'main,8,', 'main,‸8x,', '"8x" is not a number of virtual CPUs', 'whole number'),
  csv('more CPUs than can land', 'main,8,', 'main,‸480,', 'hop2.cpus: 480 are more', 'at most 240'),
  csv('memory that is no size', '32 GB', '‸32 gigs', '"32 gigs" is not a whole number of megabytes', '8 GB'),
  csv(
    'a name illegal on Azure Local',
    'web-02',
    '‸web_02',
    'On azure-local the name "web_02" may hold only',
    'hop2.name',
  ),
  csv('a name that Azure reserves', 'web-02', '‸my-windows-box', 'may not contain WINDOWS', 'hop2.name'),
  csv('a display name illegal at its end', 'web-01', '‸web_01', 'the name "web_01" may hold only', 'hop2.name'),
  csv(
    'a name taken on the target',
    /web-01(,wave-01[\s\S]*)web-02/,
    '‸web-01$1WEB-01',
    'already given in line 4',
    'hop2.name',
  ),
  csv(
    'an unknown logical network',
    '0:lnet-app/keep,,,https',
    '‸0:lnet-ap/keep,,,https',
    'no logical network "lnet-ap"',
    'Did you mean "lnet-app"?',
  ),
  csv(
    'a VLAN where the network decides',
    '0:lnet-app/keep,,,https',
    '‸0:lnet-app/vlan=5/keep,,,https',
    'the logical network decides the VLAN',
    'Take vlan=5 out',
  ),
  csv(
    'a VLAN out of range',
    WEB1,
    `‸0:vSwitch-Stage/vlan=5000/keep,,csv1,0:lnet-app/keep`,
    '"5000" is not a VLAN',
    'Correct it',
  ),
  csv(
    'an adapter that is none',
    WEB1,
    `‸vSwitch-Stage/keep,,csv1,0:lnet-app/keep`,
    'is not an adapter',
    '0:vSwitch-Prod',
  ),
  csv(
    'an adapter twice',
    '0:vSwitch-Stage/vlan=20/keep; 1:',
    '‸0:vSwitch-Stage/vlan=20/keep; 0:',
    'Adapter 0 is given twice',
    'from 0',
  ),
  csv('an address that is none', `"${DB}"`, `‸"${DB.replace('30.11', '30.311')}"`, 'is not an IPv4 address', 'Correct'),
  csv('an address without a prefix', `"${DB}"`, `‸"${DB.replace('/24', '')}"`, 'has no prefix', '10.1.2.3/24'),
  csv(
    'a gateway in another network',
    `"${DB}"`,
    `‸"${DB.replace('gw=10.1.30.1', 'gw=10.1.31.1')}"`,
    'gateway 10.1.31.1 is not in 10.1.30.11/24',
    'Correct',
  ),
  csv(
    'the address of the network itself',
    `"${DB}"`,
    `‸"${DB.replace('30.11', '30.0')}"`,
    'network or broadcast',
    'Correct',
  ),
  csv('a DNS server that is none', `"${DB}"`, `‸"${DB.replace('10.0.0.11', 'dns1')}"`, 'DNS server "dns1"', 'Correct'),
  csv(
    'an unknown word at an adapter',
    `"${DB}"`,
    `‸"${DB.replace('gw=', 'gateway=')}"`,
    '"gateway=" is not known here',
    'gw=',
  ),
  csv(
    'an address given twice',
    /0:lnet-app\/keep; 1:lnet-db\/dhcp/,
    '‸0:lnet-app/keep; 1:lnet-db/10.1.30.11/24',
    '10.1.30.11 on lnet-db is given in line 2 too',
    'of its own',
  ),
  csv('no adapters at all', ',,csv1,0:lnet-app/keep,,,https', ',,csv1,‸,,,https', 'hop2.nics is empty', 'Fill it in'),
  csv('an unknown storage path', 'keep,,csv1,"', 'keep,,‸csv9,"', 'has no storage path "csv9"', 'csv1'),
  csv('no storage path where there are two', 'keep,,csv1,"', 'keep,,‸,"', 'more than one place to land', 'Name one'),
  csv(
    'a disk on an unknown storage path',
    '1:csv2',
    '‸1:csv3',
    'disk 1: azure-local@azl01 has no storage path "csv3"',
    'Did you mean',
  ),
  csv('a disk without a number', '1:csv2', '‸csv2', '"csv2" is not a disk', '0:fast'),
  csv('a budget that is no duration', ',2h,', ',‸2 hours,', '"2 hours" is not a duration', '14d'),
  csv('a smoke test that is none', 'tcp://10.1.30.11:1433', '‸ping 10.1.30.11', 'is not a smoke test', 'tcp://'),
  csv('a group that is no name', 'wave-01,db,', 'wave-01,‸d b,', '"d b" is not a name here', 'letters'),
  csv('a header and nothing else', /^(.*\n)[\s\S]*/, '‸$1', 'No VM is in the file', 'Add a row'),
];

/** The same columns with others in the place of the last: for cells that the example does not have. */
const OTHER_COLUMNS: readonly (readonly [column: string, cell: string, says: string, fix: string])[] = [
  ['serve_while_mounted', 'maybe', 'is neither yes nor no', 'Write yes or no'],
  ['hop1.generation', '3', '"3" is not a generation', '1 or 2'],
  ['hop2.power', 'sleeping', 'is neither on nor off', 'on or off'],
  ['os', 'beos', 'is not an OS family', 'windows or linux'],
  ['hop1.storage', 'D:\\Restored', 'is not in a storage path of hyper-v@stage01', 'C:\\ClusterStorage\\Volume1'],
  ['hop1.storage', 'C:\\ClusterStorage\\Volume1\\..\\..\\Windows', 'is not in a storage path', 'Volume1'],
  ['hop1.storage', 'C:\\ClusterStorage\\Volume10', 'is not in a storage path', 'Volume1'],
  ['hop1.name', 'what?', 'cannot have', 'hop1.name'],
  ['hop1.name', 'x'.repeat(101), '101 characters', 'hop1.name'],
];

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});

refusesWhereItStands(() => example, WRONG_ROSTERS);

test.each(OTHER_COLUMNS)('csv: %s "%s" is refused where it stands', async (column, cell, says, fix) => {
  const [header = '', first = '', ...rest] = example.csv.trimEnd().split('\n');
  const lines = [`${header},${column}`, `${first},${cell}`, ...rest.map((line) => `${line},`)];
  const refusals = refusalsOf(await readWritten({ ...example, csv: lines.join('\n') }));
  expect(refusals).toContainEqual({
    file: 'vms.csv',
    line: 2,
    column: first.length + 2,
    severity: 'error',
    message: expect.stringContaining(says),
    fix: expect.stringContaining(fix),
  });
});
