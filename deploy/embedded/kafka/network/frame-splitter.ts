/** A frame is its length (int32) and as many bytes. */
const PREFIX_BYTES = 4;
/** Room for a frame that spans chunks grows as it arrives: a length that is only announced takes next to nothing. */
const FIRST_ROOM_BYTES = 256 * 1024;
const NO_ROOM = Buffer.alloc(0);

export class FrameTooLarge extends Error {
  override name = 'FrameTooLarge';
}

/** Cuts a stream of bytes, in chunks of any size, into frames. */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  /** Of the frame being received; -1 while its prefix is not complete. */
  #frameBytes = -1;
  /** Of the prefix or, once that is complete, of the frame. */
  #filled = 0;
  #room = NO_ROOM;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** What there is of the frame that has begun and is not complete. */
  get unfinishedBytes(): number {
    return this.#frameBytes === -1 ? 0 : this.#filled;
  }

  get isInsideFrame(): boolean {
    return this.#filled > 0 || this.#frameBytes !== -1;
  }

  /** The frames that `chunk` completes, without their length. Throws `FrameTooLarge` for an impossible length. */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    for (let at = 0; at < chunk.length; ) {
      at += this.#frameBytes === -1 ? this.#takePrefix(chunk, at) : this.#takeContent(chunk, at, frames);
      if (this.#frameBytes === 0) frames.push(this.#finish(NO_ROOM));
    }
    return frames;
  }

  #takePrefix(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#prefix, this.#filled, at, at + PREFIX_BYTES - this.#filled);
    this.#filled += taken;
    if (this.#filled < PREFIX_BYTES) return taken;
    const length = this.#prefix.readInt32BE(0);
    if (length < 0 || length > this.#maxFrameBytes) {
      throw new FrameTooLarge(`a frame of ${length} bytes; the limit is ${this.#maxFrameBytes}`);
    }
    this.#frameBytes = length;
    this.#filled = 0;
    return taken;
  }

  /** A frame that lies in one chunk is a view of it; others are put together. */
  #takeContent(chunk: Buffer, at: number, frames: Buffer[]): number {
    const taken = Math.min(this.#frameBytes - this.#filled, chunk.length - at);
    if (taken === this.#frameBytes) {
      frames.push(this.#finish(chunk.subarray(at, at + taken)));
      return taken;
    }
    this.#growTo(this.#filled + taken);
    chunk.copy(this.#room, this.#filled, at, at + taken);
    this.#filled += taken;
    if (this.#filled === this.#frameBytes) frames.push(this.#finish(this.#room.subarray(0, this.#filled)));
    return taken;
  }

  #growTo(needed: number): void {
    if (needed <= this.#room.length) return;
    const wanted = Math.max(FIRST_ROOM_BYTES, this.#room.length * 2, needed);
    const grown = Buffer.allocUnsafe(Math.min(this.#frameBytes, wanted));
    this.#room.copy(grown, 0, 0, this.#filled);
    this.#room = grown;
  }

  #finish(frame: Buffer): Buffer {
    this.#frameBytes = -1;
    this.#filled = 0;
    this.#room = NO_ROOM;
    return frame;
  }
}
