import type { TopicConfig } from '../topics/topic-config.ts';
import { assignBaseOffset, readBatchHeader } from '../protocol/record-batch.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { StorageFailure } from './durable-file.ts';
import { syncFolder } from '../../../../runtime/durable-write.ts';
import { GroupCommit } from './group-commit.ts';
import { OffsetIndex } from './offset-index.ts';
import { type Appended, type Incoming, placeBatches } from './place-batches.ts';
import type { ProducerSequences } from './producer-sequences.ts';
import { type RecoveredLog, recoverLog, type Repair } from './recovery.ts';
import { expiredSegments } from './retention.ts';
import { Segment } from './segment.ts';

const CHECKPOINT_EVERY_BYTES = 16 * 1024 * 1024;
const MAX_GROUP_BYTES = 4 * 1024 * 1024;

/** The topic was deleted, or the broker is stopping. */
export class LogClosed extends Error {
  override name = 'LogClosed';
}

/**
 * The log of one partition: segments on disk, appended to by group commit. Everything below `nextOffset` is durable,
 * and only that is ever shown to a reader.
 */
export class PartitionLog {
  readonly repair: Repair;
  readonly #folder: string;
  readonly #config: TopicConfig;
  readonly #segments: Segment[];
  readonly #producers: ProducerSequences;
  readonly #commits: GroupCommit<Incoming, Appended>;
  readonly #onTrouble: (error: unknown) => void;
  readonly #watchers = new Set<() => void>();
  #nextOffset: number;
  #logStartOffset: number;
  #uncheckpointedBytes = 0;
  #appendedBytes = 0;
  #isClosed = false;

  private constructor(folder: string, config: TopicConfig, found: RecoveredLog, onTrouble: (error: unknown) => void) {
    this.#onTrouble = onTrouble;
    this.#folder = folder;
    this.#config = config;
    this.#segments = found.segments;
    this.#producers = found.producers;
    this.#nextOffset = found.nextOffset;
    this.#logStartOffset = found.logStartOffset;
    this.repair = found.repair;
    this.#commits = new GroupCommit({
      commit: (batches) => this.#commit(batches),
      sizeOf: (batch) => batch.bytes.length,
      maxGroupBytes: MAX_GROUP_BYTES,
    });
  }

  /** `onTrouble` hears of a checkpoint that could not be written, which costs nothing but a slower next start. */
  static async open(folder: string, config: TopicConfig, onTrouble: (error: unknown) => void): Promise<PartitionLog> {
    const log = new PartitionLog(folder, config, await recoverLog(folder), onTrouble);
    if (log.repair.scannedBytes > 0 || log.repair.removedBytes > 0) await log.#tryCheckpoint();
    return log;
  }

  get config(): TopicConfig {
    return this.#config;
  }

  /** The first offset that readers may ask for. */
  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  /** The offset that the next record will get: the high watermark, as there is one replica. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Counts up with every append while the log is open. */
  get appendedBytes(): number {
    return this.#appendedBytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** In order of their base offsets; the last is the active one. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Stores a validated batch; resolves when it is durable, throws `StorageFailure` when the disk refuses. */
  append(bytes: Buffer): Promise<Appended> {
    return this.#commits.submit({ bytes, header: readBatchHeader(bytes) });
  }

  /** Calls `watcher` after every change of `nextOffset` and when the log closes. Returns how to stop it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Forgets the records before `offset` (-1: all); false when there is no such offset yet. */
  deleteRecordsBefore(offset: number): Promise<boolean> {
    return this.#commits.exclusively(async () => {
      if (this.#isClosed) throw new LogClosed('the log is closed');
      const target = offset === -1 ? this.#nextOffset : offset;
      if (target < 0 || target > this.#nextOffset) return false;
      if (target <= this.#logStartOffset) return true;
      await this.#checkpoint(target);
      this.#logStartOffset = target;
      await this.#removeSegments(
        this.#segments.filter((_, i) => (this.#segments[i + 1]?.baseOffset ?? Infinity) <= target),
      );
      return true;
    });
  }

  /** Removes the segments that the topic's retention lets go; returns how many. */
  applyRetention(nowMs: number): Promise<number> {
    return this.#commits.exclusively(async () => {
      if (this.#isClosed) return 0;
      const expired = expiredSegments(this.#segments, this.#config, nowMs);
      if (expired.length === 0) return 0;
      const active = this.#active;
      // Sealed ones first: on a full disk that makes the room that a new segment needs.
      await this.#removeSegments(expired.filter((segment) => segment !== active));
      if (expired.includes(active)) {
        await this.#roll();
        await this.#removeSegments([active]);
      }
      return expired.length;
    });
  }

  /** Waits for what is being written and leaves a checkpoint, so that the next start has nothing to scan. */
  close(): Promise<void> {
    return this.#commits.exclusively(async () => {
      if (this.#uncheckpointedBytes > 0) await this.#tryCheckpoint();
      await this.#closeFiles();
    });
  }

  /** Closes the files of a log that is being deleted. */
  abandon(): Promise<void> {
    return this.#commits.exclusively(() => this.#closeFiles());
  }

  get #active(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  async #commit(batches: Incoming[]): Promise<Appended[]> {
    if (this.#isClosed) throw new LogClosed('the log is closed');
    if (this.#active.size >= this.#config.segmentBytes) await this.#roll();
    const placed = placeBatches(batches, this.#nextOffset, this.#producers);
    if (placed.length === 0) return placed.answers;
    for (const { bytes, baseOffset } of placed.batches) assignBaseOffset(bytes, baseOffset);
    const active = this.#active;
    let position = active.size;
    await active.append(
      placed.batches.map((batch) => batch.bytes),
      placed.length,
    );
    for (const { bytes, header, baseOffset } of placed.batches) {
      active.note(baseOffset, position, header.maxTimestamp);
      position += bytes.length;
    }
    for (const state of placed.producers.values()) this.#producers.put(state);
    this.#nextOffset = placed.nextOffset;
    this.#appendedBytes += placed.length;
    this.#uncheckpointedBytes += placed.length;
    this.#notify();
    if (this.#uncheckpointedBytes >= CHECKPOINT_EVERY_BYTES) await this.#tryCheckpoint();
    return placed.answers;
  }

  /** Starts a new segment. On failure the old one stays active and the next append tries again. */
  async #roll(): Promise<void> {
    const next = new Segment(this.#folder, this.#nextOffset);
    try {
      await next.activate(0, new OffsetIndex());
      await syncFolder(this.#folder);
      await this.#active.seal(this.#nextOffset);
    } catch (error) {
      await next.close();
      await next.remove().catch(this.#onTrouble);
      throw new StorageFailure('cannot start a new segment', { cause: error });
    }
    this.#segments.push(next);
    await this.#tryCheckpoint();
  }

  async #tryCheckpoint(): Promise<void> {
    await this.#checkpoint(this.#logStartOffset).catch(this.#onTrouble);
  }

  async #checkpoint(logStartOffset: number): Promise<void> {
    const active = this.#active;
    await active.persistIndex();
    await writeCheckpoint(this.#folder, {
      segmentBase: active.baseOffset,
      position: active.size,
      nextOffset: this.#nextOffset,
      maxTimestamp: Number.isFinite(active.maxTimestamp) ? active.maxTimestamp : null,
      logStartOffset,
      producers: this.#producers.snapshot(),
    });
    this.#uncheckpointedBytes = 0;
  }

  /** Oldest first, so that a crash half-way leaves no hole. */
  async #removeSegments(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) {
      await segment.remove();
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      this.#logStartOffset = Math.max(this.#logStartOffset, (this.#segments[0] as Segment).baseOffset);
    }
  }

  async #closeFiles(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#segments.map((segment) => segment.close()));
    this.#notify();
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
