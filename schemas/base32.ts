// Crockford's base32 in lower case, as TypeID uses it: 16 bytes become 26 characters that sort as the bytes do.
// https://github.com/jetify-com/typeid/tree/main/spec

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const values = new Map(Array.from(alphabet, (character, value) => [character, value] as const));

/** 16 bytes to 26 characters: 130 bits, of which the two highest are 0. */
export const toBase32 = (bytes: Uint8Array): string => {
  let text = '';
  let buffer = 0;
  let bits = 2;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(buffer >>> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  return text;
};

/** The inverse; null where the text is not 26 characters of the alphabet or exceeds 128 bits. */
export const fromBase32 = (text: string): Uint8Array | null => {
  if (text.length !== 26 || text > '7zzzzzzzzzzzzzzzzzzzzzzzzz') return null;
  const bytes = new Uint8Array(16);
  let buffer = 0;
  let bits = -2;
  let at = 0;
  for (const character of text) {
    const value = values.get(character);
    if (value === undefined) return null;
    buffer = (buffer << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (buffer >>> bits) & 255;
      buffer &= (1 << bits) - 1;
    }
  }
  return bytes;
};
