import type { CallRow, Quality } from '../../../schemas/call-row.ts';
import type { Event } from '../../../schemas/events.ts';
import { versionOf } from '../assembler-epoch.ts';
import { answeredByOf } from './answered-by.ts';
import { isMailboxReached } from './apps.ts';
import { isClockAnomaly } from './clocks.ts';
import { decisionRows, decisionsOf } from './decisions.ts';
import type { EventSet } from './event-set.ts';
import { causeColumns } from './hangup-cause.ts';
import type { CallIdentity } from './identity.ts';
import { isLate } from './late.ts';
import { nativeIdsOf, sipCallIdsOf } from './native-ids.ts';
import { overflowsOf } from './overflows.ts';
import { partiesOf } from './parties.ts';
import { qualityOf } from './quality.ts';
import { recordingTimes, type SettledRecording } from './recording-outcomes.ts';
import { bridgeRows, legRows, recordingRefs, refusalRows, spanRows } from './row-parts.ts';
import type { Story } from './story.ts';
import { costsOf, transcriptsOf } from './texts-and-costs.ts';
import { timesOf } from './times.ts';

/** The row that tells a call's story. */
export const toCallRow = (
  identity: CallIdentity,
  set: EventSet,
  story: Story,
  recordings: readonly SettledRecording[],
): CallRow => {
  const { root, legs, roles, ended, visits, apps } = story;
  const { talks } = story.connection;
  const mailbox = apps.find((stay) => isMailboxReached(stay, root?.facts.caller_number ?? ''));
  const answeredBy = answeredByOf({ root, legs, roles, talks, visits, apps });
  const decisions = decisionsOf(story, mailbox);
  return {
    tenant_id: identity.tenant_id,
    call_started_at: identity.call_started_at,
    call_id: identity.call_id,
    version: versionOf(set.distinct),
    call_key: identity.call_key,
    state: ended ? 'ended' : 'active',
    merged_into: '',
    switch_id: root?.switchId ?? set.events[0]?.switch_id ?? '',
    direction: decisions.direction.value,
    disposition: decisions.disposition.value,
    ...timesOf(story),
    ...partiesOf({ root, legs, roles, answeredBy }),
    ...causeColumns(decisions.hangup_cause.end),
    ended_by: decisions.ended_by.value,
    ...answeredBy,
    reached_voicemail: mailbox !== undefined,
    quality: qualityFlags(identity, set, story),
    native_ids: nativeIdsOf(identity.call_key, story.channels, story.facets),
    sip_call_ids: sipCallIdsOf(legs),
    legs: legRows(root, legs, roles, story.talksByLeg),
    bridges: bridgeRows(story.bridges, legs),
    holds: story.holds,
    transfers: story.transfers,
    queue_visits: visits.map(({ row }) => row),
    queue_refusals: refusalRows(story.facets),
    overflows: overflowsOf(visits.map(({ row }) => row)),
    callback_of_call_key: story.facets.callbacks[0]?.payload.of_call_key ?? '',
    callback_of_visit_id: story.facets.callbacks[0]?.payload.of_visit_id ?? '',
    recordings: recordingRefs(recordings),
    recording_times: recordingTimes(recordings),
    transcripts: transcriptsOf(story.facets, recordings),
    costs: costsOf(story.facets),
    has_recording: recordings.some(({ status }) => status === 'available'),
    events: set.distinct,
    last_event_at: latest(set.events, (event) => event.occurred_at),
    updated_at: latest(set.events, (event) => event.observed_at),
    decided_by: decisionRows(decisions),
    spans: spanRows(story),
  };
};

const latest = (events: readonly Event[], of: (event: Event) => number): number => {
  let at = 0;
  for (const event of events) at = Math.max(at, of(event));
  return at;
};

const qualityFlags = (identity: CallIdentity, { events, conflicting, truncated }: EventSet, story: Story): Quality[] =>
  qualityOf({
    end_inferred: story.inferred,
    clock_anomaly: isClockAnomaly({ identity, events, endedAt: story.end.value, ...story }),
    gap: story.visits.some((visit) => visit.gap),
    merged: events.some((event) => event.call_key !== identity.call_key),
    late: isLate(events, story.root),
    conflicting_event: conflicting,
    truncated_events: truncated,
    id_reused: story.isIdReused,
  });
