import type { ApplicationFailure } from '@temporalio/common';
import type { MishapClass } from '../../domain/mishap.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Item } from './items.ts';
import { boundaryOf, brokenTask, type Job } from './jobs.ts';

interface Known {
  readonly sign: RegExp;
  readonly class: Extract<MishapClass, 'Refused' | 'Configuration' | 'Vendor'>;
  readonly fix: string;
  readonly likely?: string;
}

/** Codes and texts the vendor documents, and what helps. A §5.3, U §9.2 */
const KNOWN: readonly Known[] = [
  {
    sign: /\b1001012\b/,
    class: 'Refused',
    fix: 'Look at the state of the protected item; retry when it allows the step.',
  },
  {
    sign: /\b1000037\b|address is already in use|\bInUse\b/i,
    class: 'Configuration',
    likely: 'The static address is held by another network interface of the logical network.',
    fix: 'Free the address on the logical network, or land on another network, then retry.',
  },
  {
    sign: /\b1000001\b/,
    class: 'Vendor',
    likely: 'The shutdown integration service did not turn the VM off.',
    fix: 'Look at the integration services of the staged VM; shut it down by hand if it stays on, then retry.',
  },
  {
    sign: /\b60183\b|FailedToConnectTargetClusterShare/i,
    class: 'Configuration',
    likely: 'PowerShell remoting or the firewall of the target nodes.',
    fix: 'Enable PowerShell remoting on every node and let the target appliance reach them, then retry.',
  },
  {
    sign: /\b2109020\b/,
    class: 'Configuration',
    fix: 'A vTPM needs secure boot too: turn both off, or leave this VM out.',
  },
  {
    sign: /FetchingHyperVDiskPropertiesFailed/i,
    class: 'Vendor',
    likely: 'A source disk or its cluster shared volume is not healthy.',
    fix: 'Repair the volume, then retry.',
  },
  {
    sign: /failed to delete snapshot|delete.*(snapshot|checkpoint)/i,
    class: 'Vendor',
    likely: 'A checkpoint of the staged VM is stuck.',
    fix: 'Remove the checkpoint on the Hyper-V host, then retry.',
  },
  {
    sign: /0x00008000|seed\.?iso/i,
    class: 'Configuration',
    likely: 'Azure Local 2411.',
    fix: 'Update Azure Local to 2503 or later.',
  },
  {
    sign: /not enough space|disk is full|insufficient (disk )?space|\bCSV\b.*full/i,
    class: 'Configuration',
    likely: 'The storage path is full.',
    fix: 'Free or extend the volume behind the storage path, then retry.',
  },
  {
    sign: /EnablingFailed/,
    class: 'Vendor',
    likely: 'The cache storage account is private or in another region, or the source disk cannot be read.',
    fix: "Cure the cause named above. Then set `recreateFailed: true` in this mover's settings and retry: the failed replication is removed and made anew.",
  },
];

interface VendorError {
  readonly code: string;
  readonly message: string;
  readonly causes: string | null;
  readonly recommendation: string | null;
}

const textOf = ({ code, message, causes, recommendation }: VendorError): string =>
  [`${code}: ${message}`, causes && `Possible causes: ${causes}`, recommendation && `Recommended: ${recommendation}`]
    .filter(Boolean)
    .join(' ');

const raiseAs = {
  Refused: mishap.refused,
  Configuration: mishap.configuration,
  Vendor: mishap.vendor,
  GuestRefused: mishap.guestRefused,
} as const;

interface Told {
  readonly vm: string;
  readonly changed: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** For errors no fact names. */
  readonly fix: string;
  /** What comes after the cure, whatever it is. */
  readonly next?: string;
  readonly class?: 'GuestRefused';
}

const raise = (what: string, errors: readonly VendorError[], told: Told): ApplicationFailure => {
  const texts = errors.map(textOf);
  const known = KNOWN.find(({ sign }) => texts.some((text) => sign.test(text)));
  const advice = errors.find(({ recommendation }) => recommendation)?.recommendation;
  const fix = known?.fix ?? (advice ? `The vendor says: ${advice}` : told.fix);
  const likely = known?.likely;
  return raiseAs[told.class ?? known?.class ?? 'Vendor']([what, ...texts].join(' '), {
    vm: told.vm,
    changed: told.changed,
    facts: { ...told.facts, code: errors[0]?.code ?? null },
    fix: told.next ? `${fix} ${told.next}` : fix,
    ...(likely ? { likely } : {}),
  });
};

/** An item whose enabling, first copy or removal failed, with the vendor's own words. */
export const ofItem = (
  vm: string,
  what: string,
  item: Item,
  facts: Readonly<Record<string, string | boolean>> = {},
): ApplicationFailure =>
  raise(`${what} (${item.stateText}).`, item.errors, {
    vm,
    changed: `protected item ${item.name} exists in state ${item.state}; the source VM was not touched`,
    facts: { item: item.name, state: item.state, ...facts },
    fix: 'Read the failed job of this item in the portal, cure its cause, then retry.',
  });

/** A job that ended badly and changed nothing that matters here. */
export const ofJob = (vm: string, what: string, job: Job): ApplicationFailure =>
  raise(`${what}: job ${job.name} failed${brokenTask(job) ? ` in "${brokenTask(job)}"` : ''}.`, job.errors, {
    vm,
    changed: 'nothing that could be seen',
    facts: { job: job.name, task: brokenTask(job) },
    fix: `Read job ${job.name} in the portal, cure its cause, then retry.`,
  });

const CHANGED = {
  before: 'the source VM may be off; nothing was made on the target',
  after:
    'the source VM is off; a VM may be half made on the target, its disks and network interfaces are kept for the next try',
};

/** The failover's own task that shuts the staged VM down: it fails where the guest refuses or does not answer. A §5.3 */
const TURNING_OFF = /^turning off resource on primary$/i;

const NEXT = {
  before: 'Then retry; or roll back.',
  after: 'Then repair, which removes the half-made VM and keeps its disks, and retry; or roll back.',
};

/**
 * A planned failover that failed: the newest job tells why, the deciding one on which side of the boundary it stopped,
 * which decides what is safe next. A §5.4
 */
export const ofFailover = (
  vm: string,
  item: Item,
  { newest, deciding }: { readonly newest: Job; readonly deciding: Job },
): ApplicationFailure => {
  const boundary = boundaryOf(deciding);
  const task = brokenTask(newest);
  const what = `The planned failover of ${vm} failed${task ? ` in "${task}"` : ''}.`;
  const facts = { job: newest.name, boundary, task, item: item.name, state: item.state };
  if (item.target.reusesArc)
    return mishap.refused(`${what} Arc reuse is on.`, {
      vm,
      changed: CHANGED[boundary],
      facts,
      fix: `Do not retry and do not delete the Arc machine: open a case with Microsoft with job ${newest.name}.`,
    });
  return raise(what, newest.errors, {
    vm,
    changed: CHANGED[boundary],
    facts,
    fix: `Read job ${newest.name} in the portal and cure its cause.`,
    next: NEXT[boundary],
    ...(TURNING_OFF.test(task ?? '') ? { class: 'GuestRefused' as const } : {}),
  });
};
