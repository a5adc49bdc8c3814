import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../publishing.ts';
import { decodeFrames, encodeFrame } from './frames.ts';

const message: fc.Arbitrary<Message> = fc.record(
  {
    topic: fc.string({ maxLength: 20 }),
    key: fc.string({ unit: 'grapheme', maxLength: 40 }),
    value: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
);

test('messages come back as they were', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
      const bytes = Buffer.concat(messages.map(encodeFrame));
      assert.deepEqual(decodeFrames(bytes), { messages, length: bytes.length });
    }),
  );
});

test('bytes cut anywhere give the whole messages before the cut', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), fc.nat(), (messages, cut) => {
      const frames = messages.map(encodeFrame);
      const bytes = Buffer.concat(frames).subarray(0, cut % (Buffer.concat(frames).length + 1));
      const { messages: read, length } = decodeFrames(bytes);
      assert.deepEqual(read, messages.slice(0, read.length));
      assert.ok(bytes.length - length < (frames[read.length]?.length ?? 1));
    }),
  );
});

test('a changed byte is never read as a message', () => {
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (messages, at, change) => {
        const bytes = Buffer.concat(messages.map(encodeFrame));
        const position = at % bytes.length;
        bytes[position] = (bytes[position] ?? 0) ^ change;
        const { messages: read } = decodeFrames(bytes);
        assert.ok(read.length < messages.length);
        assert.deepEqual(read, messages.slice(0, read.length));
      },
    ),
  );
});
