/** Platforms in the order a journey passes them. A hop goes from one to a later one; a rollback goes back. */
const PATH: readonly string[] = ['ahv', 'hyper-v', 'azure-local'];

/** 0 for the source platform. A platform that is not on the path counts as its end. */
export const rankOf = (platform: string): number => {
  const rank = PATH.indexOf(platform);
  return rank < 0 ? PATH.length - 1 : rank;
};

export const LAST_RANK = PATH.length - 1;

/** What a fresh VM is set to where its creation does not say it: only Hyper-V and Azure Local start VMs with their host. */
export const startsWithHost = (platform: string): boolean => platform !== 'ahv';
