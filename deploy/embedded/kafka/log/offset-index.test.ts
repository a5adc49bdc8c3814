import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type IndexEntry, OffsetIndex } from './offset-index.ts';

const gaps = fc.array(
  fc.record({ offsets: fc.integer({ min: 1, max: 500 }), bytes: fc.integer({ min: 70, max: 90_000 }) }),
);

function entriesOf(sizes: { offsets: number; bytes: number }[]): IndexEntry[] {
  const entries: IndexEntry[] = [];
  let next: IndexEntry = { relativeOffset: 0, position: 0, maxTimestampBefore: Number.NEGATIVE_INFINITY };
  for (const { offsets, bytes } of sizes) {
    entries.push(next);
    next = {
      relativeOffset: next.relativeOffset + offsets,
      position: next.position + bytes,
      maxTimestampBefore: next.position + 1_000,
    };
  }
  return entries;
}

test('a floor is the last entry at or before, by offset, position and time', () => {
  fc.assert(
    fc.property(gaps, fc.nat(300_000), (sizes, wanted) => {
      const entries = entriesOf(sizes);
      const index = new OffsetIndex();
      for (const entry of entries) index.append(entry);
      const floor = (holds: (entry: IndexEntry) => boolean): IndexEntry | null => entries.findLast(holds) ?? null;
      assert.deepEqual(
        index.floorByOffset(wanted),
        floor(({ relativeOffset }) => relativeOffset <= wanted),
      );
      assert.deepEqual(
        index.floorByPosition(wanted),
        floor(({ position }) => position <= wanted),
      );
      assert.deepEqual(
        index.floorByTimestamp(wanted),
        floor(({ maxTimestampBefore }) => maxTimestampBefore < wanted),
      );
    }),
  );
});

test('it survives the disk, cut anywhere', () => {
  fc.assert(
    fc.property(gaps, fc.nat(300_000), (sizes, position) => {
      const entries = entriesOf(sizes);
      const index = new OffsetIndex();
      for (const entry of entries) index.append(entry);
      const reopened = new OffsetIndex(Buffer.from(index.bytes));
      reopened.cutAt(position);
      assert.deepEqual(reopened.last, entries.findLast((entry) => entry.position < position) ?? null);
    }),
  );
});

test('it notes the first batch, then one about every 16 KiB', () => {
  const index = new OffsetIndex();
  for (let i = 0; i < 1_000; i += 1) {
    index.note({ relativeOffset: i, position: i * 100, maxTimestampBefore: i });
  }
  assert.equal(index.bytes.length / 16, Math.ceil(100_000 / (164 * 100)));
  assert.equal(index.floorByOffset(163)?.relativeOffset, 0);
  assert.equal(index.floorByOffset(164)?.relativeOffset, 164);
});
