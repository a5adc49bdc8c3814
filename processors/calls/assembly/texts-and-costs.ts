import type { CostRow, TranscriptRow } from '../../../schemas/call-row.ts';
import type { Facets } from './facets.ts';
import type { Recording } from './recordings.ts';
import { byText } from './text-order.ts';

/** A call that is charged for more often than this is a fault of whoever charges. */
const maxCosts = 1000;
/** One call is transcribed into few languages, and has few recordings. */
const maxTranscripts = 100;

/** The newest transcript of each recording and language; what was said in a deleted recording is deleted with it. */
export const transcriptsOf = ({ transcripts }: Facets, recordings: readonly Recording[]): TranscriptRow[] => {
  const deleted = new Set(recordings.filter(({ status }) => status === 'deleted').map(({ id }) => id));
  const newest = new Map<string, TranscriptRow>();
  for (const { occurred_at, payload } of transcripts) {
    const recording_id = payload.recording_id ?? '';
    if (deleted.has(recording_id)) continue;
    const { language, text } = payload;
    newest.set(`${recording_id}\0${language}`, { recording_id, at: occurred_at, language, text });
  }
  return [...newest.values()]
    .sort((a, b) => byText(a.recording_id, b.recording_id) || a.at - b.at || byText(a.language, b.language))
    .slice(0, maxTranscripts);
};

/** What the call cost, item by item, in the order in which it was told. */
export const costsOf = ({ costs }: Facets): CostRow[] =>
  costs.slice(0, maxCosts).map(({ occurred_at, payload }) => ({
    at: occurred_at,
    item: payload.item,
    amount_micros: payload.amount_micros,
    currency: payload.currency,
  }));
