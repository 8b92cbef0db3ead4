/**
 * Takes the place of `pwsh -NoLogo … -NoExit -Command -` where no Windows host is. It understands exactly what the runner writes on its
 * standard input (delimiter lines and one command) and lets the lab run the cmdlets. Started by DIR/bin/pwsh-<instance> as
 * `node stand-in.ts <endpoints.json> <instance> <pwsh's own arguments…>`.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';

const [endpointsFile = '', instance = '', ...options] = process.argv.slice(2);
const shell = randomUUID();
const interactive = !options.some((option) => option.toLowerCase() === '-noninteractive');

interface Reply {
  readonly status: number;
  readonly body: string;
}

const post = (body: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { powershell, ca } = JSON.parse(readFileSync(endpointsFile, 'utf8')) as { powershell: string; ca: string };
    const token = readFileSync(join(dirname(endpointsFile), 'powershell.token'), 'utf8').trim();
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-instance': instance,
      'x-shell': shell,
      'x-interactive': String(interactive),
    };
    const call = request(new URL('/', powershell), { method: 'POST', ca: readFileSync(ca), headers, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.end(body);
  });

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const forever = (): Promise<void> => new Promise(() => undefined);

/** Half of an answer, then nothing: what a killed process leaves behind. */
const die = (nonce: string): Promise<void> =>
  new Promise(() => process.stdout.write(`<<TRANSHIP:${nonce}`, () => process.exit(0)));

const runCmdlets = async (script: string, payload: string): Promise<void> => {
  if (!existsSync(script)) {
    complain(
      `&: The term '${script}' is not recognized as a name of a cmdlet, function, script file, or executable program.`,
    );
    return;
  }
  const text = Buffer.from(payload, 'base64').toString('utf8');
  const { status, body } = await post(text);
  if (status !== 200) return complain(`run-cmdlets.ps1: the shell host answered ${status} ${body}`);

  const { nonce } = JSON.parse(text) as { nonce: string };
  const answer = JSON.parse(body) as { kind: string; envelope?: unknown };
  if (answer.kind === 'dies') return die(nonce);
  if (answer.kind === 'hangs') return forever();
  out(`<<TRANSHIP:${nonce}>>${JSON.stringify(answer.envelope)}<<END:${nonce}>>`);
};

const delimiter = /^\[Console\]::(Out|Error)\.WriteLine\("([0-9A-Za-z]{16})"\)$/;
const command = /^& '((?:[^']|'')+)' '([A-Za-z0-9+/=]+)'$/;

const understand = async (line: string): Promise<void> => {
  const [, stream, mark = ''] = delimiter.exec(line) ?? [];
  if (stream) return stream === 'Out' ? out(mark) : complain(mark);
  const [, script, payload] = command.exec(line) ?? [];
  if (script && payload) return runCmdlets(script.replaceAll("''", "'"), payload);
  complain(
    `ParserError: \nLine |\n   1 |  ${line}\n     | Unexpected token '${line.slice(0, 60)}' in expression or statement.`,
  );
};

const lines: string[] = [];
let rest = '';
let busy = false;

/** One line at a time, in the order they came. */
const work = async (): Promise<void> => {
  if (busy) return;
  busy = true;
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line.trim() !== '') await understand(line);
  }
  busy = false;
};

const lost = (reason: unknown): void => {
  complain(`The connection to the host is lost: ${reason instanceof Error ? reason.message : String(reason)}`);
  process.exit(1);
};

if (!options.includes('-Command') || options.at(-1) !== '-') {
  complain('The argument list is not understood. Expected … -NoExit -Command -');
  process.exit(64);
}

process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  const pieces = (rest + chunk).split(/\r?\n/);
  rest = pieces.pop() ?? '';
  lines.push(...pieces);
  work().catch(lost);
});
process.stdin.on('end', () => process.exit(0));
