/** A run of record batches that stays on disk until the socket wants it. */
export type RecordSlice = {
  readonly length: number;
  /** Fills `target` with the bytes from `from` on; throws when they cannot all be had. */
  read: (target: Buffer, from: number) => Promise<void>;
  release: () => Promise<void>;
};

export type Part = Buffer | RecordSlice;

/** Writes Kafka's primitive types in order, into as many buffers as needed. */
export class Writer {
  readonly #parts: Part[] = [];
  #chunk: Buffer;
  #used = 0;
  #finished = 0;
  #isFlexible = false;

  constructor(capacity = 256) {
    this.#chunk = Buffer.allocUnsafe(capacity);
  }

  /** What follows is of a flexible version (KIP-482): lengths are varints, and structures end in tagged fields. */
  becomeFlexible(): this {
    this.#isFlexible = true;
    return this;
  }

  get length(): number {
    return this.#finished + this.#used;
  }

  int8(value: number): this {
    const at = this.#advance(1);
    this.#chunk.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#advance(2);
    this.#chunk.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#advance(4);
    this.#chunk.writeInt32BE(value, at);
    return this;
  }

  int64(value: number): this {
    const at = this.#advance(8);
    this.#chunk.writeInt32BE(Math.floor(value / 2 ** 32), at);
    this.#chunk.writeUInt32BE(value >>> 0, at + 4);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  string(value: string): this {
    return this.nullableString(value);
  }

  nullableString(value: string | null): this {
    const length = value === null ? -1 : Buffer.byteLength(value);
    if (this.#isFlexible) this.unsignedVarint(length + 1);
    else this.int16(length);
    if (value === null) return this;
    const at = this.#advance(length);
    this.#chunk.write(value, at, 'utf8');
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#length(value.length);
    const at = this.#advance(value.length);
    this.#chunk.set(value, at);
    return this;
  }

  /** Length-prefixed records that are read only while they are sent. */
  records(slice: RecordSlice | null): this {
    this.#length(slice?.length ?? 0);
    if (slice === null) return this;
    this.#closeChunk();
    this.#parts.push(slice);
    this.#finished += slice.length;
    return this;
  }

  array<T>(elements: readonly T[], element: (value: T) => void): this {
    this.#length(elements.length);
    for (const value of elements) element(value);
    return this;
  }

  unsignedVarint(value: number): this {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.int8(((rest & 0x7f) | 0x80) - 0x100);
    return this.int8(rest);
  }

  /** Ends a structure: it has no tagged fields. Other versions never have. */
  endStruct(): this {
    return this.#isFlexible ? this.unsignedVarint(0) : this;
  }

  /** What was written, in order. The writer must not be used afterwards. */
  parts(): Part[] {
    this.#closeChunk();
    return this.#parts;
  }

  #length(value: number): void {
    if (this.#isFlexible) this.unsignedVarint(value + 1);
    else this.int32(value);
  }

  /** Call before touching the chunk: growing replaces it. */
  #advance(length: number): number {
    const at = this.#used;
    if (at + length > this.#chunk.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#chunk.length * 2, at + length));
      this.#chunk.copy(grown, 0, 0, at);
      this.#chunk = grown;
    }
    this.#used = at + length;
    return at;
  }

  #closeChunk(): void {
    if (this.#used === 0) return;
    this.#parts.push(this.#chunk.subarray(0, this.#used));
    this.#finished += this.#used;
    this.#chunk = Buffer.allocUnsafe(256);
    this.#used = 0;
  }
}
