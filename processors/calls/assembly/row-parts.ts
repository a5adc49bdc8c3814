import type { BridgeRow, CallRecordingRow, LegRole, LegRow, RefusalRow, SpanRow } from '../../../schemas/call-row.ts';
import type { Bridges } from './bridges.ts';
import type { Facets } from './facets.ts';
import { causeColumns } from './hangup-cause.ts';
import type { Leg } from './legs.ts';
import type { Recording } from './recordings.ts';
import { type Span, toMs, totalMs, union } from '../../../runtime/spans.ts';
import type { Story } from './story.ts';
import type { Talk, TalksByLeg } from './talks.ts';
import { byText } from './text-order.ts';

/** The legs in the order in which they were created, the root first. */
export const legRows = (
  root: Leg | null,
  legs: ReadonlyMap<string, Leg>,
  roles: ReadonlyMap<string, LegRole>,
  talks: TalksByLeg,
): LegRow[] =>
  [...legs.values()]
    .sort((a, b) => Number(b === root) - Number(a === root) || bornAt(a) - bornAt(b) || byText(a.id, b.id))
    .map((leg) => legRow(leg, roles.get(leg.id) ?? 'callee', talks.get(leg.id) ?? []));

const bornAt = (leg: Leg): number => leg.createdAt ?? leg.answeredAt ?? Number.MAX_SAFE_INTEGER;

const legRow = (leg: Leg, role: LegRole, talks: readonly Talk[]): LegRow => ({
  leg_id: leg.id,
  native_id: leg.nativeId,
  switch_id: leg.switchId,
  role,
  direction: leg.facts.direction,
  endpoint: leg.facts.endpoint,
  endpoint_kind: leg.facts.endpoint_kind,
  destination: leg.facts.dialled,
  sip_call_id: leg.facts.sip_call_id,
  created_at: leg.createdAt,
  ringing_at: leg.ringingAt,
  answered_at: leg.answeredAt,
  ended_at: leg.endedAt,
  ...causeColumns(leg.end),
  connect_ms: totalMs(union(talks)),
  bill_ms: leg.answeredAt === null || leg.endedAt === null ? null : toMs(leg.endedAt - leg.answeredAt),
});

/** Every bridge in the order of time; in a pair the leg that was there first is named first. */
export const bridgeRows = ({ pairs, stays }: Bridges, legs: ReadonlyMap<string, Leg>): BridgeRow[] => {
  const first = (a: string, b: string): boolean => {
    const [one, other] = [legs.get(a), legs.get(b)];
    return one === undefined || other === undefined || bornAt(one) <= bornAt(other);
  };
  const rows: BridgeRow[] = pairs.map(({ a, b, bridgeId, from, to }) => {
    const [leg_id, other_leg_id] = first(a, b) ? [a, b] : [b, a];
    return { leg_id, other_leg_id, bridge_id: bridgeId, kind: 'talk', from, to };
  });
  for (const { legId, bridgeId, kind, from, to } of stays) {
    rows.push({ leg_id: legId, other_leg_id: '', bridge_id: bridgeId, kind, from, to });
  }
  return rows.sort((a, b) => a.from - b.from || byText(a.leg_id, b.leg_id) || byText(a.other_leg_id, b.other_leg_id));
};

/** What the row's milliseconds add up, in the order of time. */
export const spanRows = ({ connection, visits }: Story): SpanRow[] => {
  const spans: SpanRow[] = connection.talks.map(({ a, b, from, to }) => spanRow('talk', { from, to }, a, b));
  for (const hold of connection.hold) spans.push(spanRow('hold', hold));
  for (const { waiting, callerLegId } of visits) {
    for (const wait of waiting) spans.push(spanRow('wait', wait, callerLegId ?? ''));
  }
  return spans.sort((one, other) => one.from - other.from);
};

const spanRow = (kind: SpanRow['kind'], { from, to }: Span, legId = '', otherLegId = ''): SpanRow => ({
  kind,
  leg_id: legId,
  other_leg_id: otherLegId,
  from,
  to,
});

export const recordingRefs = (recordings: readonly Recording[]): CallRecordingRow[] =>
  recordings.map((recording) => ({
    recording_id: recording.id,
    status: recording.status,
    leg_id: recording.legId,
    started_at: recording.startedAt,
    duration_ms: recording.durationMs,
    bytes: recording.bytes,
  }));

/** A dialplan that tries a full queue again and again is in a loop. */
const maxRefusals = 500;

export const refusalRows = ({ refusals }: Facets): RefusalRow[] =>
  refusals.slice(0, maxRefusals).map(({ occurred_at, leg_id, payload }) => ({
    queue_id: payload.queue_id,
    reason: payload.reason,
    at: occurred_at,
    leg_id: leg_id ?? '',
  }));
