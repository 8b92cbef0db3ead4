import type { Command } from 'commander';
import { outageOf } from '../../domain/ledger.ts';
import type { MigrationView } from '../../workflows/messages.ts';

const seconds = (ms: number | null): string => (ms === null ? '–' : `${Math.round(ms / 1000)} s`);

const row = (view: MigrationView): string[] => [
  view.vm.name,
  view.phase,
  String(view.hop),
  view.flags.join(' '),
  view.waitingFor ?? view.step ?? '',
  view.owner,
];

/** Columns as wide as their widest cell. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((cells) => (cells[i] ?? '').length)));
  return [head, ...rows]
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** A command as it is typed: `rollBack` → `roll-back`. */
export const kebab = (verb: string): string => verb.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const told = (key: string, value: unknown): string[] => {
  if (Array.isArray(value))
    return value.length === 0
      ? []
      : [`  ${key}:`, ...value.map((each) => `    · ${typeof each === 'string' ? each : JSON.stringify(each)}`)];
  return [`  ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`];
};

/** One VM for people: where it stands, why it waits, what can be done. */
export const explain = (view: MigrationView, now: number): string =>
  [
    `${view.vm.name} (${view.vm.id}) · ${view.phase}, hop ${view.hop} of ${view.hops.length} · ${view.batch}/${view.group} · ${view.owner}`,
    ...(view.step ? [`  step: ${view.step}`] : []),
    ...(view.waitingFor ? [`  waits for: ${view.waitingFor}`] : []),
    ...(view.parked
      ? [
          `✗ ${view.vm.name} · ${view.parked.step}, hop ${view.parked.hop}${view.parked.mishap.at ? ` · ${view.parked.mishap.at}` : ''}`,
          `  ${view.parked.mishap.message}`,
          `  Known to have changed: ${view.parked.mishap.changed}`,
          ...(view.parked.mishap.likely ? [`  Likely: ${view.parked.mishap.likely}`] : []),
          `  Do: ${view.parked.mishap.fix}`,
        ]
      : []),
    ...(view.gate
      ? [
          `? ${view.gate.name}, hop ${view.gate.hop}, seen as ${view.gate.fingerprint}; approvers: ${view.gate.approvers.join(', ') || 'anyone'}`,
          ...Object.entries(view.gate.evidence).flatMap(([key, value]) => told(key, value)),
        ]
      : []),
    ...view.hops.map(
      (hop) =>
        `  hop ${hop.n}: outage ${seconds(outageOf(view.ledger, hop.n, now))}${hop.successor ? `, ${hop.successor.name}` : ''}`,
    ),
    ...view.findings.map((f) => `  ${f.id} ${f.severity}: ${f.message}`),
    ...view.decisions.map(
      (d) => `  ${new Date(d.at).toISOString()} ${d.by} ${d.decision}d ${d.gate}, hop ${d.hop} (${d.identity})`,
    ),
    `  You can: ${[...(view.gate ? ['approve', 'reject'] : []), ...view.legal.map(kebab)].join('   ') || 'nothing, it has ended'}`,
  ].join('\n');

export const viewCommands = (program: Command): void => {
  program
    .command('status')
    .description('every running migration, a line each')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { reachTemporal } = await import('../temporal.ts');
      const { listMigrations, viewMigration } = await import('../operations.ts');
      const { client, close } = await reachTemporal();
      const views = await Promise.all((await listMigrations(client, `ExecutionStatus = 'Running'`)).map(viewMigration));
      process.stdout.write(
        json
          ? `${JSON.stringify(views)}\n`
          : `${table(['VM', 'PHASE', 'HOP', 'FLAGS', 'WAITS FOR / AT', 'OWNER'], views.map(row))}\n`,
      );
      await close();
    });
  program
    .command('vm')
    .argument('<name>', 'display name or id')
    .description('one migration: phase, why it waits, gate, ledger, legal next verbs')
    .option('--json', 'as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { reachTemporal } = await import('../temporal.ts');
      const { findMigration, viewMigration } = await import('../operations.ts');
      const { client, close } = await reachTemporal();
      const seen = await viewMigration(await findMigration(client, name));
      process.stdout.write(`${json ? JSON.stringify(seen) : explain(seen, Date.now())}\n`);
      await close();
    });
};
