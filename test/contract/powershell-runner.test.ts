import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CmdletCall, CmdletFailed, RunnerFailed } from '../../activities/contracts/cmdlets.ts';
import { getVm, runnerOf, type Shells, shells, until } from './powershell-shells.ts';

let bench: Shells;
beforeAll(async () => {
  bench = await shells();
});
afterAll(async () => {
  await bench.end();
});

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

const kindOf = (thrown: unknown): string => (thrown instanceof RunnerFailed ? thrown.kind : String(thrown));

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const HANGS = `fs.writeFileSync(dir + '/NAME.self', String(process.pid));
  const child = spawn('/bin/sh', ['-c', 'sleep 600 & echo $! > ' + dir + '/NAME.grandchild; wait'], { stdio: 'ignore' });
  await new Promise(() => undefined);`;

/** The process, and a grandchild of it whose parent may die first. */
const hanging = async (
  name: string,
): Promise<{ readonly executable: string; readonly pids: () => Promise<readonly number[]> }> => ({
  executable: await bench.make(HANGS.replaceAll('NAME', name)),
  pids: async () => {
    await until(() => existsSync(join(bench.dir, `${name}.grandchild`)) && existsSync(join(bench.dir, `${name}.self`)));
    const read = async (file: string): Promise<number> => Number((await bench.read(file)).trim());
    await until(async () => (await read(`${name}.grandchild`)) > 0);
    return [await read(`${name}.self`), await read(`${name}.grandchild`)];
  },
});

const NASTY = [
  `'; Stop-Computer; '`,
  `"; Stop-Computer; "`,
  '$(Stop-Computer)',
  '`$env:X',
  '$env:PATH',
  '@{a=1}',
  'C:\\vm;x=1',
  'https://h:9419/a,b',
  'first\nsecond',
  'first\r\nsecond',
  '& whoami',
  '| Remove-VM',
  '{',
  '}',
  "''",
  '""',
  '-Force',
  '--%',
  '#',
  '<<END:0>>',
  '\u0000',
  '日本語 ü 🚢',
  '\\',
  '%PATH%',
  '',
];

describe('what arrives is what was sent', () => {
  test('strings made to break out arrive unchanged in every parameter, in lists and as ids', async () => {
    const executable = await bench.make(
      `fs.writeFileSync(dir + '/nasty.json', JSON.stringify({ line, payload })); await good();`,
    );
    const calls: CmdletCall[] = NASTY.map((text, n) => ({
      id: `${n} ${text}`,
      cmdlet: 'Get-VM',
      parameters: { Id: text, Name: [text, text] },
      select: [text],
    }));

    const results = await runnerOf(executable)(calls);

    const { line, payload } = JSON.parse(await bench.read('nasty.json')) as {
      line: string;
      payload: { calls: unknown };
    };
    expect(payload.calls).toEqual(calls);
    expect([...results.keys()]).toEqual(calls.map(({ id }) => id));
    expect(line).toMatch(/^& '\/opt\/it''s here\/run-cmdlets\.ps1' '[A-Za-z0-9+/=]+'$/);
  });

  test('booleans, numbers and null keep their kind', async () => {
    const executable = await bench.make(
      `fs.writeFileSync(dir + '/kinds.json', JSON.stringify(payload)); await good();`,
    );
    const parameters = { Name: [true, false, 7, 1.5, null, 'x'] };
    await runnerOf(executable)([{ id: 'a', cmdlet: 'Get-VM', parameters, select: [] }]);
    expect(
      (JSON.parse(await bench.read('kinds.json')) as { calls: [{ parameters: unknown }] }).calls[0].parameters,
    ).toEqual(parameters);
  });

  test('only the scripts a list names are handed over', async () => {
    const executable = await bench.make(
      `fs.writeFileSync(dir + '/scripts.json', JSON.stringify(payload.scripts)); await good();`,
    );
    const run = runnerOf(executable, { scripts: { 'inspect.ps1': 'one', 'check.ps1': 'two' } });
    await run([
      {
        id: 'a',
        cmdlet: 'Invoke-Command',
        parameters: { ScriptBlock: { $script: 'inspect.ps1' } },
        select: ['$value'],
      },
    ]);
    expect(JSON.parse(await bench.read('scripts.json'))).toEqual({ 'inspect.ps1': 'one' });
  });

  test('the part of the catalogue that a list needs goes with it', async () => {
    const executable = await bench.make(
      `fs.writeFileSync(dir + '/allowed.json', JSON.stringify(payload.allowed)); await good();`,
    );
    await runnerOf(executable)(getVm());
    expect(JSON.parse(await bench.read('allowed.json'))).toEqual({ 'Get-VM': ['Id', 'Name'] });
  });
});

describe('answers', () => {
  test('five megabytes come through whole', async () => {
    const executable = await bench.make(`await good([{ Id: 'é'.repeat(2_600_000) }]);`);
    const results = await runnerOf(executable)(getVm());
    expect(results.get('vm')?.objects[0]?.Id).toHaveLength(2_600_000);
  });

  test('an answer beyond the limit is no answer', async () => {
    const executable = await bench.make(`process.stdout.write('x'.repeat(3000)); await new Promise(() => undefined);`);
    expect(kindOf(await failure(runnerOf(executable, { maxAnswerChars: 2000 })(getVm())))).toBe('noEnvelope');
  });

  test('noise on standard error does not spoil an answer, however much there is', async () => {
    const executable = await bench.make(
      `process.stderr.write('WARNING: noise\\n'.repeat(50_000)); await good([{ Id: 'a' }]); process.stderr.write('more');`,
    );
    const results = await runnerOf(executable)(getVm());
    expect(results.get('vm')?.objects).toEqual([{ Id: 'a' }]);
  });

  test('noise on standard output around the envelope is passed over', async () => {
    const executable = await bench.make(
      `process.stdout.write('WARNING <<TRANSHIP:0>>{}<<END:0>>\\n'); await good([{ Id: 'a' }]); process.stdout.write('tail');`,
    );
    expect((await runnerOf(executable)(getVm())).get('vm')?.objects).toEqual([{ Id: 'a' }]);
  });

  test('an answer that comes in pieces is put together', async () => {
    const executable = await bench.make(`
      const text = '<<TRANSHIP:' + payload.nonce + '>>' + JSON.stringify({ version: 1, ok: true, results: [{ id: 'vm', objects: [], error: null }] }) + '<<END:' + payload.nonce + '>>';
      for (const letter of text) await new Promise((resolve) => process.stdout.write(letter, resolve));`);
    expect((await runnerOf(executable)(getVm())).get('vm')).toEqual({ id: 'vm', objects: [], error: null });
  });

  test('a call that may fail reports its error and the list goes on', async () => {
    const executable = await bench.make(
      `await answer({ ok: true, results: [{ id: 'vm', objects: [], error: { message: 'no', category: 'InvalidArgument', fullyQualifiedErrorId: 'X' } }] });`,
    );
    const calls = getVm().map((call) => ({ ...call, mayFail: true }));
    expect((await runnerOf(executable)(calls)).get('vm')?.error?.category).toBe('InvalidArgument');
  });

  test('a call that must not fail throws with its error and what ran before it', async () => {
    const executable = await bench.make(`await answer({ ok: false, failed: { id: 'b', cmdlet: 'Get-VM' },
      error: { message: 'no', category: 'InvalidArgument', fullyQualifiedErrorId: 'X' }, results: [{ id: 'vm', objects: [{ Id: 'a' }], error: null }] });`);
    const calls: CmdletCall[] = [...getVm(), { id: 'b', cmdlet: 'Get-VM', parameters: {}, select: [] }];
    const thrown = await failure(runnerOf(executable)(calls));
    expect(thrown).toBeInstanceOf(CmdletFailed);
    expect(thrown).toMatchObject({ call: { id: 'b' }, error: { fullyQualifiedErrorId: 'X' } });
    expect((thrown as CmdletFailed).results.get('vm')?.objects).toEqual([{ Id: 'a' }]);
  });

  test.each([
    ['no JSON', `process.stdout.write('<<TRANSHIP:' + payload.nonce + '>>{<<END:' + payload.nonce + '>>');`],
    ['another version', `await answer({ version: 2, ok: true, results: [] });`],
    ['a call left out', `await answer({ ok: true, results: [] });`],
    ['the envelope of another list', `payload.nonce = '0'; await good(); process.exit(0);`],
  ])('%s is no answer', async (_, body) => {
    const executable = await bench.make(body);
    expect(kindOf(await failure(runnerOf(executable)(getVm())))).toBe('noEnvelope');
  });
});

describe('the process', () => {
  test.each([
    ['ends with 0 in the middle', 'process.exit(0);'],
    ['ends with an error', 'process.exit(3);'],
    ['is killed', "process.kill(process.pid, 'SIGKILL');"],
    ['is asked to end, which the library takes for success', "process.kill(process.pid, 'SIGTERM');"],
    [
      'ends in the middle of its answer',
      `process.stdout.write('<<TRANSHIP:' + payload.nonce + '>>{"ver', () => process.exit(0)); await new Promise(() => undefined);`,
    ],
  ])('that %s has not answered', async (_, body) => {
    const executable = await bench.make(body);
    expect(kindOf(await failure(runnerOf(executable)(getVm())))).toBe('noEnvelope');
  });

  test('a line that PowerShell cannot run is told at once, with what it said', async () => {
    const executable = await bench.make(`process.stderr.write('running scripts is disabled on this system\\n');`);
    const started = Date.now();
    expect(String(await failure(runnerOf(executable)(getVm())))).toMatch(
      /what it did is unknown; it said: running scripts is disabled on this system$/,
    );
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('a process that ends while a child of it holds the output has not answered, and the child is ended', async () => {
    const executable =
      await bench.make(`const child = spawn('/bin/sleep', ['600'], { stdio: ['ignore', 'inherit', 'inherit'] });
      fs.writeFileSync(dir + '/holder', String(child.pid)); process.exit(0);`);
    expect(kindOf(await failure(runnerOf(executable)(getVm())))).toBe('noEnvelope');
    const holder = Number(await bench.read('holder'));
    await until(() => !alive(holder));
  });

  test('a program that is not there fails the call and nothing else', async () => {
    const thrown = await failure(runnerOf(join(bench.dir, 'not-there'))(getVm()));
    expect(kindOf(thrown)).toBe('notStarted');
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('NODE_POWERSHELL does not overrule the configured program', async () => {
    const executable = await bench.make(`await good([{ Id: 'ours' }]);`);
    process.env.NODE_POWERSHELL = '/bin/false';
    try {
      expect((await runnerOf(executable)(getVm())).get('vm')?.objects).toEqual([{ Id: 'ours' }]);
    } finally {
      delete process.env.NODE_POWERSHELL;
    }
  });

  test('when time is up the whole tree is dead', async () => {
    const { executable, pids } = await hanging('late');
    const thrown = failure(runnerOf(executable)(getVm(), { timeoutMs: 1_500 }));
    const tree = await pids();
    expect(tree.every(alive)).toBe(true);
    expect(kindOf(await thrown)).toBe('timedOut');
    await until(() => !tree.some(alive));
  });

  test('when the step is cancelled the whole tree is dead', async () => {
    const { executable, pids } = await hanging('cancelled');
    const cancel = new AbortController();
    const thrown = failure(runnerOf(executable)(getVm(), { signal: cancel.signal }));
    const tree = await pids();
    cancel.abort();
    expect(kindOf(await thrown)).toBe('cancelled');
    await until(() => !tree.some(alive));
  });

  test('a step that is cancelled already starts nothing', async () => {
    const executable = await bench.make(`fs.writeFileSync(dir + '/started', ''); await good();`);
    expect(kindOf(await failure(runnerOf(executable)(getVm(), { signal: AbortSignal.abort() })))).toBe('cancelled');
    expect(existsSync(join(bench.dir, 'started'))).toBe(false);
  });

  test('a shell that stays after its answer is ended', async () => {
    const executable = await bench.make(
      `fs.writeFileSync(dir + '/stays', String(process.pid)); setInterval(() => undefined, 1000); process.exit = () => undefined; await good();`,
    );
    await runnerOf(executable)(getVm());
    const pid = Number(await bench.read('stays'));
    await until(() => !alive(pid));
  });

  test('twenty lists run beside each other and each gets its own answer', async () => {
    const executable = await bench.make(`await good([{ Id: payload.calls[0].parameters.Name }]);`);
    const run = runnerOf(executable);
    const names = Array.from({ length: 20 }, (_, n) => `vm-${n}`);
    const answers = await Promise.all(names.map(async (name) => (await run(getVm(name))).get('vm')?.objects[0]?.Id));
    expect(answers).toEqual(names);
  });
});

describe('secrets', () => {
  const SECRET = 'p\'w$(x)"ä 4711';
  const login: readonly CmdletCall[] = [
    {
      id: 'in',
      cmdlet: 'Connect-VBRServer',
      parameters: { Server: 'vbr01', Password: { $secret: 'env:PW' } },
      select: [],
    },
    {
      id: 'as',
      cmdlet: 'Connect-VBRServer',
      parameters: { Credential: { $credential: { user: 'op', password: { $secret: 'env:PW' } } } },
      select: [],
    },
  ];

  test('a secret is resolved once, reaches the host by reference and stands on no command line', async () => {
    const executable = await bench.make(`fs.writeFileSync(dir + '/secret.json', JSON.stringify({ payload,
      args: fs.readFileSync('/proc/self/cmdline', 'utf8'), environment: fs.readFileSync('/proc/self/environ', 'utf8') })); await good();`);
    const asked: string[] = [];
    await runnerOf(executable, {
      resolveSecret: (ref) => {
        asked.push(ref);
        return SECRET;
      },
    })(login);

    const seen = JSON.parse(await bench.read('secret.json')) as {
      payload: { secrets: unknown; calls: unknown };
      args: string;
      environment: string;
    };
    expect(asked).toEqual(['env:PW']);
    expect(seen.payload.secrets).toEqual({ 'env:PW': SECRET });
    expect(seen.payload.calls).toEqual(login);
    expect(seen.args.split('\0').filter(Boolean).slice(2)).toEqual([
      '-NoLogo',
      '-NoProfile',
      '-NonInteractive',
      '-NoExit',
      '-Command',
      '-',
    ]);
    expect(seen.environment).not.toContain(SECRET);
  });

  test('a secret is covered in the message of an error and in returned values', async () => {
    const executable = await bench.make(`const pw = payload.secrets['env:PW'];
      await answer({ ok: false, failed: { id: 'as', cmdlet: 'Connect-VBRServer' }, error: { message: 'cannot use ' + pw, category: '', fullyQualifiedErrorId: '' },
        results: [{ id: 'in', objects: [{ a: ['is ' + pw], b: { c: pw } }], error: { message: pw, category: '', fullyQualifiedErrorId: '' } }] });`);
    const thrown = await failure(runnerOf(executable, { resolveSecret: () => SECRET })(login));
    expect(thrown).toBeInstanceOf(CmdletFailed);
    const { error, results, message } = thrown as CmdletFailed;
    expect(JSON.stringify([error, [...results], message])).not.toContain('4711');
    expect(error.message).toBe('cannot use •••');
  });

  test('what the process says on its way out is quoted only where no secret was handed over', async () => {
    const executable = await bench.make(
      `process.stderr.write('cannot parse ' + line.slice(0, 300) + ' because of the module\\n', () => process.exit(1)); await new Promise(() => undefined);`,
    );
    const open = String(await failure(runnerOf(executable)(getVm('a name in the payload'))));
    expect(open).toContain('because of the module');
    expect(open).not.toMatch(/[A-Za-z0-9+/=]{40}/);
    const closed = String(await failure(runnerOf(executable, { resolveSecret: () => SECRET })(login)));
    expect(closed).not.toContain('because of the module');
  });

  test('the library prints nothing of a command, also under DEBUG', async () => {
    const { execFile } = await import('node:child_process');
    const { promisify } = await import('node:util');
    const executable = await bench.make(`await good();`);
    const source = `
      const { createCmdletRunner } = await import(process.cwd() + '/workers/powershell/runner.ts');
      const { catalogueOf } = await import(process.cwd() + '/workers/powershell/catalogue.ts');
      const catalogue = catalogueOf([{ cmdlet: 'Get-VM', module: 'Hyper-V', parameters: ['Name'], mutates: false, source: 'MS:get-vm' }]);
      const run = createCmdletRunner({ executable: ${JSON.stringify(executable)}, entryScript: '/x.ps1', catalogue, scripts: {}, resolveSecret: () => '', timeoutMs: 10000 });
      await run([{ id: 'vm', cmdlet: 'Get-VM', parameters: { Name: 'x' }, select: [] }]);
      console.log('done');`;
    const env: NodeJS.ProcessEnv = { ...process.env, DEBUG: '*' };
    delete env.NODE_OPTIONS;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
      env,
    });
    expect(stdout).toContain('done');
    expect(stdout + stderr).not.toContain('x.ps1');
  });

  test('a secret that cannot be resolved starts nothing and its reason is not repeated', async () => {
    const executable = await bench.make(`fs.writeFileSync(dir + '/unresolved', ''); await good();`);
    const thrown = await failure(
      runnerOf(executable, {
        resolveSecret: () => {
          throw new Error('found 4711 but refuse it');
        },
      })(login),
    );
    expect(kindOf(thrown)).toBe('refused');
    expect(String(thrown)).toContain('env:PW');
    expect(String(thrown)).not.toContain('4711');
    expect(existsSync(join(bench.dir, 'unresolved'))).toBe(false);
  });
});

describe('what is refused before anything is started', () => {
  const list = (...calls: readonly Partial<CmdletCall>[]): readonly CmdletCall[] =>
    calls.map((call, n) => ({ id: `c${n}`, cmdlet: 'Get-VM', parameters: {}, select: [], ...call }));

  test.each<[string, readonly CmdletCall[]]>([
    ['a cmdlet outside the catalogue', list({ cmdlet: 'Stop-Computer' })],
    ['a cmdlet name with code in it', list({ cmdlet: 'Get-VM; Stop-Computer' })],
    ['a parameter outside the catalogue', list({ parameters: { ComputerName: 'x' } })],
    ['a reference to a later call', list({ parameters: { Name: { $ref: 'c1' } } }, {})],
    ['a reference inside a list to nothing', list({ parameters: { Name: ['x', { $ref: 'nothing' }] } })],
    ['an id used twice', list({ id: 'same' }, { id: 'same' })],
    ['an empty id', list({ id: '' })],
    [
      'a script that is not ours',
      list({ cmdlet: 'Invoke-Command', parameters: { ScriptBlock: { $script: '../evil.ps1' } } }),
    ],
    ['a value of no known kind', list({ parameters: { Name: { $code: 'x' } as never } })],
    ['a number that JSON cannot hold', list({ parameters: { Name: Number.NaN } })],
    [
      'a path beyond what the catalogue narrows it to',
      list({ cmdlet: 'Remove-Item', parameters: { LiteralPath: 'C:\\Windows\\notepad.exe' } }),
    ],
    [
      'a wild card where a file is meant',
      list({ cmdlet: 'Remove-Item', parameters: { LiteralPath: 'C:\\vm\\*.vhdx' } }),
    ],
    [
      'a narrowed parameter by reference',
      list({}, { cmdlet: 'Remove-Item', parameters: { LiteralPath: { $ref: 'c0', property: 'Path' } } }),
    ],
  ])('%s', async (_, calls) => {
    const executable = await bench.make(`fs.writeFileSync(dir + '/admitted', ''); await good();`);
    expect(kindOf(await failure(runnerOf(executable)(calls)))).toBe('refused');
    expect(existsSync(join(bench.dir, 'admitted'))).toBe(false);
  });

  test('names are compared as PowerShell compares them', async () => {
    const executable = await bench.make('await good();');
    await expect(runnerOf(executable)(list({ cmdlet: 'get-vm', parameters: { name: 'x' } }))).resolves.toBeDefined();
  });
});
