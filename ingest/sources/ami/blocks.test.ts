import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConnectionEnded } from '../keep-connected.ts';
import { block } from '../testing/asterisk-peer.ts';
import { createBlockSplitter } from './blocks.ts';

const greeting = Buffer.from('Asterisk Call Manager/9.0.0\r\n');

const split = (pieces: readonly Buffer[]): string[] => {
  const splitter = createBlockSplitter();
  return pieces.flatMap((piece) => splitter.push(piece)).map(({ raw }) => raw.toString());
};

test('blocks are the same in whatever pieces they come', () => {
  const value = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((text) => text.replaceAll(/[\r\n]/g, '_'));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (values, cuts) => {
      const bytes = Buffer.concat([greeting, ...values.map((text) => block({ Event: 'X', Value: text }))]);
      const places = [...new Set(cuts.map((at) => at % (bytes.length + 1)))].sort((a, b) => a - b);
      const pieces = [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
      assert.deepEqual(
        split(pieces),
        values.map((text) => `Event: X\r\nValue: ${text}`),
      );
    }),
  );
});

test('a block that is cut is no block', () => {
  const bytes = Buffer.concat([greeting, block({ Event: 'Hangup', Cause: '16' })]);
  for (let end = 0; end < bytes.length; end++) assert.deepEqual(split([bytes.subarray(0, end)]), []);
});

for (const [what, bytes] of [
  ['another service', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['one that never ends its line', 'x'.repeat(300)],
  ['a block without end', `${greeting.toString()}${'Key: value\r\n'.repeat(100_000)}`],
] as const)
  test(`${what} ends the connection`, () => {
    assert.throws(() => split([Buffer.from(bytes)]), ConnectionEnded);
  });
