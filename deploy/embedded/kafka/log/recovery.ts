import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { scanBatches } from './batch-scan.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { DurableFile } from './durable-file.ts';
import { syncFolder } from '../../../../runtime/durable-write.ts';
import { OffsetIndex } from './offset-index.ts';
import { ProducerSequences, withBatch } from './producer-sequences.ts';
import { Segment, segmentBaseOf } from './segment.ts';

/** A log as it was found on disk, ready for appends; the last segment is the active one. */
export type RecoveredLog = {
  segments: Segment[];
  nextOffset: number;
  logStartOffset: number;
  producers: ProducerSequences;
  /** What had to be done beyond trusting the checkpoint. */
  repair: Repair;
};

export type Repair = { scannedBytes: number; removedBytes: number; removedBecause: string | null };

/** The log is damaged where no crash can have done it; serving what is left would hide the loss. */
export class DamagedLog extends Error {
  override name = 'DamagedLog';
}

type Found = { segment: Segment; size: number };
type Start = { from: number; position: number; nextOffset: number; index: OffsetIndex; producers: ProducerSequences };

/**
 * Opens the log in `folder`, made if need be. What the checkpoint covers is trusted; batches after it are checked one
 * by one, and the log ends before the first that is not whole.
 */
export async function recoverLog(folder: string): Promise<RecoveredLog> {
  await mkdir(folder, { recursive: true });
  const found = await findSegments(folder);
  const checkpoint = await readCheckpoint(folder);
  if (found.length === 0) return createLog(folder, checkpoint?.nextOffset ?? 0);
  const start = await chooseStart(found, checkpoint);
  return replay(found, start, checkpoint?.logStartOffset ?? 0);
}

async function findSegments(folder: string): Promise<Found[]> {
  const bases = (await readdir(folder)).map(segmentBaseOf).filter((base) => base !== null);
  bases.sort((a, b) => a - b);
  const segments = bases.map((base) => new Segment(folder, base));
  return Promise.all(segments.map(async (segment) => ({ segment, size: (await stat(segment.logPath)).size })));
}

async function createLog(folder: string, baseOffset: number): Promise<RecoveredLog> {
  const segment = new Segment(folder, baseOffset);
  await segment.activate(0, new OffsetIndex());
  await syncFolder(folder);
  await syncFolder(join(folder, '..'));
  return {
    segments: [segment],
    nextOffset: baseOffset,
    logStartOffset: baseOffset,
    producers: new ProducerSequences(),
    repair: { scannedBytes: 0, removedBytes: 0, removedBecause: null },
  };
}

/** Where checking begins: at the checkpoint if it fits the files, else at the very first batch. */
async function chooseStart(found: Found[], checkpoint: Checkpoint | null): Promise<Start> {
  const first = (found[0] as Found).segment;
  const fromFirst = {
    from: 0,
    position: 0,
    nextOffset: first.baseOffset,
    index: new OffsetIndex(),
    producers: new ProducerSequences(),
  };
  if (checkpoint === null) return fromFirst;
  const from = found.findIndex(({ segment }) => segment.baseOffset === checkpoint.segmentBase);
  const at = found[from];
  if (at === undefined || at.size < checkpoint.position) return fromFirst;
  for (const { segment, size } of found.slice(0, from)) if (!(await segment.openSealed(size))) return fromFirst;
  const index = checkpoint.position === 0 ? new OffsetIndex() : await at.segment.loadIndex();
  if (index === null) return fromFirst;
  index.cutAt(checkpoint.position);
  at.segment.maxTimestamp = checkpoint.maxTimestamp ?? Number.NEGATIVE_INFINITY;
  const { position, nextOffset } = checkpoint;
  return { from, position, nextOffset, index, producers: new ProducerSequences(checkpoint.producers) };
}

async function replay(found: Found[], start: Start, deletedBefore: number): Promise<RecoveredLog> {
  const repair: Repair = { scannedBytes: 0, removedBytes: 0, removedBecause: null };
  let { position, nextOffset, index } = start;
  for (const [i, { segment, size }] of found.entries()) {
    if (i < start.from) continue;
    if (i > start.from && segment.baseOffset !== nextOffset) {
      throw new DamagedLog(`${segment.logPath} should start at offset ${nextOffset}`);
    }
    if (i > start.from) [position, index] = [0, new OffsetIndex()];
    const end = await scanSegment(segment, { position, nextOffset, end: size }, index, start.producers);
    repair.scannedBytes += end.position - position;
    nextOffset = end.nextOffset;
    const isLast = i === found.length - 1;
    if (end.problem !== null && !isLast) {
      throw new DamagedLog(`${segment.logPath} at byte ${end.position}: ${end.problem}, and more segments follow`);
    }
    if (end.problem !== null) Object.assign(repair, { removedBytes: size - end.position, removedBecause: end.problem });
    await segment.activate(end.position, index);
    if (!isLast) await segment.seal(nextOffset);
  }
  const segments = found.map(({ segment }) => segment);
  const logStartOffset = Math.min(nextOffset, Math.max(deletedBefore, (segments[0] as Segment).baseOffset));
  return { segments, nextOffset, logStartOffset, producers: start.producers, repair };
}

async function scanSegment(
  segment: Segment,
  range: { position: number; nextOffset: number; end: number },
  index: OffsetIndex,
  producers: ProducerSequences,
): ReturnType<typeof scanBatches> {
  const file = await DurableFile.openForReading(segment.logPath, range.end);
  try {
    return await scanBatches(file, range, (batch, position) => {
      const relativeOffset = batch.baseOffset - segment.baseOffset;
      index.note({ relativeOffset, position, maxTimestampBefore: segment.maxTimestamp });
      segment.maxTimestamp = Math.max(segment.maxTimestamp, batch.maxTimestamp);
      const { producer } = batch;
      const state = producer && withBatch(producers.get(producer.id), batch, batch.baseOffset);
      if (state !== null) producers.put(state);
    });
  } finally {
    await file.close();
  }
}
