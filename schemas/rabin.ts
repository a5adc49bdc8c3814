// CRC-64-AVRO, the fingerprint that Avro's single-object encoding puts in front of a datum.
// https://avro.apache.org/docs/1.12.0/specification/#schema-fingerprints

const empty = 0xc15d213aa4d7a795n;

const table: readonly bigint[] = Array.from({ length: 256 }, (_, byte) => {
  let fingerprint = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) fingerprint = (fingerprint >> 1n) ^ (empty & -(fingerprint & 1n));
  return fingerprint;
});

/** The 8 bytes, little-endian, of a schema's parsing canonical form. */
export const rabinFingerprint = (canonicalSchema: string): Buffer => {
  let fingerprint = empty;
  for (const byte of Buffer.from(canonicalSchema)) {
    fingerprint = (fingerprint >> 8n) ^ (table[Number((fingerprint ^ BigInt(byte)) & 0xffn)] as bigint);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, fingerprint));
  return bytes;
};
