import type { Command } from 'commander';
import { homeFolder, recordsFolder } from '../home.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, port, withJson } from './command-line.ts';
import { type PlanPlace, withPlan } from './plan.ts';
import { marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';

interface Asked extends PlanPlace {
  readonly host: string;
  readonly port: number;
  readonly issuer?: string;
  readonly audience?: string;
  readonly rolesClaim: string;
  readonly groupsClaim: string;
  readonly subjectClaim: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly signWith?: string;
  readonly json?: boolean;
}

/** Two options that say nothing without each other. */
const both = (
  [nameA, a]: readonly [string, string | undefined],
  [nameB, b]: readonly [string, string | undefined],
): readonly [string, string] | null => {
  if (a !== undefined && b !== undefined) return [a, b];
  if (a === undefined && b === undefined) return null;
  throw wrongInput(`${a === undefined ? nameB : nameA}  ${nameA} and ${nameB} go together`, 'Give both, or none.');
};

const loginOf = ({ issuer, audience, rolesClaim, groupsClaim, subjectClaim }: Asked) => {
  const login = both(['--issuer', issuer], ['--audience', audience]);
  return login && { issuer: login[0], audience: login[1], rolesClaim, groupsClaim, subjectClaim };
};

const tlsOf = ({ tlsCert, tlsKey }: Asked) => {
  const tls = both(['--tls-cert', tlsCert], ['--tls-key', tlsKey]);
  return tls && { cert: tls[0], key: tls[1] };
};

const toldToStop = (): Promise<void> =>
  new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });

const api = async (asked: Asked): Promise<void> => {
  const login = loginOf(asked);
  const tls = tlsOf(asked);
  await atTemporal(async (reached) => {
    const { default: pino } = await import('pino');
    const { trustThisMachine } = await import('../../workers/trust.ts');
    const { startApi } = await import('../api/start.ts');
    trustThisMachine();
    const { url, token, signs, refusals, close } = await startApi(reached, {
      ...{ host: asked.host, port: asked.port, home: homeFolder(), records: recordsFolder(), oidc: login, tls },
      plan: { plan: asked.plan, vms: asked.vms },
      signWith: asked.signWith ?? null,
      log: pino({ base: null, level: process.env.TRANSHIP_LOG ?? 'info' }, pino.destination({ fd: 2, sync: true })),
    });
    const stop = toldToStop();
    if (asked.json) sayJson({ url, token, signs, refusals });
    else {
      say(marked('✓', `The API answers at ${url}; its document is ${url}/openapi.json`));
      say(token === null ? `  People log in with ${asked.issuer}` : `  Its token is in ${token}, for your eyes only`);
      say(signs === null ? '  Decisions are sent unsigned' : `  Approvals are signed with the key ${signs}`);
      say(`  Who was refused is in ${refusals}`);
    }
    await stop;
    await close();
  });
};

const newKeys = async (_: object, command: Command): Promise<void> => {
  // `api` has a `--json` of its own and takes for itself what is written after `keys new`.
  const { out, json } = command.optsWithGlobals<{ readonly out: string; readonly json?: boolean }>();
  const made = await (await import('../api/signing-key.ts')).newKeys(out);
  if (json) return sayJson(made);
  say(marked('✓', `A new key ${made.kid}`));
  say(`  tranship api --sign-with file:${made.signWith}`);
  say(`  TRANSHIP_ATTESTATION_KEYS=file:${made.publicKeys} tranship worker orchestrator`);
};

export const apiCommand = (program: Command): void => {
  const command = examples(
    withJson(
      withPlan(program.command('api'))
        .description('the HTTP API, in the foreground; for this machine alone, or for others with OIDC and TLS')
        .option('--host <address>', 'where it listens', '127.0.0.1')
        .option('--port <port>', 'where it listens', port, 7400)
        .option('--issuer <url>', 'OpenID Connect: who people log in with, instead of the token of this machine')
        .option('--audience <name>', 'what tokens of the issuer must be for')
        .option('--roles-claim <claim>', 'holds viewer, operator, approver or admin', 'roles')
        .option('--groups-claim <claim>', 'holds the groups that plans may name as approvers', 'groups')
        .option('--subject-claim <claim>', 'names the person', 'sub')
        .option('--tls-cert <ref>', 'certificate chain in PEM, as file:/path or env:NAME')
        .option('--tls-key <ref>', 'its private key, the same way')
        .option('--sign-with <ref>', 'key that approvals are signed with, as `api keys new` makes it'),
    ),
    [
      'tranship api',
      'tranship api --sign-with file:keys/signing-3f9a0c1d2b4e5f60.json',
      'tranship api --host 0.0.0.0 --issuer https://login.example.org --audience tranship --tls-cert file:tls/api.pem --tls-key file:tls/api.key',
    ],
  ).action(api);
  const keys = examples(command.command('keys').description('keys that the API signs approvals with'), [
    'tranship api keys new --out keys',
  ]);
  examples(
    withJson(
      keys
        .command('new')
        .description('makes a key: its private half for the API alone, its public half in jwks.json for orchestrators')
        .requiredOption('--out <folder>', 'where both are written; keys that are there stay'),
    ),
    ['tranship api keys new --out keys'],
  ).action(newKeys);
};
