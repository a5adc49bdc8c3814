import { normaliseCel } from './asterisk/normalise-cel.ts';
import { normaliseCanonicalEvent } from './canonical/normalise-canonical.ts';
import { type Normalised, reject, type Source } from './dialect.ts';
import { normaliseFreeswitchCdr } from './freeswitch/normalise-cdr.ts';
import { normaliseFreeswitchEvent } from './freeswitch/normalise-event.ts';
import type { Dialect } from './judging.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const ofObjects =
  (normalise: (record: JsonObject, source: Source) => Normalised): Dialect['normalise'] =>
  (value, source) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? normalise(value as JsonObject, source)
      : reject('NOT_AN_OBJECT', '', 'a record must be a JSON object');

export const dialects = {
  canonical: { name: 'canonical', normalise: normaliseCanonicalEvent },
  freeswitchEvents: { name: 'freeswitch-events', normalise: ofObjects(normaliseFreeswitchEvent) },
  freeswitchCdr: { name: 'freeswitch-cdr', normalise: ofObjects(normaliseFreeswitchCdr) },
  asteriskCel: { name: 'asterisk-cel', normalise: ofObjects(normaliseCel) },
} as const satisfies Readonly<Record<string, Dialect>>;
