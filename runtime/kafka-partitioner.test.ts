import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { murmur2, partitionOf } from './kafka-partitioner.ts';

const oracle = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2') as (
  key: Buffer,
) => number;

test('hashes as Kafka’s Java client does', () => {
  // From org.apache.kafka.common.utils.UtilsTest.
  const known: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of known) assert.equal(murmur2(Buffer.from(key)), hash, key);
});

test('hashes any bytes as kafkajs does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (key) => {
      assert.equal(murmur2(key), oracle(Buffer.from(key)));
    }),
  );
});

test('a partition is one of those there are', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 1000 }), (key, partitions) => {
      const partition = partitionOf(key, partitions);
      assert(Number.isInteger(partition) && partition >= 0 && partition < partitions);
    }),
  );
});
