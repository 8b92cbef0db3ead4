import type { Subnet } from './clusters.ts';

/** An IPv4 address as a number, or null when it is none. */
const numberOf = (ip: string): number | null => {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return null;
  return parts.reduce((total, part) => total * 256 + part, 0);
};

const inPrefix = (ip: number, prefix: string): boolean => {
  const [base, bits] = prefix.split('/');
  const start = numberOf(base ?? '');
  if (start === null || bits === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(ip / size) === Math.floor(start / size);
};

const between = (ip: number, start: string, end: string): boolean => {
  const [from, to] = [numberOf(start), numberOf(end)];
  return from !== null && to !== null && ip >= from && ip <= to;
};

/** Why a subnet cannot give this address, or null when it can. A subnet without a prefix takes any. */
export const whyNotIn = ({ prefix, pools }: Subnet, address: string): string | null => {
  const ip = numberOf(address);
  if (ip === null) return `${address} is no IPv4 address`;
  if (prefix && !inPrefix(ip, prefix)) return `${address} is not in ${prefix}`;
  if (pools.length > 0 && !pools.some(({ start, end }) => between(ip, start, end)))
    return `${address} is in none of its address pools`;
  return null;
};
