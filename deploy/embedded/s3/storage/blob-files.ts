import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { syncFolder } from '../../../../runtime/durable-write.ts';

/**
 * Immutable files of content, named by random ids. A new blob has two names: its final one, and one in `incoming/`
 * that stays until the catalogue has the blob. So what a crash leaves behind is found by looking there alone.
 */
export type BlobFiles = {
  /** Throws ENOSPC unless that many bytes fit on the disk and leave a reserve. */
  readonly requireRoom: (bytes: number) => Promise<void>;
  /** Writes content to a new blob and makes it durable; leaves nothing when that or `content` fails. */
  readonly receive: (content: AsyncIterable<Uint8Array>) => Promise<string>;
  /** Gives a blob's content a second, independent id. */
  readonly duplicate: (id: string) => Promise<string>;
  /** The catalogue has these: drops their incoming names. */
  readonly settle: (ids: readonly string[]) => Promise<void>;
  /** The catalogue refused these: drops them. */
  readonly discard: (ids: readonly string[]) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
  readonly open: (id: string) => Promise<FileHandle>;
  /** The ids in `incoming/`, to be settled or discarded after a crash. */
  readonly unsettled: () => Promise<readonly string[]>;
};

/** Kept free, for on a disk that is full to the last byte nothing could be deleted: the catalogue writes to do so. */
const reserveBytes = 64 * 1024 ** 2;

/** Opens the blob folder of a data directory, creating it if need be. */
export async function openBlobFiles(directory: string): Promise<BlobFiles> {
  const incoming = join(directory, 'incoming');
  const blobs = join(directory, 'blobs');
  await createFolders(directory, incoming, blobs);
  const incomingPath = (id: string): string => join(incoming, id);
  const folderOf = (id: string): string => join(blobs, id.slice(0, 2));
  const finalPath = (id: string): string => join(folderOf(id), id);

  async function publish(id: string, source: string): Promise<void> {
    await link(source, finalPath(id));
    await syncFolder(folderOf(id));
  }

  async function discard(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await removeFile(finalPath(id));
      await removeFile(incomingPath(id));
    }
  }

  /** Runs the making of a blob; takes back what it did when it fails. */
  async function making(make: (id: string) => Promise<void>): Promise<string> {
    const id = randomUUID();
    try {
      await make(id);
      return id;
    } catch (error) {
      await discard([id]);
      throw error;
    }
  }

  return {
    requireRoom: async (bytes) => {
      const { bavail, bsize } = await statfs(incoming);
      if (bavail * bsize - bytes >= reserveBytes) return;
      throw Object.assign(new Error(`less than ${reserveBytes} bytes would be left on the disk`), { code: 'ENOSPC' });
    },
    receive: (content) =>
      making(async (id) => {
        await writeDurably(incomingPath(id), content);
        await publish(id, incomingPath(id));
      }),
    duplicate: (source) =>
      making(async (id) => {
        await link(finalPath(source), incomingPath(id));
        await publish(id, incomingPath(id));
      }),
    settle: async (ids) => {
      for (const id of ids) await removeFile(incomingPath(id));
    },
    discard,
    remove: (id) => removeFile(finalPath(id)),
    open: (id) => open(finalPath(id), 'r'),
    unsettled: () => readdir(incoming),
  };
}

async function createFolders(directory: string, incoming: string, blobs: string): Promise<void> {
  await mkdir(incoming, { recursive: true });
  await mkdir(blobs, { recursive: true });
  for (let first = 0; first < 256; first++) {
    await mkdir(join(blobs, first.toString(16).padStart(2, '0')), { recursive: true });
  }
  await syncFolder(blobs);
  await syncFolder(directory);
  await syncFolder(dirname(resolve(directory)));
}

async function writeDurably(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const data of content) await writeAll(file, data);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, data: Uint8Array): Promise<void> {
  for (let written = 0; written < data.length; ) {
    written += (await file.write(data, written)).bytesWritten;
  }
}

/** Removes a file that may be gone already. */
async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
