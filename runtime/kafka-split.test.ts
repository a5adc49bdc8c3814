import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MessageTooLarge } from './kafka-errors.ts';
import { encodeProduceRequest } from './kafka-produce-request.ts';
import type { Outgoing } from './kafka-produce.ts';
import { splitBySize } from './kafka-split.ts';

const outgoing = (key: string, bytes: number, headers?: Record<string, string>): Outgoing => ({
  topic: 't',
  key,
  value: Buffer.alloc(bytes),
  ...(headers !== undefined && { headers }),
});

test('parts keep the order, lose nothing and each fits; what is said of their size is not too little', () => {
  const messages = fc.array(
    fc
      .tuple(fc.string({ unit: 'grapheme' }), fc.nat(900), fc.option(fc.dictionary(fc.string(), fc.string())))
      .map(([key, bytes, headers]) => outgoing(key, bytes, headers === null ? undefined : { ...headers })),
  );
  fc.assert(
    fc.property(messages, (given) => {
      const parts = splitBySize(given, 3000);
      assert.deepEqual(
        parts.flatMap((part) => part.messages),
        given,
      );
      for (const part of parts) {
        assert(part.messages.length > 0 && part.bytes <= 3000);
        const records = part.messages.map((message) => ({ ...message, key: Buffer.from(message.key) }));
        const limits = { timeoutMs: 1, nowMs: 4_000_000_000_000, bytesExpected: 100 };
        const empty = encodeProduceRequest([{ topic: 't', partition: 0, records: [] }], limits).length;
        assert(encodeProduceRequest([{ topic: 't', partition: 0, records }], limits).length - empty <= part.bytes);
      }
    }),
  );
});

test('no messages are no parts', () => {
  assert.deepEqual(splitBySize([], 100), []);
});

test('messages that fit into no part are told by their index', () => {
  assert.throws(
    () => splitBySize([outgoing('a', 5000), outgoing('b', 1), outgoing('c', 3000)], 3000),
    (error) => {
      assert(error instanceof MessageTooLarge);
      assert.deepEqual(error.indexes, [0, 2]);
      return true;
    },
  );
});
