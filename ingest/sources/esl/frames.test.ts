import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConnectionEnded } from '../keep-connected.ts';
import { frame } from '../testing/freeswitch-frames.ts';
import { createFrameSplitter, type EslFrame } from './frames.ts';

const limit = 10_000;

/** Cuts bytes at some of their positions. */
const cutAt = (bytes: Buffer, positions: readonly number[]): Buffer[] => {
  const cuts = [...new Set(positions.map((at) => at % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
};

const shown = (frames: readonly EslFrame[]) => frames.map(({ headers, body }) => [headers, body.toString()]);

const sent = fc.oneof(
  fc.record({
    type: fc.constantFrom('text/event-plain', 'api/response'),
    body: fc.string({ unit: 'grapheme', maxLength: 80 }),
  }),
  fc.constant(null),
);

test('frames are the same in whatever pieces they come', () => {
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, cuts) => {
      const bytes = Buffer.concat(
        frames.map((one) => (one === null ? Buffer.from('Content-Type: auth/request\n\n') : frame(one.type, one.body))),
      );
      const splitter = createFrameSplitter(limit);
      const read = cutAt(bytes, cuts).flatMap((piece) => splitter.push(piece));
      assert.deepEqual(
        read.map(({ headers, body }) => [headers['content-type'], body.toString()]),
        frames.map((one) => (one === null ? ['auth/request', ''] : [one.type, one.body])),
      );
    }),
  );
});

test('a frame that is cut is no frame', () => {
  const bytes = frame('text/event-plain', 'Event-Name: HEARTBEAT\n\n');
  for (let end = 0; end < bytes.length; end++)
    assert.deepEqual(createFrameSplitter(limit).push(bytes.subarray(0, end)), []);
});

test('blank lines between frames are passed over', () => {
  const [first, second] = [frame('a/b', 'x'), frame('c/d', 'y\n\n')];
  const read = createFrameSplitter(limit).push(
    Buffer.concat([Buffer.from('\n\n'), first, Buffer.from('\r\n\n'), second]),
  );
  assert.deepEqual(shown(read), [
    [{ 'content-length': '1', 'content-type': 'a/b' }, 'x'],
    [{ 'content-length': '3', 'content-type': 'c/d' }, 'y\n\n'],
  ]);
});

for (const [what, bytes] of [
  ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n\n\n'],
  ['a length that is none', 'Content-Length: -1\n\n'],
  ['a body above the limit', 'Content-Length: 10001\n\n'],
  ['a head without end', 'x'.repeat(70_000)],
] as const)
  test(`${what} ends the connection`, () => {
    assert.throws(() => createFrameSplitter(limit).push(Buffer.from(bytes)), ConnectionEnded);
  });
