import * as z from 'zod';
import { type GateName, NEEDS } from '../domain/gate-policy.ts';
import { estateSchema } from './programme/estate-schema.ts';
import { hookSchema } from './programme/hook-schema.ts';
import { noticeSchema } from './programme/notice-schema.ts';
import { order } from './programme/order-schema.ts';
import { count, duration, name, named, patternText, size, text } from './programme/schema-words.ts';

export {
  ahvInstance,
  azureLocalInstance,
  azureMigrateInstance,
  estateSchema,
  guestInstance,
  hyperVInstance,
  veeamInstance,
} from './programme/estate-schema.ts';

const seats = z
  .strictObject({
    staging: count('VMs on staging at once', 10).prefault(10),
    stagingBytes: size('Virtual size of all disks on staging at once', '2 TB').prefault('2 TB'),
    moverOperations: count('Copies and restores in flight at one mover', 4).prefault(4),
    cutovers: count('Cut-overs in flight in one window', 5).prefault(5),
  })
  .meta({ description: 'How much of what is scarce may be in use at once' })
  .prefault({});

const policies = z
  .strictObject({
    poll: duration('Pause between two looks at a product that is still at it', '15s').prefault('15s'),
    heartbeat: duration('A worker not heard of for this long is taken for lost', '30s').prefault('30s'),
    noProgress: duration('A wait without any progress for this long is a stall', '1h').prefault('1h'),
    grace: duration('What a guest gets for each graceful way of shutting down', '10m').prefault('10m'),
    boot: duration('From power-on to an answering guest', '10m').prefault('10m'),
    steady: duration('How long a landed VM must have been up before it is judged', '5m').prefault('5m'),
    lag: duration('An older last recovery point is flagged', '1d').prefault('1d'),
    rollback: duration('Time a rollback is assumed to take until one was measured', '30m').prefault('30m'),
    hold: duration('How long the source is kept, off and fenced, after sign-off', '14d').prefault('14d'),
    outageBudget: duration('Longest outage of a VM whose row names none', '4h').prefault('4h'),
    reconcile: duration(
      'Pause between two looks for migrations that ended without a word, and for what they still hold',
      '1h',
    ).prefault('1h'),
    seats,
  })
  .meta({ description: 'Times and limits that hold for every VM' })
  .prefault({});

const queue = (description: string, example: string) =>
  patternText(description, example, /^[a-z][a-z0-9-]*@[A-Za-z0-9][A-Za-z0-9._-]*$/, 'of the form product@instance');

const hop = z.strictObject({
  from: queue('Platform the VM leaves', 'ahv@ntnx-a'),
  mover: queue('Product that carries', 'veeam@vbr01'),
  to: queue('Platform the VM arrives on', 'hyper-v@stage01'),
  guests: z
    .strictObject({
      source: name('Instance under estate.guest that reaches the VM before the hop', 'ntnx-a'),
      target: name('Instance under estate.guest that reaches the VM after the hop', 'stage01'),
    })
    .meta({ description: 'Ways into the guest' }),
  settings: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .meta({ description: 'Settings of the mover', examples: [{ repository: 'fast-repo' }] })
    .prefault({}),
  unproven: z
    .array(name('What the mover calls it', 'classic-site-recovery'))
    .meta({ description: 'What nobody has proven on a real estate and this hop takes all the same' })
    .exactOptional(),
});

const people = (description: string) =>
  z
    .array(text('A person or group as the identity provider writes it', 'migration-leads'))
    .min(1)
    .meta({ description, examples: [['migration-leads']] });

const gate = (description: string) =>
  z
    .strictObject({
      approvers: people('Who may open it'),
      quorum: count('So many different people must approve', 2).exactOptional(),
      notRequester: z
        .boolean()
        .meta({ description: 'Who asked for the thing may not approve it', examples: [true] })
        .exactOptional(),
      needs: z
        .array(z.enum(NEEDS))
        .meta({ description: 'What an approval must say', examples: [['comment', 'ticket']] })
        .exactOptional(),
      remind: duration('Shown as reminded after this time', '4h').exactOptional(),
      escalate: z
        .strictObject({
          after: duration('So long after it opened', '8h'),
          to: people('Who may open it too from then on'),
        })
        .meta({ description: 'Who else may open it when nobody has', examples: ['{ after: 8h, to: [managers] }'] })
        .exactOptional(),
      expire: duration(
        'It closes and opens again for what is there then; an approval that was not used by then is void',
        '2d',
      ).exactOptional(),
      maxAge: duration('Evidence older than this is gathered anew', '1d').exactOptional(),
      automatic: z
        .boolean()
        .meta({ description: 'The plan itself opens it: only what can be undone', examples: [true] })
        .exactOptional(),
    })
    .meta({ description, examples: ['{ approvers: [migration-leads] }'] })
    .exactOptional();

const cutoverGate = gate('Stops the VM: the outage begins')
  .unwrap()
  .extend({
    scope: z
      .enum(['group', 'vm', 'batch'])
      .meta({
        description: 'Whether a group is decided on together, each VM by itself, or the batch as a whole',
        examples: ['vm'],
      })
      .exactOptional(),
  })
  .meta({ description: 'Stops the VM: the outage begins', examples: ['{ approvers: [migration-leads], scope: vm }'] })
  .exactOptional();

const gates = z
  .strictObject({
    default: gate('For every gate that is not named'),
    cutover: cutoverGate,
    forceOff: gate('Pulls the plug of a guest that will not shut down'),
    go: gate('The landed VM is good: go on'),
    signOff: gate('The owner accepts the last landing'),
    rollBack: gate('Goes back although writes will be lost'),
    discardStaged: gate('Deletes the staged copy'),
    forceRemove: gate('Removes an object its product does not let go of'),
    decommission: gate('Deletes the source after the hold'),
  } satisfies Record<GateName | 'default', z.ZodType>)
  .meta({
    description: 'Who may let a VM through each gate',
    examples: ['{ default: { approvers: [migration-leads] } }'],
  });

const window = z.strictObject({
  opens: text('Local time at which cut-overs may begin', '2026-11-14 20:00'),
  closes: text('Local time at which all must be over', '2026-11-15 04:00'),
  zone: text('IANA time zone of both', 'Europe/Vienna'),
  abort: text(
    'Latest local time to give up; when absent, so early that a rollback still fits',
    '2026-11-15 03:00',
  ).exactOptional(),
});

const batch = z.strictObject({
  windows: z
    .array(window.nullable())
    .meta({
      description: 'None: any time. One: for every hop. Else one a hop, null where that hop may cut over at any time',
    })
    .prefault([]),
  groups: z
    .array(name('A group of this batch', 'db'))
    .meta({
      description: 'Order in which groups cut over; groups that are not named follow in the order of vms.csv',
      examples: [['db', 'web']],
    })
    .prefault([]),
  after: z
    .array(name('A batch that must have landed before', 'wave-01'))
    .meta({ description: 'Batches that must have landed before this one begins', examples: [['wave-01']] })
    .prefault([]),
});

/** plan.yaml as written: units are read, references are not resolved. */
export const planSchema = z
  .strictObject({
    programme: name('Name of the programme; part of every workflow id', 'contoso-2026'),
    trustNamespace: z
      .boolean()
      .meta({
        description:
          'Whoever reaches the namespace may open irreversible gates; records then say "identity unverified"',
        examples: [false],
      })
      .prefault(false),
    estate: estateSchema,
    policies,
    paths: named(
      'Ways from the first platform to the last: a list of hops each',
      z
        .array(hop)
        .min(1)
        .meta({
          description: 'Hops, in order',
          examples: [
            '- { from: ahv@ntnx-a, mover: veeam@vbr01, to: hyper-v@stage01, guests: { source: ntnx-a, target: stage01 } }',
          ],
        }),
    ),
    gates,
    batches: named('Batches by the name vms.csv uses', batch),
    hooks: z
      .array(hookSchema)
      .meta({ description: 'What happens before and after the points of a hop; see docs/hooks.md' })
      .prefault([]),
    order,
    notices: z
      .array(noticeSchema)
      .meta({ description: 'Who is told what waits for people; see docs/notices.md' })
      .prefault([]),
  })
  .meta({ title: 'Tranship plan', description: 'What a programme moves, over which paths, when, and who decides' });

export type WrittenPlan = z.output<typeof planSchema>;
