import type { Capabilities } from '../../domain/capability.ts';
import type { Finding, Severity } from '../../domain/finding.ts';
import type { Mover, PreflightMover } from '../contracts/mover.ts';
import type { Job } from './jobs.ts';
import type { Look } from './mount-words.ts';
import { hasOurName } from './our-job.ts';
import type { Veeam } from './parts.ts';
import { askedOf, findingsOfSettings } from './settings.ts';
import type { SiteReport } from './site.ts';
import { standingOf } from './standing.ts';

/** Backup chain and Instant Recovery. V §1.2, §1.5 */
export const CAPABILITIES: Capabilities = {
  from: ['ahv'],
  to: ['hyper-v'],
  cutover: 'restore',
  undoableUntil: 'connect',
  rehearsal: false,
  cancellable: false,
  stopsBeforeStart: true,
  fixesAtProtect: false,
  preservesIp: true,
};

type Say = (id: string, severity: Severity, message: string, fix: string) => void;

const GB = 1024 ** 3;
const gb = (bytes: number): string => `${Math.ceil(bytes / GB)} GB`;

/** The plug-in is part of the backup server from 13 on; before, it is an appliance of its own. V §1.7.2 */
const OLDEST_BUILD = 13;

const ofSite = (say: Say, site: SiteReport, host: string): void => {
  const major = Number(site.build?.split('.')[0]);
  if (!site.build || Number.isNaN(major))
    say('PF-401', 'warn', 'Veeam does not tell its build.', 'It has to be 13.0 or newer.');
  else if (major < OLDEST_BUILD)
    say(
      'PF-401',
      'block',
      `Veeam ${site.build} keeps the AHV plug-in on an appliance of its own.`,
      'Update Veeam Backup & Replication to 13.',
    );
  if (!site.licence) say('PF-007', 'warn', 'The licence could not be read.', 'See that an instance is free.');
  else if (site.licence.status !== 'Valid')
    say('PF-007', 'block', `The licence is ${site.licence.status}.`, 'Install a valid licence.');
  if (!site.hostKnown)
    say(
      'PF-409',
      'block',
      `Veeam does not know the Hyper-V host ${host}.`,
      'Add it to the backup infrastructure, as a stand-alone host.',
    );
  if (site.hostTracksChanges === false)
    say(
      'PF-310',
      'block',
      `Changed block tracking is off for ${host}: Instant Recovery has no driver there.`,
      'Turn it on in the settings of the host in Veeam.',
    );
  if (site.hyperVTrouble)
    say(
      'PF-410',
      'block',
      `The VMs of ${host} cannot be listed from the Veeam server: ${site.hyperVTrouble}`,
      'Install the Hyper-V PowerShell module there and give the account rights on the host.',
    );
};

const ofLicence = async ({ licences }: Veeam, say: Say, order: PreflightMover, site: SiteReport): Promise<void> => {
  if (!site.licence || site.licence.total - site.licence.used >= 1) return;
  if ((await licences.heldBy(order.vm.name)).length > 0) return;
  say(
    'PF-008',
    'block',
    `No licence instance is free (${site.licence.used} of ${site.licence.total} are held).`,
    'Retire finished migrations, which gives theirs back, or revoke unused ones: each is held for 31 days after its last backup.',
  );
};

const ofRepository = async (
  { repositories }: Veeam,
  say: Say,
  order: PreflightMover,
  site: SiteReport,
  name: string,
): Promise<void> => {
  if (!site.repositories.has(name)) {
    say('PF-404', 'block', `Veeam has no repository ${name}.`, 'Correct `repository` in the plan.');
    return;
  }
  const free = await repositories.freeBytes(name);
  if (free === null)
    say('PF-404', 'warn', `The free space of ${name} is not told.`, `See that ${gb(order.bytesNeeded)} fit.`);
  else if (free < order.bytesNeeded)
    say(
      'PF-404',
      'block',
      `${name} has ${gb(free)} free; the full copy may need ${gb(order.bytesNeeded)}.`,
      'Free space, or name another repository.',
    );
};

const coveringOf = async ({ jobs }: Veeam, order: PreflightMover): Promise<readonly { job: Job; vms: number }[]> => {
  const found: { job: Job; vms: number }[] = [];
  for (const job of await jobs.all()) {
    if (!job.backsUp || hasOurName(job, order)) continue;
    const { vms } = await jobs.settings(job);
    if (vms.includes(order.vm.id)) found.push({ job, vms: vms.length });
  }
  return found;
};

const ofJobs = async (veeam: Veeam, say: Say, order: PreflightMover, adoptJob: string | null): Promise<void> => {
  const theirs = await coveringOf(veeam, order);
  const names = theirs.map(({ job }) => job.name).join(', ');
  const named = theirs.filter(({ job }) => job.name === adoptJob);
  const [first] = named;
  if (adoptJob === null) {
    if (theirs.length > 0)
      say(
        'PF-412',
        'block',
        `It is already in the job ${names}.`,
        'Name that job in the column `adopt_job` of the plan, or take it out of it.',
      );
    return;
  }
  if (!first)
    say(
      'PF-412',
      'block',
      `No job named ${adoptJob} has it; it is in ${names || 'none'}.`,
      'Correct `adopt_job` in the plan, or put it into that job.',
    );
  else if (named.length > 1)
    say('PF-412', 'block', `It is in several jobs named ${adoptJob}.`, 'Take it out of all but one.');
  else if (!first.job.enabled)
    say('PF-412', 'block', `The job ${adoptJob} is disabled: it cannot be adopted.`, 'Enable it.');
  else if (first.vms > 1)
    say(
      'PF-412',
      'warn',
      `The job ${adoptJob} backs up ${first.vms} VMs: each run takes them all, and its schedule is off from the final run until commit.`,
      'Give this VM a job of its own, or accept it.',
    );
};

/** Leftovers and strangers under the landing's name. */
const ofLanding = (say: Say, look: Look, order: PreflightMover): void => {
  const standing = standingOf(look, {
    journey: order.journey,
    hop: order.hop,
    name: order.landing.name,
    started: false,
    successor: null,
  });
  if (standing.is === 'foreign')
    say(
      'PF-313',
      'block',
      `There is ${standing.what} on the staging host.`,
      'Remove or rename it, or land under another name.',
    );
  if (standing.is === 'mounted')
    say(
      'PF-313',
      'warn',
      'A mount of this migration is still there.',
      'It is taken up by the cut-over, or taken down by a rollback.',
    );
};

/** PF-007, 008, 310, 313, 401, 404 and this mover's own 409 … 412. Changes nothing. U §2.1, §2.4, §2.5 */
export const preflight =
  (veeam: Veeam): Mover['preflight'] =>
  async (order) => {
    const { at, instance, site, jobs, mounts } = veeam;
    const findings: Finding[] = [...findingsOfSettings(at, order.settings)];
    const say =
      (subject: string): Say =>
      (id, severity, message, fix) => {
        findings.push({ id, severity, subject, message, fix });
      };
    const asked = askedOf(order.settings, instance.repository);
    const host = veeam.hostOf(order.target.instance);

    const seen = await site.read(host);
    ofSite(say(at), seen, host);
    await ofRepository(veeam, say(at), order, seen, asked.repository);
    await ofLicence(veeam, say(at), order, seen);
    if (order.from.product !== 'ahv')
      say(at)(
        'PF-413',
        'block',
        `This driver backs up AHV, not ${order.from.product}.`,
        'Name another mover for this hop.',
      );
    else {
      if (!(await jobs.vm(order.vm.id)))
        say(order.vm.name)(
          'PF-413',
          'block',
          'The AHV plug-in does not know it.',
          'Rescan the Prism Central in Veeam.',
        );
      await ofJobs(veeam, say(order.vm.name), order, asked.adoptJob);
    }
    if (!seen.hyperVTrouble) ofLanding(say(order.landing.name), await mounts.on(host).fresh(), order);
    return {
      productVersion: seen.build ?? 'unknown',
      agentVersion: veeam.agentVersion,
      capabilities: CAPABILITIES,
      findings,
    };
  };
