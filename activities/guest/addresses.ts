const isLinkLocal = (ip: string): boolean => /^(169\.254\.|127\.|0\.0\.0\.0|::1$|fe[89ab])/i.test(ip);

const plain = (address: string): string => address.split('/')[0] ?? '';

/** Addresses a guest can be reached at: without prefixes and link-local ones, IPv4 first. */
export const reachable = (addresses: readonly string[]): readonly string[] => {
  const usable = [...new Set(addresses.map(plain))].filter((ip) => ip !== '' && !isLinkLocal(ip));
  return [...usable.filter((ip) => !ip.includes(':')), ...usable.filter((ip) => ip.includes(':'))];
};

/** `10.0.0.5/24` of what the guest shows, IPv4 only and not link-local. */
export const ipv4Of = (addresses: readonly string[]): readonly string[] =>
  addresses.filter((address) => !address.includes(':') && !isLinkLocal(address));
