import type { Field } from './contract.ts';

/** Choices that a sender need not make: what is true when nothing is said. */
const unsaid: ReadonlySet<string> = new Set(['unknown', 'none', 'allowed', 'call', 'talk']);

/** Ids that only some sources have; empty where one has none. */
const optionalIds: ReadonlySet<string> = new Set(['bridge_id', 'session_id', 'sip_call_id']);

export const mustBeNamed = (name: string): boolean => name.endsWith('_id') && !optionalIds.has(name);

/** Texts without which an event says nothing. */
const neededTexts: ReadonlySet<string> = new Set([
  'item',
  'currency',
  'text',
  'into_call_key',
  'from_call_key',
  'of_call_key',
]);

/** What stands for a field that was left out; undefined where it must be sent. */
export const defaultOf = ({ name, nullable, type }: Field): unknown => {
  if (nullable) return null;
  switch (type.kind) {
    case 'text':
      return mustBeNamed(name) || neededTexts.has(name) ? undefined : '';
    case 'choice':
      return type.of.find((choice) => unsaid.has(choice));
    case 'integer':
    case 'instant':
    case 'texts':
    case 'record':
      return undefined;
  }
};

const longTexts: Readonly<Record<string, number>> = {
  text: 100_000,
  path: 1024,
  target: 1024,
  detail: 1024,
  reason: 1024,
};

/** Most code points that a text may have. */
export const textLimit = (name: string): number => longTexts[name] ?? 255;
