import { cleanText } from './clean-text.ts';

/** Those of the named native fields that are texts or numbers: what `extra` of an event shows beside its meaning. */
export const keptFields = (names: readonly string[], valueOf: (name: string) => unknown): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = valueOf(name);
    const text = typeof value === 'string' ? cleanText(value) : typeof value === 'number' ? String(value) : '';
    if (text !== '') kept[name] = text;
  }
  return kept;
};
