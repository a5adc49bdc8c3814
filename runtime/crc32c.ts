/** The checksum of Kafka's record batches (CRC-32C, Castagnoli), eight bytes a step; Node's zlib has another polynomial. */
const tables = buildTables();

export function crc32c(bytes: Uint8Array): number {
  const { length } = bytes;
  const at = (table: number, index: number): number => tables[table * 256 + index] ?? 0;
  let crc = -1;
  let from = 0;
  for (; from + 8 <= length; from += 8) {
    const low = crc ^ word(bytes, from);
    const high = word(bytes, from + 4);
    crc =
      at(7, low & 0xff) ^
      at(6, (low >>> 8) & 0xff) ^
      at(5, (low >>> 16) & 0xff) ^
      at(4, low >>> 24) ^
      at(3, high & 0xff) ^
      at(2, (high >>> 8) & 0xff) ^
      at(1, (high >>> 16) & 0xff) ^
      at(0, high >>> 24);
  }
  for (; from < length; from += 1) crc = at(0, (crc ^ byte(bytes, from)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function word(bytes: Uint8Array, index: number): number {
  return (
    byte(bytes, index) | (byte(bytes, index + 1) << 8) | (byte(bytes, index + 2) << 16) | (byte(bytes, index + 3) << 24)
  );
}

/** Table n gives the effect of a byte that n more bytes follow. */
function buildTables(): Int32Array {
  const built = new Int32Array(8 * 256);
  for (let index = 0; index < 256; index += 1) {
    let crc = index;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0x82f63b78);
    built[index] = crc;
  }
  for (let index = 256; index < built.length; index += 1) {
    const crc = built[index - 256] ?? 0;
    built[index] = (built[crc & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return built;
}
