/** Columns of vms.csv. Their order in the file is free; case in the header is ignored. */
export const COLUMNS = {
  id: 'The source platform’s id of the VM; needed where two VMs have one display name',
  name: 'Display name on the source',
  batch: 'Batch of plan.yaml it moves with',
  group: 'VMs of one group cut over and roll back together; `all` when empty',
  owner: 'Who signs off',
  path: 'Path of plan.yaml it takes',
  os: 'windows or linux; asked of the platform when empty',
  outage_budget: 'Longest outage; `policies.outageBudget` when empty',
  smoke: 'The owner’s own test; none when empty',
  serve_while_mounted: 'yes lets the staged VM serve production before its disks are whole; no when empty',
  adopt_job: 'Name of your own backup job that holds the VM; Tranship makes one when empty',
} as const;

/** What `plan export` tells of VMs under way; whatever stands in them, reading passes over it. */
export const STATE_COLUMNS = {
  phase: 'How far the VM is',
  status: 'How the batch has it: planned, running, ended, refused or lost',
  flags: 'Parked, Paused, Stalled and the like',
} as const;

/** Each stands once a hop, as `hop1.name`, `hop2.name` … */
export const HOP_COLUMNS = {
  name: 'Name of the VM where the hop lands; `<name>_replica` on staging and the original at the end when empty',
  cpus: 'Virtual CPUs; as in the hop before when empty',
  memory: 'Megabytes, or a size such as 8 GB; as in the hop before when empty',
  generation: '1 or 2; as the mover makes it when empty',
  power: 'on or off after the cut-over; on when empty',
  storage: 'Folder on a Hyper-V host or storage path of Azure Local; may be empty where the instance has only one',
  nics: 'Adapters: network, VLAN and address of each, or none',
  disks: 'Storage of single disks that land elsewhere',
} as const;

export type Column = keyof typeof COLUMNS;
export type HopField = keyof typeof HOP_COLUMNS;
export const HOP_FIELDS = [
  'name',
  'cpus',
  'memory',
  'generation',
  'power',
  'storage',
  'nics',
  'disks',
] as const satisfies readonly HopField[];
export type HopColumn = `hop${number}.${HopField}`;

export const hopColumn = (hop: number, field: HopField): HopColumn => `hop${hop}.${field}`;

/** The hop a column is about, or null. */
export const hopOf = (column: string): number | null => {
  const match = /^hop([1-9])\.([a-z]+)$/.exec(column);
  return match?.[2] && match[2] in HOP_COLUMNS ? Number(match[1]) : null;
};

export const isColumn = (text: string): text is Column => text in COLUMNS;
export const isStateColumn = (text: string): boolean => Object.hasOwn(STATE_COLUMNS, text);
