import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameSplitter, FrameTooLarge } from './frame-splitter.ts';

function framed(content: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(content.length);
  return Buffer.concat([head, content]);
}

test('frames come out whole and in order however the stream is cut', () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 });
  const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(frames, cuts, (contents, lengths) => {
      const stream = Buffer.concat(contents.map(framed));
      const splitter = new FrameSplitter(200);
      const received: Buffer[] = [];
      for (let at = 0, i = 0; at < stream.length; i += 1) {
        const length = lengths[i % lengths.length] as number;
        received.push(...splitter.push(stream.subarray(at, at + length)));
        at += length;
      }
      assert.deepEqual(
        received.map((frame) => new Uint8Array(frame)),
        contents,
      );
      assert.equal(splitter.unfinishedBytes, 0);
    }),
  );
});

test('it tells what there is of an unfinished frame', () => {
  const splitter = new FrameSplitter(1_000);
  assert.equal(splitter.isInsideFrame, false);
  assert.deepEqual(splitter.push(Buffer.from([0, 0])), []);
  assert.deepEqual([splitter.isInsideFrame, splitter.unfinishedBytes], [true, 0]);
  splitter.push(Buffer.from([0, 2]));
  assert.deepEqual([splitter.isInsideFrame, splitter.unfinishedBytes], [true, 0]);
  splitter.push(Buffer.from([7]));
  assert.deepEqual([splitter.isInsideFrame, splitter.unfinishedBytes], [true, 1]);
  splitter.push(Buffer.from([8]));
  assert.equal(splitter.isInsideFrame, false);
});

test('a large frame is put together from small chunks', () => {
  const content = Buffer.alloc(700_000, 'abcdefg');
  const stream = framed(content);
  const splitter = new FrameSplitter(1_000_000);
  const received: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 999) received.push(...splitter.push(stream.subarray(at, at + 999)));
  assert.deepEqual(received, [content]);
});

for (const length of [-1, 1_001, 2 ** 31 - 1]) {
  test(`a length of ${length} is refused before anything is kept for it`, () => {
    const head = Buffer.alloc(4);
    head.writeInt32BE(length);
    assert.throws(() => new FrameSplitter(1_000).push(head), FrameTooLarge);
  });
}
