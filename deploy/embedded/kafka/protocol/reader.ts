/** The bytes do not follow the protocol; nothing after them on this connection can be trusted. */
export class MalformedRequest extends Error {
  override name = 'MalformedRequest';
}

/** Reads Kafka's primitive types in order. Every read is checked against what is there. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #isFlexible = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** What follows is of a flexible version (KIP-482): lengths are varints, and structures end in tagged fields. */
  becomeFlexible(): this {
    this.#isFlexible = true;
    return this;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  /** A 64-bit integer as a number: offsets, timestamps and producer ids stay far below 2^53. */
  int64(): number {
    const at = this.#advance(8);
    return this.#bytes.readInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  string(): string {
    const value = this.nullableString();
    if (value === null) throw new MalformedRequest('a string that must not be null is null');
    return value;
  }

  nullableString(): string | null {
    const length = this.#isFlexible ? this.unsignedVarint() - 1 : this.int16();
    if (length < 0) return null;
    const at = this.#advance(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  bytes(): Buffer {
    return this.nullableBytes() ?? Buffer.alloc(0);
  }

  /** A view, not a copy. */
  nullableBytes(): Buffer | null {
    const length = this.#isFlexible ? this.unsignedVarint() - 1 : this.int32();
    if (length < 0) return null;
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  array<T>(element: () => T): T[] {
    return this.nullableArray(element) ?? [];
  }

  nullableArray<T>(element: () => T): T[] | null {
    const count = this.#isFlexible ? this.unsignedVarint() - 1 : this.int32();
    if (count < 0) return null;
    // No element is shorter than a byte, so a larger count is a lie that would only cost memory.
    if (count > this.remaining) throw new MalformedRequest(`an array of ${count} in ${this.remaining} bytes`);
    const elements: T[] = [];
    for (let i = 0; i < count; i += 1) elements.push(element());
    return elements;
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#advance(1)] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedRequest('a varint longer than five bytes');
  }

  /** Ends a structure: its tagged fields, of which none is known here, are skipped. Other versions have none. */
  endStruct(): void {
    if (!this.#isFlexible) return;
    for (let left = this.unsignedVarint(); left > 0; left -= 1) {
      this.unsignedVarint();
      this.#advance(this.unsignedVarint());
    }
  }

  #advance(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) {
      throw new MalformedRequest(`wanted ${length} bytes at ${at}, the request has ${this.#bytes.length}`);
    }
    this.#at = at + length;
    return at;
  }
}
