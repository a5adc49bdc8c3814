/** A frame is its length (int32) and as many bytes. */
const PREFIX_BYTES = 4;

export class FrameTooLarge extends Error {
  override name = 'FrameTooLarge';
}

/** Cuts a stream of bytes, in chunks of any size, into frames. */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Of the frame being received; -1 while its length is not known. */
  #frameBytes = -1;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** What there is of the frame that has begun and is not complete; 0 between frames. */
  get unfinishedBytes(): number {
    return this.#buffered;
  }

  get isInsideFrame(): boolean {
    return this.#buffered > 0 || this.#frameBytes !== -1;
  }

  /** The frames that `chunk` completes, without their length. Throws `FrameTooLarge` for an impossible length. */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    for (;;) {
      if (this.#frameBytes === -1) {
        if (this.#buffered < PREFIX_BYTES) return frames;
        this.#frameBytes = this.#checked(this.#take(PREFIX_BYTES).readInt32BE(0));
      }
      if (this.#buffered < this.#frameBytes) return frames;
      frames.push(this.#take(this.#frameBytes));
      this.#frameBytes = -1;
    }
  }

  #checked(length: number): number {
    if (length < 0 || length > this.#maxFrameBytes) {
      throw new FrameTooLarge(`a frame of ${length} bytes; the limit is ${this.#maxFrameBytes}`);
    }
    return length;
  }

  /** A view where the bytes lie in one chunk, a copy where they do not. */
  #take(length: number): Buffer {
    const [first] = this.#chunks;
    this.#buffered -= length;
    if (first !== undefined && first.length >= length) {
      if (first.length === length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = all.length > length ? [all.subarray(length)] : [];
    return all.subarray(0, length);
  }
}
