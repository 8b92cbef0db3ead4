import { runSample } from '../chaos/sample.ts';

test('a migration takes kill -9 of five processes in the riskiest steps, and nothing is done twice', async () => {
  const heard: string[] = [];
  const { failures, lines } = await runSample({
    seed: 1,
    os: 'windows',
    keep: false,
    say: (line) => heard.push(line),
  });
  process.stdout.write(`${lines.join('\n')}\n`);
  expect(failures.length > 0 ? [...failures, ...heard] : []).toEqual([]);
}, 300_000);
