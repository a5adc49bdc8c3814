import { createHash, hash } from 'node:crypto';
import { fromBase32, toBase32 } from './base32.ts';

// Ids are derived from what they name, so doing a thing twice makes one thing.

/**
 * Public id of a call: `call_` and a UUIDv7 in TypeID's base32. Its time is the call's anchor (48 bits of ms, then the
 * µs within it in the next 12), the rest a hash of tenant and call key: ids sort by anchor, and an id alone gives
 * the call's place in the tables.
 */
export const callId = (tenantId: string, callKey: string, callStartedAtUs: number): string => {
  const digest = hash('sha256', `${tenantId}\0${callKey}`, 'buffer');
  return `call_${toBase32(uuidv7(callStartedAtUs, digest))}`;
};

/** The anchor (µs) that a call id carries, or null where the text is no call id. */
export const callStartedAtOf = (id: string): number | null => {
  if (!id.startsWith('call_')) return null;
  const bytes = fromBase32(id.slice(5));
  if (bytes === null || (bytes[6] ?? 0) >> 4 !== 7 || (bytes[8] ?? 0) >> 6 !== 2) return null;
  const view = new DataView(bytes.buffer);
  const ms = view.getUint16(0) * 2 ** 32 + view.getUint32(2);
  const us = view.getUint16(6) & 0xfff;
  return us > 999 ? null : ms * 1000 + us;
};

const uuidv7 = (us: number, random: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const ms = Math.floor(us / 1000);
  view.setUint16(0, Math.floor(ms / 2 ** 32));
  view.setUint32(2, ms % 2 ** 32);
  view.setUint16(6, 0x7000 | (us - ms * 1000));
  bytes.set(random.subarray(0, 8), 8);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes;
};

const eventNamespace = Buffer.from('8f1c1a0e4b7d5c0f9a3e2d6b5a4c3f21', 'hex');

/** UUID v5 (RFC 9562) of the parts that make a native event itself; the same parts always give the same id. */
export const eventId = (...identity: readonly (string | number)[]): string => {
  const digest = createHash('sha1').update(eventNamespace).update(identity.join('\0')).digest();
  digest[6] = 0x50 | ((digest[6] ?? 0) & 0x0f);
  digest[8] = 0x80 | ((digest[8] ?? 0) & 0x3f);
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** Id of a quarantined record: the same bytes from the same place are one record. */
export const quarantineId = (tenantId: string, source: string, raw: Uint8Array): string => {
  const digest = createHash('sha256').update(`${tenantId}\0${source}\0`).update(raw).digest();
  return `bad_${toBase32(clearTopBits(digest.subarray(0, 16)))}`;
};

const clearTopBits = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(bytes, (byte, at) => (at === 0 ? byte & 0x7f : byte));
