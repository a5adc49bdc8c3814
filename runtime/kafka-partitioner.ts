/**
 * Kafka's own hash of keys (murmur2, 32 bits), so that producers in any language that follow the Java client agree on
 * a key's partition.
 */
export function murmur2(key: Uint8Array): number {
  const { length } = key;
  const multiplier = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word = byte(key, at) | (byte(key, at + 1) << 8) | (byte(key, at + 2) << 16) | (byte(key, at + 3) << 24);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  if (at < length) {
    if (length - at === 3) hash ^= byte(key, at + 2) << 16;
    if (length - at >= 2) hash ^= byte(key, at + 1) << 8;
    hash = Math.imul(hash ^ byte(key, at), multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

function byte(key: Uint8Array, at: number): number {
  return key[at] ?? 0;
}

/** The partition of a key among `partitions`, as the Java client chooses it. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
