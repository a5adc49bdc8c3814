/** Appends values of Kafka's protocol to one growing buffer. Big-endian. */
export class KafkaWriter {
  #buffer: Buffer;
  #at = 0;

  constructor(bytesExpected: number) {
    this.#buffer = Buffer.allocUnsafeSlow(bytesExpected);
  }

  /** How many bytes are written. */
  get length(): number {
    return this.#at;
  }

  /** The bytes from `start` on; valid until the next write. */
  written(start = 0): Buffer {
    return this.#buffer.subarray(start, this.#at);
  }

  int8(value: number): void {
    this.#reserve(1);
    this.#at = this.#buffer.writeInt8(value, this.#at);
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  /** A safe integer in 64 bits. */
  int64(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.int32(high);
    this.int32((value - high * 0x1_0000_0000) | 0);
  }

  /** Sets what was reserved earlier, such as a length that is known only now. */
  setInt32(value: number, at: number): void {
    this.#buffer.writeInt32BE(value | 0, at);
  }

  /** A text with its length in 16 bits. */
  string(value: string): void {
    this.int16(Buffer.byteLength(value));
    this.raw(value);
  }

  /** A safe integer, zigzag, seven bits a byte. */
  varint(value: number): void {
    this.#reserve(10);
    let rest = zigzag(value);
    while (rest >= 0x80) {
      this.#buffer[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#at++] = rest;
  }

  /** Bytes with their length as a varint; null is the length -1. */
  varintBytes(value: string | Uint8Array | null): void {
    this.varint(value === null ? -1 : Buffer.byteLength(value));
    if (value !== null) this.raw(value);
  }

  raw(value: string | Uint8Array): void {
    this.#reserve(Buffer.byteLength(value));
    if (typeof value === 'string') {
      this.#at += this.#buffer.write(value, this.#at);
    } else {
      this.#buffer.set(value, this.#at);
      this.#at += value.length;
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}

/** How many bytes `varint` takes for the value. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
