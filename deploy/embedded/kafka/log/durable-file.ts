import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** The disk did not take the bytes (or did not confirm them); what was durable before still is. */
export class StorageFailure extends Error {
  override name = 'StorageFailure';
}

/** The part of a file handle that is used here, so that a test can fill the disk. */
export type RawFile = Pick<FileHandle, 'writev' | 'datasync' | 'truncate' | 'read' | 'close'>;

const OUT_OF_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * A file that grows at its end. `size` counts what has been synced; bytes beyond it are never read and are cut away
 * before anything else is written.
 */
export class DurableFile {
  readonly #file: RawFile;
  #size: number;
  #hasUnsyncedTail = false;
  #isUntrusted = false;

  constructor(file: RawFile, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Opens or creates the file at `path`; bytes beyond `size` are leftovers of a crash. */
  static async open(path: string, size: number): Promise<DurableFile> {
    // Not `a+`, which ignores positions; not `w+`, which empties.
    const file = new DurableFile(await open(path, constants.O_RDWR | constants.O_CREAT, 0o644), size);
    file.#hasUnsyncedTail = true;
    await file.#cutTail();
    return file;
  }

  /** A file that is only read, of a known size. */
  static async openForReading(path: string, size: number): Promise<DurableFile> {
    return new DurableFile(await open(path, 'r'), size);
  }

  get size(): number {
    return this.#size;
  }

  /** Appends and syncs; on failure throws `StorageFailure` and the file is as before. */
  async append(buffers: readonly Buffer[], length: number): Promise<void> {
    if (this.#isUntrusted) throw new StorageFailure('an earlier sync failed; restart the broker to check the file');
    if (this.#hasUnsyncedTail) await this.#cutTail();
    this.#hasUnsyncedTail = true;
    try {
      await this.#writeAll(buffers, length);
      await this.#sync();
    } catch (error) {
      // The next append tries again when cutting fails here, as it may on a disk that is being repaired.
      if (!this.#isUntrusted) await this.#cutTail().catch(() => undefined);
      throw new StorageFailure(`cannot append: ${messageOf(error)}`, { cause: error });
    }
    this.#size += length;
    this.#hasUnsyncedTail = false;
  }

  async read(target: Buffer, from: number): Promise<void> {
    for (let filled = 0; filled < target.length; ) {
      const { bytesRead } = await this.#file.read(target, filled, target.length - filled, from + filled);
      if (bytesRead === 0) throw new StorageFailure(`the file ends before ${from + target.length}`);
      filled += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** A full disk shows as a short write first and as an error only on the next one. */
  async #writeAll(buffers: readonly Buffer[], length: number): Promise<void> {
    let rest = [...buffers];
    for (let written = 0; written < length; ) {
      const { bytesWritten } = await this.#file.writev(rest, this.#size + written);
      if (bytesWritten === 0) throw new StorageFailure('the disk took nothing');
      written += bytesWritten;
      if (written < length) rest = skipBytes(rest, bytesWritten);
    }
  }

  /**
   * After a failed sync the kernel may drop the dirty pages and report success next time, so nothing written since the
   * last good sync can be vouched for: only a restart, which reads the file again, may. Lack of space is not that.
   */
  async #sync(): Promise<void> {
    try {
      await this.#file.datasync();
    } catch (error) {
      this.#isUntrusted = !OUT_OF_SPACE.has((error as NodeJS.ErrnoException).code ?? '');
      throw error;
    }
  }

  async #cutTail(): Promise<void> {
    await this.#file.truncate(this.#size);
    this.#hasUnsyncedTail = false;
  }
}

function skipBytes(buffers: readonly Buffer[], count: number): Buffer[] {
  let left = count;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (left < buffer.length) rest.push(left > 0 ? buffer.subarray(left) : buffer);
    left = Math.max(0, left - buffer.length);
  }
  return rest;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
