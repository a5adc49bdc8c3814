import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c } from './crc32c.ts';

/** The definition, a bit at a time. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

// RFC 3720, appendix B.4
const KNOWN: [string, Uint8Array, number][] = [
  ['32 zeroes', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 rising', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['32 falling', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['"123456789"', Buffer.from('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(0), 0],
];

for (const [name, bytes, expected] of KNOWN) {
  test(`crc32c of ${name} is the published value`, () => assert.equal(crc32c(bytes), expected));
}

test('crc32c agrees with the bitwise definition on any slice', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), fc.nat(40), (bytes, skip, drop) => {
      const start = Math.min(skip, bytes.length);
      const end = Math.max(start, bytes.length - drop);
      assert.equal(crc32c(bytes, start, end), slowCrc32c(bytes.subarray(start, end)));
    }),
  );
});
