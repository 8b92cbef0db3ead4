import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { CmdletCall, CmdletResult } from '../../activities/contracts/cmdlets.ts';
import { CmdletFailed } from '../../activities/contracts/cmdlets.ts';
import { catalogueOf } from '../../workers/powershell/catalogue.ts';
import { createCmdletRunner } from '../../workers/powershell/runner.ts';

/** A real PowerShell, where this machine has one. */
const found = ['pwsh', 'powershell'].find((name) => {
  try {
    execFileSync(name, ['-NoLogo', '-NoProfile', '-Command', 'exit 0'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

if (!found)
  process.stderr.write(
    'SKIPPED: no pwsh on this machine; run-cmdlets.ps1 was parsed, not run (test/unit/powershell-envelope.test.ts)\n',
  );

const core = (cmdlet: string, parameters: readonly string[], mutates = false) => ({
  cmdlet,
  module: 'Microsoft.PowerShell.Utility',
  parameters,
  mutates,
  source: 'MS:utility',
});

const run = createCmdletRunner({
  executable: found ?? 'pwsh',
  entryScript: join(process.cwd(), 'workers/powershell/run-cmdlets.ps1'),
  catalogue: catalogueOf([
    core('Write-Output', ['InputObject', 'NoEnumerate']),
    core('Write-Warning', ['Message']),
    core('Write-Error', ['Message', 'ErrorId', 'Category']),
    core('Write-Host', ['Object']),
    core('ConvertFrom-Json', ['InputObject']),
    core('New-TimeSpan', ['Minutes']),
    core('Get-Date', ['Date']),
    core('Select-Object', ['InputObject', 'First']),
    core('Invoke-Command', ['ScriptBlock', 'ArgumentList'], true),
    core('Get-Item', ['LiteralPath']),
  ]),
  scripts: {
    'say.ps1': "param($a) [pscustomobject]@{ said = $a; kinds = @('one') }",
    'secret.ps1': 'param($a) $a.GetType().Name',
  },
  resolveSecret: () => 's3cret value',
  timeoutMs: 50_000,
});

const one = (
  cmdlet: string,
  parameters: CmdletCall['parameters'],
  select: readonly string[] = ['$value'],
  more: Partial<CmdletCall> = {},
): CmdletCall => ({ id: 'it', cmdlet, parameters, select, ...more });
const valuesOf = async (call: CmdletCall): Promise<unknown> =>
  (await run([call])).get('it')?.objects.map((object) => object.$value);

(found ? describe : describe.skip)('the one script on a real PowerShell', () => {
  test.each([
    ["'; exit 1; '"],
    ['$(exit 1)'],
    ['line\nbreak'],
    ['日本語 ü 🚢'],
    ['\\ " \u0007'],
    ['2026-03-01T20:00:00Z'],
  ])('%j comes back as it went', async (text) => {
    expect(await valuesOf(one('Write-Output', { InputObject: text }))).toEqual([text]);
  });

  test('numbers, truth, null and lists keep their kind', async () => {
    expect(await valuesOf(one('Write-Output', { InputObject: [1, 2.5, true, 'x'] }))).toEqual([1, 2.5, true, 'x']);
    expect(await valuesOf(one('Write-Output', { InputObject: ['only'], NoEnumerate: true }))).toEqual([['only']]);
  });

  test('enums, dates and spans are text; a list of one stays a list; what is not there is null', async () => {
    const results = await run([
      one('Get-Date', { Date: '2026-03-01T20:00:00Z' }, ['DayOfWeek', 'Nothing.At.All'], { id: 'date' }),
      one('New-TimeSpan', { Minutes: 5 }, ['$value', 'TotalSeconds'], { id: 'span' }),
      one('ConvertFrom-Json', { InputObject: '{"a":[1],"b":{"c":"d"}}' }, ['a', 'b.c', 'b'], { id: 'json' }),
    ]);
    expect(results.get('date')?.objects[0]).toMatchObject({
      DayOfWeek: expect.stringMatching(/day$/),
      'Nothing.At.All': null,
    });
    expect(results.get('span')?.objects).toEqual([{ $value: '00:05:00', TotalSeconds: 300 }]);
    expect(results.get('json')?.objects).toEqual([{ a: [1], 'b.c': 'd', b: { c: 'd' } }]);
  });

  test('a reference takes the objects of an earlier call that fit, or one property of them', async () => {
    const results = await run([
      one('ConvertFrom-Json', { InputObject: '[{"Id":"A","n":1},{"Id":"b","n":2}]' }, [], { id: 'raw' }),
      one('Write-Output', { InputObject: { $ref: 'raw' } }, ['n'], { id: 'all' }),
      one('Select-Object', { InputObject: { $ref: 'raw', where: { Id: 'a' } } }, ['n'], { id: 'one' }),
      one('Write-Output', { InputObject: { $ref: 'raw', where: { n: 2 }, property: 'Id' } }, ['$value'], {
        id: 'part',
      }),
      one('Write-Output', { InputObject: { $ref: 'raw', where: { Id: 'none' } } }, [], { id: 'none', mayFail: true }),
    ]);
    const rows = (id: string): CmdletResult['objects'] => results.get(id)?.objects ?? [];
    expect([rows('one'), rows('part')]).toEqual([[{ n: 1 }], [{ $value: 'b' }]]);
    expect(results.get('none')?.error?.fullyQualifiedErrorId).toMatch(/^TranshipReferenceEmpty/);
  });

  test('an error ends the list with its category and identifier; warnings and words to the host do not', async () => {
    const thrown = await run([
      one('Write-Warning', { Message: 'noise' }, [], { id: 'w' }),
      one('Write-Host', { Object: 'noise' }, [], { id: 'h' }),
      one('Get-Item', { LiteralPath: '/not/there' }, [], { id: 'missing' }),
      one('Write-Output', { InputObject: 'never' }, ['$value'], { id: 'never' }),
    ]).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(CmdletFailed);
    expect(thrown).toMatchObject({
      call: { id: 'missing' },
      error: { category: 'ObjectNotFound', fullyQualifiedErrorId: expect.stringMatching(/^PathNotFound/) },
    });
    expect([...(thrown as CmdletFailed).results.keys()]).toEqual(['w', 'h']);
  });

  test('an error of a call that may fail is told, and the list goes on', async () => {
    const results = await run([
      one('Write-Error', { Message: 'no', ErrorId: 'Own', Category: 'ResourceBusy' }, [], { id: 'no', mayFail: true }),
      one('Write-Output', { InputObject: 'on' }, ['$value'], { id: 'on' }),
    ]);
    expect(results.get('no')?.error).toMatchObject({
      category: 'ResourceBusy',
      fullyQualifiedErrorId: expect.stringMatching(/^Own/),
    });
    expect(results.get('on')?.objects).toEqual([{ $value: 'on' }]);
  });

  test('a script is run with what it is given, a secret is no plain object of the answer', async () => {
    expect(
      (
        await run([
          one('Invoke-Command', { ScriptBlock: { $script: 'say.ps1' }, ArgumentList: ["it's"] }, ['said', 'kinds']),
        ])
      ).get('it')?.objects,
    ).toEqual([{ said: "it's", kinds: ['one'] }]);
    const credential = { $credential: { user: 'op', password: { $secret: 'env:PW' } } };
    expect(
      await valuesOf(one('Invoke-Command', { ScriptBlock: { $script: 'secret.ps1' }, ArgumentList: [credential] })),
    ).toEqual(['PSCredential']);
    expect(await valuesOf(one('Write-Output', { InputObject: credential }))).toEqual([null]);
  });
});

if (!found) test('no PowerShell is here to run the one script on; said so on standard error', () => undefined);
