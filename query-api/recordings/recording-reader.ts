import { callStartedAtOf } from '../../schemas/ids.ts';
import { type Keyed, type PageOf, readPage, readTotal, type Total } from '../listing/page-reader.ts';
import type { PageRequest } from '../listing/page-request.ts';
import type { Tables } from '../listing/tables.ts';
import type { RecordingFilters } from './list-parameters.ts';
import {
  recordingConditions,
  type RecordingFound,
  recordingListing,
  recordingQuery,
  type RecordingTold,
  recordingToldQuery,
} from './recording-query.ts';

export type RecordingPage = PageOf<RecordingFound> & { readonly total: Total | null };

export type RecordingReader = {
  list(tenantId: string, filters: RecordingFilters, page: PageRequest, signal: AbortSignal): Promise<RecordingPage>;
  find(tenantId: string, id: string, signal: AbortSignal): Promise<RecordingFound | null>;
  /** What its call tells of it; nothing while the call is not known. */
  told(tenantId: string, recording: RecordingFound, signal: AbortSignal): Promise<RecordingTold>;
};

const nothingTold: RecordingTold = { recording_times: [], transcripts: [] };

export const createRecordingReader = (tables: Tables): RecordingReader => ({
  list: async (tenantId, filters, { order, limit, place, wantsTotal }, signal) => {
    const conditions = recordingConditions(tenantId, filters);
    const [page, total] = await Promise.all([
      readPage<RecordingFound & Keyed>(tables, recordingListing, { conditions, order, limit, place }, signal),
      wantsTotal ? readTotal(tables, recordingListing, conditions, signal) : null,
    ]);
    return { ...page, total };
  },
  find: async (tenantId, id, signal) => {
    const [row] = await tables.read<RecordingFound>(recordingQuery(tenantId, id), signal);
    return row ?? null;
  },
  told: async (tenantId, { recording_id, call_id }, signal) => {
    const at = callStartedAtOf(call_id);
    if (at === null) return nothingTold;
    const query = recordingToldQuery(tenantId, recording_id, { at, id: call_id });
    const [told] = await tables.read<RecordingTold>(query, signal);
    return told ?? nothingTold;
  },
});
