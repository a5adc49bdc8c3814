import type { CallRow } from '../../../schemas/call-row.ts';
import type { Event } from '../../../schemas/events.ts';
import type { RecordingRow } from '../../../schemas/rows.ts';
import { toEventSet } from './event-set.ts';
import type { CallIdentity } from './identity.ts';
import { settleRecordings } from './recording-outcomes.ts';
import { toRecordingRows } from './recording-rows.ts';
import { foldRecordings } from './recordings.ts';
import { toStory } from './story.ts';
import { toCallRow } from './to-row.ts';

export type AssembledCall = { readonly call: CallRow; readonly recordings: readonly RecordingRow[] };

/**
 * The call that a set of events tells: a pure, total function of the set. The order of the list and copies in it do
 * not matter, and nothing else (clock, offsets, settings) has a part in it.
 */
export const assembleCall = (identity: CallIdentity, events: readonly Event[]): CallRow =>
  assembleCallAndRecordings(identity, events).call;

/** The call and the rows of its recordings. */
export const assembleCallAndRecordings = (identity: CallIdentity, events: readonly Event[]): AssembledCall => {
  const set = toEventSet(events);
  const story = toStory(identity, set.events);
  const told = foldRecordings(story.facets);
  const recordings = settleRecordings(told, story);
  const call = toCallRow(identity, set, story, recordings);
  return { call, recordings: toRecordingRows(call, told) };
};
