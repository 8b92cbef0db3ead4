import { z } from 'zod';

/** What the scripts inside guests answer, on the wire between the marks. MACs are lower case with colons, sizes are bytes. */

const texts = z.array(z.string());

const mac = z.string().transform((text) => text.toLowerCase().replaceAll('-', ':'));

const nic = z.object({
  mac,
  name: z.string(),
  /** `ip/prefix`, both families, without link-local ones. */
  addresses: texts,
  gateway: z.string().nullable(),
  dns: texts,
  dhcp: z.boolean(),
});

const volume = z.object({ mount: z.string(), total: z.number(), used: z.number() });

const inspect = z.object({
  os: z.enum(['windows', 'linux', 'unknown']),
  osName: z.string(),
  hostname: z.string(),
  services: texts,
  nics: z.array(nic),
  volumes: z.array(volume),
  facts: z.object({
    /** Volumes that are encrypted or protected. */
    bitlocker: texts,
    /** Entries of fstab that name a disk by the order it was found in. */
    fstabByDevice: texts,
    /** Every initramfs brings the Hyper-V drivers; on Windows they are there. */
    hvModules: z.boolean(),
    initramfsTool: z.string().nullable(),
    connectedMachineAgent: z.boolean(),
    sanPolicy: z.string().nullable(),
    /** Guest agents of hypervisors, by the names `tidy` takes. */
    agents: texts,
  }),
});

const check = z.object({
  nics: z.array(nic),
  /** Those of the services asked for that run. */
  services: texts,
  volumes: z.array(volume),
  gatewayReachable: z.record(z.string(), z.boolean()),
  dnsReachable: z.record(z.string(), z.boolean()),
  smoke: z.object({ passed: z.boolean(), detail: z.string() }),
  diskErrors: texts,
  /** null where the guest is in no domain, or cannot be asked. */
  secureChannel: z.boolean().nullable(),
});

export const ANSWERS = {
  inspect,
  prepare: z.object({ placed: texts }),
  readdress: z.object({ applied: z.array(mac) }),
  check,
  tidy: z.object({ removed: texts }),
} as const;

/** Why a script did nothing more. */
export const REFUSAL = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export type ScriptName = keyof typeof ANSWERS;
export type Answer<S extends ScriptName> = z.infer<(typeof ANSWERS)[S]>;
export type GuestFacts = Answer<'inspect'>;
export type GuestState = Answer<'check'>;
