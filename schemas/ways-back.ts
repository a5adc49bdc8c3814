import type { DeadLetter } from './dead-letters.ts';
import type { RedriveWay } from './quarantine-actions.ts';

/** What must be known of a refused record to say how it finds its way back. */
export type Refused = Pick<DeadLetter, 'stage' | 'source' | 'code' | 'record_bytes'> & {
  /** Bytes that are kept. */
  readonly raw_bytes: number;
};

/** How a refused record can become events after all. */
export type WayBack = {
  /** How the kept bytes are read again; null where that would be in vain, for the reason told. */
  readonly asItIs: RedriveWay | null;
  /** The dialect in which a correction is given; null where none can be. */
  readonly correctedIn: string | null;
  /** Why it cannot be redriven as it is, and what to do instead. */
  readonly why: string;
};

const uploadAgain = 'correct the upload and send the audio again: PUT /v1/recordings/{recording_id}';

/**
 * Ingest's records are judged anew in their dialect. What processors refused was read off the log: it goes there again
 * where something else may come of it (the code was mended, a newer schema is known), else it needs a correction.
 */
export const wayBack = ({ stage, source, code, raw_bytes, record_bytes }: Refused): WayBack => {
  if (stage === 'ingest')
    return record_bytes > raw_bytes
      ? {
          asItIs: null,
          correctedIn: source,
          why: `only the first ${raw_bytes} of its ${record_bytes} bytes are kept: send the record again from its source, or give it whole`,
        }
      : { asItIs: 'record', correctedIn: source, why: '' };
  if (stage === 'recordings' && (code === 'MISSING_FIELD' || code === 'OUT_OF_RANGE'))
    return { asItIs: null, correctedIn: null, why: uploadAgain };
  if (stage === 'quarantine') return { asItIs: 'letter', correctedIn: null, why: '' };
  const why = reasonsForCorrection[code];
  if (why !== undefined) return { asItIs: null, correctedIn: 'canonical', why };
  // A call has no bytes of its own: the API gives one of its events, and the call is assembled anew.
  return { asItIs: 'event', correctedIn: code === 'ASSEMBLY_FAILED' ? null : 'canonical', why: '' };
};

const reasonsForCorrection: Readonly<Record<string, string>> = {
  ANCHOR_CONFLICT: 'the call has another call_started_at, which never changes: give the event with the one in message',
  TIME_OUT_OF_RANGE: 'no table can hold its time: give the event with a true one',
  CALL_KEY_MISSING: 'nobody can tell its call: give the event with its call_key',
  TENANT_MISSING: 'nobody can tell whose it is: an operator gives the event and the tenant',
};
