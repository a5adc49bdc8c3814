import { open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DurableFile } from './durable-file.ts';
import { replaceFile } from '../../../../runtime/durable-write.ts';
import { INDEX_ENTRY_BYTES, type IndexEntry, OffsetIndex } from './offset-index.ts';

const NAME = /^(\d{20})\.log$/;

/** The base offset in a segment's file name; null for other files. */
export function segmentBaseOf(fileName: string): number | null {
  const digits = NAME.exec(fileName)?.[1];
  return digits === undefined ? null : Number(digits);
}

type State =
  | { kind: 'active'; file: DurableFile; index: OffsetIndex }
  | { kind: 'sealed'; size: number; file: Promise<DurableFile> | null };

/**
 * One file of a partition's log. The active segment stays open and takes appends; a sealed one never changes again, is
 * open only while somebody reads it, and keeps its index on disk.
 */
export class Segment {
  readonly baseOffset: number;
  readonly #path: string;
  #state: State = { kind: 'sealed', size: 0, file: null };
  #readers = 0;
  /** Highest record timestamp; -Infinity while empty. */
  maxTimestamp = Number.NEGATIVE_INFINITY;

  constructor(folder: string, baseOffset: number) {
    this.baseOffset = baseOffset;
    this.#path = join(folder, String(baseOffset).padStart(20, '0'));
  }

  get logPath(): string {
    return `${this.#path}.log`;
  }

  /** Durable bytes. */
  get size(): number {
    return this.#state.kind === 'active' ? this.#state.file.size : this.#state.size;
  }

  get isActive(): boolean {
    return this.#state.kind === 'active';
  }

  /** Opens or creates the file for appends after its first `size` bytes. */
  async activate(size: number, index: OffsetIndex): Promise<void> {
    this.#state = { kind: 'active', file: await DurableFile.open(this.logPath, size), index };
  }

  /** Takes a segment of `size` bytes as sealed if its index goes up to there. */
  async openSealed(size: number): Promise<boolean> {
    this.#state = { kind: 'sealed', size, file: null };
    const end = await readLastEntry(this.#indexPath);
    if (end === null || end.position !== size) return false;
    this.maxTimestamp = end.maxTimestampBefore;
    return true;
  }

  /** Ends the segment at `nextOffset`: its index goes to disk with a last entry for the end. */
  async seal(nextOffset: number): Promise<void> {
    const { file, index } = this.#active();
    const { size } = file;
    const relativeOffset = nextOffset - this.baseOffset;
    const complete = new OffsetIndex(Buffer.from(index.bytes));
    complete.append({ relativeOffset, position: size, maxTimestampBefore: this.maxTimestamp });
    await replaceFile(this.#indexPath, complete.bytes);
    this.#state = { kind: 'sealed', size, file: Promise.resolve(file) };
    await this.#closeUnlessRead();
  }

  async append(buffers: readonly Buffer[], length: number): Promise<void> {
    await this.#active().file.append(buffers, length);
  }

  /** Notes a batch that was appended at `position`. */
  note(offset: number, position: number, maxTimestamp: number): void {
    const relativeOffset = offset - this.baseOffset;
    this.#active().index.note({ relativeOffset, position, maxTimestampBefore: this.maxTimestamp });
    if (maxTimestamp > this.maxTimestamp) this.maxTimestamp = maxTimestamp;
  }

  persistIndex(): Promise<void> {
    return replaceFile(this.#indexPath, this.#active().index.bytes);
  }

  /** The active segment's own index, or a sealed one's from disk; null when it has none. */
  async loadIndex(): Promise<OffsetIndex | null> {
    if (this.#state.kind === 'active') return this.#state.index;
    try {
      return new OffsetIndex(await readFile(this.#indexPath));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Opens the file for a reader, who must `release` it; it stays readable even if the segment is removed meanwhile. */
  async acquire(): Promise<DurableFile> {
    this.#readers += 1;
    try {
      return await this.#readable();
    } catch (error) {
      this.#readers -= 1;
      throw error;
    }
  }

  async release(): Promise<void> {
    this.#readers -= 1;
    await this.#closeUnlessRead();
  }

  async remove(): Promise<void> {
    await unlink(this.logPath);
    await unlink(this.#indexPath).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  async close(): Promise<void> {
    if (this.#state.kind === 'active') {
      this.#state = { kind: 'sealed', size: this.size, file: Promise.resolve(this.#state.file) };
    }
    await this.#closeUnlessRead();
  }

  get #indexPath(): string {
    return `${this.#path}.index`;
  }

  #active(): Extract<State, { kind: 'active' }> {
    if (this.#state.kind !== 'active') throw new Error(`${this.logPath} is sealed`);
    return this.#state;
  }

  #readable(): Promise<DurableFile> {
    const state = this.#state;
    if (state.kind === 'active') return Promise.resolve(state.file);
    state.file ??= DurableFile.openForReading(this.logPath, state.size).catch((error: unknown) => {
      state.file = null;
      throw error;
    });
    return state.file;
  }

  async #closeUnlessRead(): Promise<void> {
    if (this.#state.kind === 'active' || this.#readers > 0 || this.#state.file === null) return;
    const { file } = this.#state;
    this.#state.file = null;
    await (await file).close();
  }
}

/** Only the end of the file is read: there may be many segments to open. */
async function readLastEntry(indexPath: string): Promise<IndexEntry | null> {
  try {
    const file = await open(indexPath, 'r');
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(INDEX_ENTRY_BYTES);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, Math.max(0, size - bytes.length));
      return new OffsetIndex(bytes.subarray(0, bytesRead)).last;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
