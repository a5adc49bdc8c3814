import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { combineCrcs, createCrc, type CrcName } from './crc.ts';

const names: readonly CrcName[] = ['CRC32', 'CRC32C', 'CRC64NVME'];

function crcOf(name: CrcName, ...pieces: Uint8Array[]): Buffer {
  const crc = createCrc(name);
  for (const piece of pieces) crc.update(piece);
  return crc.digest();
}

test('check values of the CRC catalogue', () => {
  const digits = Buffer.from('123456789');
  assert.equal(crcOf('CRC32', digits).toString('hex'), 'cbf43926');
  assert.equal(crcOf('CRC32C', digits).toString('hex'), 'e3069283');
  assert.equal(crcOf('CRC64NVME', digits).toString('hex'), 'ae8b14860a799888');
});

test('the CRC of nothing is zero', () => {
  for (const name of names) assert.match(crcOf(name).toString('hex'), /^0+$/);
});

test('a CRC does not depend on how the data is cut, and two combine into that of the whole', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.constantFrom(...names), bytes, bytes, (name, a, b) => {
      const whole = crcOf(name, Buffer.concat([a, b]));
      assert.deepEqual(crcOf(name, a, b), whole);
      assert.deepEqual(combineCrcs(name, crcOf(name, a), crcOf(name, b), b.length), whole);
    }),
  );
});
