/** Percent-decoded UTF-8 of text whose characters are bytes; what is no UTF-8 becomes U+FFFD, a bare `%` stays. */
export const percentDecodedBytes = (latin1: string): string => {
  if (!latin1.includes('%')) return isAscii(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8');
  const bytes = Buffer.allocUnsafe(latin1.length);
  let length = 0;
  for (let at = 0; at < latin1.length; at++) {
    const code = latin1.charCodeAt(at);
    const high = code === 0x25 ? hexDigit(latin1.charCodeAt(at + 1)) : -1;
    const low = high === -1 ? -1 : hexDigit(latin1.charCodeAt(at + 2));
    bytes[length++] = low === -1 ? code : high * 16 + low;
    if (low !== -1) at += 2;
  }
  return bytes.toString('utf8', 0, length);
};

/** The same of text that may hold characters besides. */
export const percentDecoded = (text: string): string =>
  text.includes('%') ? percentDecodedBytes(Buffer.from(text, 'utf8').toString('latin1')) : text;

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
};

const hexDigit = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
};
