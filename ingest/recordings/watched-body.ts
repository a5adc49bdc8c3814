import { Readable } from 'node:stream';

/** The sender stopped sending. */
export class UploadStalled extends Error {
  override readonly name = 'UploadStalled';
}

export type WatchedBody = {
  /** The first bytes, read ahead. */
  start: Buffer;
  /** All of it. */
  body: Readable;
  /** Gives the source back and passes over what is left of it, so that the connection can serve its next request. */
  release: () => void;
};

/** Fails with `UploadStalled` when the sender is silent for `idleTimeoutMs`; a slow receiver is no fault of the sender. */
export const watchBody = async (source: Readable, idleTimeoutMs: number): Promise<WatchedBody> => {
  // The request outlives the upload: it must still be answered.
  const chunks = source.iterator({ destroyOnReturn: false }) as AsyncGenerator<Buffer, undefined>;
  const first = await within(idleTimeoutMs, chunks.next());
  const start = first.done === true ? Buffer.alloc(0) : first.value;
  async function* all(): AsyncGenerator<Buffer> {
    if (start.length > 0) yield start;
    for (;;) {
      const next = await within(idleTimeoutMs, chunks.next());
      if (next.done === true) return;
      yield next.value;
    }
  }
  // Waits for a chunk that a silent sender may never send, so nobody waits for it.
  const release = async (): Promise<void> => {
    await chunks.return(undefined);
    source.resume();
  };
  return {
    start,
    body: Readable.from(all(), { objectMode: false }),
    release: () => {
      // Of a sender that went away there is nothing left to pass over.
      release().catch(() => undefined);
    },
  };
};

const within = async <Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> => {
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new UploadStalled(`nothing came for ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
};
