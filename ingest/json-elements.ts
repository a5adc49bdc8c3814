/** The bytes are no JSON array. */
export class MalformedArray extends Error {
  override readonly name = 'MalformedArray';
}

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const [open, close, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const skipBlanks = (bytes: Buffer, start: number): number => {
  let at = start;
  while (isBlank(bytes[at])) at++;
  return at;
};

export const isArray = (bytes: Buffer): boolean => bytes[skipBlanks(bytes, 0)] === open;

/**
 * The bytes of each element of a JSON array, found one at a time: large arrays are then read without holding all that
 * they say at once. What the elements say is for the caller to parse; throws `MalformedArray` where the array breaks off.
 */
export function* arrayElements(bytes: Buffer): Generator<Buffer> {
  let at = skipBlanks(bytes, skipBlanks(bytes, 0) + 1);
  if (bytes[at] !== close) {
    for (;;) {
      const end = elementEnd(bytes, at);
      yield bytes.subarray(at, end);
      at = end + 1;
      if (bytes[end] === close) break;
    }
  } else at += 1;
  if (skipBlanks(bytes, at) !== bytes.length) throw new MalformedArray('there is more behind the array');
}

/** Where the comma or bracket behind an element is. Runs over every byte of every array. */
const elementEnd = (bytes: Buffer, start: number): number => {
  const { length } = bytes;
  let depth = 0;
  for (let at = start; at < length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      // Bytes of UTF-8 beyond ASCII are neither quote nor backslash.
      for (at++; at < length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
    } else if (byte === comma) {
      if (depth === 0) return at;
    } else if (byte === openBrace || byte === open) {
      depth++;
    } else if (byte === closeBrace || byte === close) {
      if (depth === 0) {
        if (byte === close) return at;
        break;
      }
      depth--;
    }
  }
  throw new MalformedArray('the array does not end');
};
