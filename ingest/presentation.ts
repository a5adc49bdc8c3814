import type { Presentation } from '../schemas/vocabulary.ts';

/** Words that stand where a number was withheld. */
const anonymousWords: ReadonlySet<string> = new Set(['anonymous', 'restricted', 'private', 'withheld']);

export const isAnonymous = (number: string): boolean => {
  const code = number.charCodeAt(0);
  // Nearly all are digits or +.
  if ((code >= 0x30 && code <= 0x39) || code === 0x2b) return false;
  const lower = number.toLowerCase();
  return anonymousWords.has(lower) || lower.startsWith('anonymous@') || lower.endsWith('anonymous.invalid');
};

export const presentationOf = (number: string, hidden: boolean): Presentation => {
  if (hidden || isAnonymous(number)) return 'restricted';
  return number === '' ? 'unavailable' : 'allowed';
};
