const POLYNOMIAL = 0x82f63b78;

// Slicing-by-8: table n holds the CRC of a byte followed by n zero bytes, so eight bytes fold in one step.
// One flat array keeps the eight look-ups free of bounds hops between objects.
const TABLES = buildTables();

function buildTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc >>> 0;
  }
  for (let entry = 256; entry < tables.length; entry += 1) {
    const shorter = tables[entry - 256] as number;
    tables[entry] = ((shorter >>> 8) ^ (tables[shorter & 0xff] as number)) >>> 0;
  }
  return tables;
}

/** CRC-32C (Castagnoli) of `bytes[start, end)`, unsigned: the checksum of Kafka's record batches. */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const t = TABLES;
  let crc = 0xffffffff;
  let at = start;
  for (const lastEight = end - 8; at <= lastEight; at += 8) {
    const low = crc ^ (b(bytes, at) | (b(bytes, at + 1) << 8) | (b(bytes, at + 2) << 16) | (b(bytes, at + 3) << 24));
    crc =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + b(bytes, at + 4)] as number) ^
      (t[512 + b(bytes, at + 5)] as number) ^
      (t[256 + b(bytes, at + 6)] as number) ^
      (t[b(bytes, at + 7)] as number);
  }
  for (; at < end; at += 1) crc = (crc >>> 8) ^ (t[(crc ^ b(bytes, at)) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}

function b(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}
