import { readFile } from 'node:fs/promises';
import { DurableFile } from '../log/durable-file.ts';
import { replaceFile } from '../../../../runtime/durable-write.ts';
import { GroupCommit } from '../log/group-commit.ts';
import { crc32c } from '../protocol/crc32c.ts';
import { applyChange, changesOf, type GroupChange, type StoredGroup, type StoredGroups } from './stored-groups.ts';

const COMPACT_FROM_BYTES = 4 * 1024 * 1024;
const COMPACT_AT_GROWTH = 4;
const FRAME_BYTES = 8;
const MAX_GROUP_BYTES = 1024 * 1024;

type Entry = { bytes: Buffer; change: GroupChange };

/**
 * The durable side of all groups: an append-only file of framed changes (length, CRC-32C, JSON), rewritten when most
 * of it is history. A change shows in `groups` once it is on disk.
 */
export class GroupJournal {
  readonly #path: string;
  readonly #onTrouble: (error: unknown) => void;
  readonly #groups: StoredGroups = new Map();
  readonly #commits: GroupCommit<Entry, void>;
  #file: DurableFile;
  #compactedSize: number;

  private constructor(path: string, file: DurableFile, onTrouble: (error: unknown) => void) {
    this.#path = path;
    this.#file = file;
    this.#onTrouble = onTrouble;
    this.#compactedSize = 0;
    this.#commits = new GroupCommit({
      commit: (entries) => this.#commit(entries),
      sizeOf: ({ bytes }) => bytes.length,
      maxGroupBytes: MAX_GROUP_BYTES,
    });
  }

  /** `onTrouble` hears of a torn tail that was cut off, and of a compaction that failed and will be tried again. */
  static async open(path: string, onTrouble: (error: unknown) => void): Promise<GroupJournal> {
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const { changes, length } = readEntries(bytes);
    if (length < bytes.length) onTrouble(new Error(`cut ${bytes.length - length} torn bytes off the group journal`));
    const journal = new GroupJournal(path, await DurableFile.open(path, length), onTrouble);
    for (const change of changes) applyChange(journal.#groups, change);
    return journal;
  }

  get groups(): ReadonlyMap<string, Readonly<StoredGroup>> {
    return this.#groups;
  }

  /** Resolves when the change is durable and applied; throws `StorageFailure` when the disk refuses. */
  record(change: GroupChange): Promise<void> {
    return this.#commits.submit({ bytes: frame(change), change });
  }

  close(): Promise<void> {
    return this.#commits.exclusively(() => this.#file.close());
  }

  async #commit(entries: Entry[]): Promise<void[]> {
    const buffers = entries.map(({ bytes }) => bytes);
    await this.#file.append(
      buffers,
      buffers.reduce((sum, { length }) => sum + length, 0),
    );
    for (const { change } of entries) applyChange(this.#groups, change);
    if (this.#file.size > Math.max(COMPACT_FROM_BYTES, COMPACT_AT_GROWTH * this.#compactedSize)) {
      await this.#compact().catch(this.#onTrouble);
    }
    return entries.map(() => undefined);
  }

  async #compact(): Promise<void> {
    const content = Buffer.concat([...changesOf(this.#groups)].map(frame));
    await replaceFile(this.#path, content);
    const replaced = this.#file;
    this.#file = await DurableFile.open(this.#path, content.length);
    this.#compactedSize = content.length;
    await replaced.close();
  }
}

function frame(change: GroupChange): Buffer {
  const payload = Buffer.from(JSON.stringify(change));
  const head = Buffer.alloc(FRAME_BYTES);
  head.writeUInt32BE(payload.length, 0);
  head.writeUInt32BE(crc32c(payload), 4);
  return Buffer.concat([head, payload]);
}

/** The changes up to the first that is not whole, and how many bytes they take. */
function readEntries(bytes: Buffer): { changes: GroupChange[]; length: number } {
  const changes: GroupChange[] = [];
  let at = 0;
  while (at + FRAME_BYTES <= bytes.length) {
    const start = at + FRAME_BYTES;
    const end = start + bytes.readUInt32BE(at);
    if (end > bytes.length || crc32c(bytes, start, end) !== bytes.readUInt32BE(at + 4)) break;
    changes.push(JSON.parse(bytes.toString('utf8', start, end)) as GroupChange);
    at = end;
  }
  return { changes, length: at };
}
