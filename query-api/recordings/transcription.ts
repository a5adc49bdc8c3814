import { type Static, Type } from 'typebox';
import { instant, maybeInstant, maybeText, orNull, textOrNull } from '../http/value-schemas.ts';

/** When a recorder was paused. */
export const Pauses = Type.Array(
  Type.Object({ started_at: instant(), ended_at: maybeInstant(), reason: maybeText('As the switch gave it.') }),
  { description: 'When nothing was recorded, for example while a card number was told.' },
);

/** What was said, once it was transcribed. */
export const Transcription = orNull(
  Type.Object({
    status: Type.Enum(['completed']),
    text: Type.String(),
    language: maybeText('BCP 47, as whoever transcribed gave it.'),
  }),
  'Null until there is one.',
);

type Transcript = {
  readonly recording_id: string;
  readonly at: string;
  readonly language: string;
  readonly text: string;
};

/** The newest of some transcripts; one of the whole call goes before those of its recordings. */
export const transcriptionOf = (transcripts: readonly Transcript[]): Static<typeof Transcription> => {
  const whole = transcripts.filter(({ recording_id }) => recording_id === '');
  const [newest] = (whole.length > 0 ? whole : [...transcripts]).sort((a, b) => (a.at < b.at ? 1 : -1));
  return newest === undefined
    ? null
    : { status: 'completed', text: newest.text, language: textOrNull(newest.language) };
};

type Pause = { readonly from: string; readonly to: string | null; readonly reason: string };

export const pauseBodies = (pauses: readonly Pause[]): Static<typeof Pauses> =>
  pauses.map(({ from, to, reason }) => ({ started_at: from, ended_at: to, reason: textOrNull(reason) }));
