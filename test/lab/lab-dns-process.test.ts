import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabProcess, startLab } from '../support/lab-process.ts';

let lab: LabProcess;
beforeAll(async () => {
  lab = await startLab({ scenario: ['one', '--speed', '60', '--dns'] });
}, 60_000);
afterAll(() => lab.stop());

/** What the launcher of the DNS server prints for one list. */
const shell = (calls: readonly object[]): Promise<string> => {
  const script = join(lab.folder, 'run-cmdlets.ps1');
  writeFileSync(script, '# never read by the stand-in');
  const payload = { version: 1, nonce: 'c0ffee', calls, secrets: {}, scripts: {} };
  const child = spawn(lab.endpoints.pwsh.dns01 ?? '', ['-NoLogo', '-NonInteractive', '-NoExit', '-Command', '-']);
  return new Promise((resolve, reject) => {
    let out = '';
    child.on('error', reject);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (/<<END:c0ffee>>\n/.test(out)) child.stdin.end();
    });
    child.on('exit', () => resolve(out));
    child.stdin.write(`& '${script}' '${Buffer.from(JSON.stringify(payload)).toString('base64')}'\n`);
  });
};

const get = (select: string) => ({
  id: 'a',
  cmdlet: 'Get-DnsServerResourceRecord',
  parameters: { ZoneName: 'lab.example', Name: 'web-01', RRType: 'A' },
  select: [select],
});

test('the lab has a launcher for its DNS server, and what it changed survives a power cut', async () => {
  const address = 'RecordData.IPv4Address';
  const answer = await shell([
    get(address),
    {
      id: 'b',
      cmdlet: 'Add-DnsServerResourceRecordA',
      parameters: { ZoneName: 'lab.example', Name: 'web-01', IPv4Address: '10.10.210.21' },
      select: [],
    },
    {
      id: 'c',
      cmdlet: 'Remove-DnsServerResourceRecord',
      parameters: { ZoneName: 'lab.example', InputObject: { $ref: 'a' }, Force: true },
      select: [],
    },
  ]);
  expect(answer).toContain('"ok":true');
  expect(answer).toContain(`{"${address}":"10.10.110.21"}`);

  await lab.restart();
  expect(await shell([get(address)])).toContain(`"objects":[{"${address}":"10.10.210.21"}]`);
  expect(lab.events('dns.changed', { by: 'scenario', type: 'A' })).toHaveLength(1);
}, 60_000);
