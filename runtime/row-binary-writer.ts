/** Appends values of ClickHouse's RowBinary format to one growing buffer. Little-endian; values are not checked. */
export class RowBinaryWriter {
  #buffer: Buffer;
  #at = 0;

  constructor(bytesExpected: number) {
    this.#buffer = Buffer.allocUnsafeSlow(bytesExpected);
  }

  /** The bytes written; the writer must not be used after. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#at++] = value;
  }

  /** A length, seven bits a byte (LEB128). */
  size(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#at++] = rest;
  }

  integer(value: number, bytes: number): void {
    this.#reserve(4);
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = value;
    if (bytes > 1) buffer[at + 1] = value >> 8;
    if (bytes > 2) {
      buffer[at + 2] = value >> 16;
      buffer[at + 3] = value >> 24;
    }
    this.#at = at + bytes;
  }

  /** A safe integer in 64 bits, two's complement. */
  integer64(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.integer(value - high * 0x1_0000_0000, 4);
    this.integer(high, 4);
  }

  bigInteger64(value: bigint): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#at);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  string(value: string): void {
    const { length } = value;
    if (length < 0x80 && this.#shortAscii(value, length)) return;
    const bytes = Buffer.byteLength(value);
    this.size(bytes);
    this.#reserve(bytes);
    // With as many bytes as letters all are ASCII, which Node writes faster as latin1.
    this.#at += this.#buffer.write(value, this.#at, bytes, bytes === length ? 'latin1' : 'utf8');
  }

  sizedBytes(value: Uint8Array): void {
    this.size(value.length);
    this.paddedBytes(value, value.length);
  }

  /** The bytes, then zeros up to `length`. */
  paddedBytes(value: Uint8Array, length: number): void {
    this.#reserve(length);
    this.#buffer.set(value, this.#at);
    this.#buffer.fill(0, this.#at + value.length, this.#at + length);
    this.#at += length;
  }

  /** Short names and numbers are most of what we write: a loop beats a call out of JavaScript. */
  #shortAscii(value: string, length: number): boolean {
    if (length > 24) return false;
    this.#reserve(length + 1);
    const buffer = this.#buffer;
    const start = this.#at + 1;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      buffer[start + index] = code;
    }
    buffer[this.#at] = length;
    this.#at = start + length;
    return true;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}
