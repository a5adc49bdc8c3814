const maxCodePoints = 255;

/**
 * A name or number as it may be stored: NFC, well-formed, no control characters, no blanks around it, at most 255 code
 * points (or as many as told).
 */
export const cleanText = (text: string, limit = maxCodePoints): string =>
  isPlain(text, limit) ? text : cleaned(text, limit);

/** Printable ASCII is the rule, and needs nothing done. */
const isPlain = (text: string, limit: number): boolean => {
  const { length } = text;
  if (length > limit || text.charCodeAt(0) === 0x20 || text.charCodeAt(length - 1) === 0x20) return false;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
};

// oxlint-disable-next-line no-control-regex -- control characters are what it is after
const controls = /[\u0000-\u001f\u007f-\u009f]/g;

const cleaned = (text: string, limit: number): string => {
  // A code point is at most two units, and composing only shortens: cutting early bounds the work on huge texts.
  const bounded = text.length > limit * 8 ? text.slice(0, limit * 8) : text;
  const plain = bounded.toWellFormed().normalize('NFC').replace(controls, '').trim();
  return plain.length <= limit ? plain : Array.from(plain).slice(0, limit).join('').trimEnd();
};
