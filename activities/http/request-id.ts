import { createHash } from 'node:crypto';

/** Our own namespace for ids of requests. */
const NAMESPACE = Buffer.from('6f2f7b0c1d9a4c0e8b5a3e6d7c8f9012', 'hex');

/** A UUID of version 5: the same name gives the same id, in every process and on every retry. RFC 9562 §5.5 */
export const requestId = (...name: readonly string[]): string => {
  const bytes = createHash('sha1').update(NAMESPACE).update(name.join('\n')).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
