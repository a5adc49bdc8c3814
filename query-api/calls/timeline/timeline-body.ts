import { type Static, Type } from 'typebox';
import { isoFromMicros } from '../../../schemas/event-json.ts';
import { instant, maybeInstant, maybeInteger, maybeText, orNull, textOrNull } from '../../http/value-schemas.ts';
import type { CallDetailRow } from '../call-columns.ts';
import { beginnings, type StateName } from './states.ts';
import type { Entry } from './timeline.ts';
import { wordsOf } from './words.ts';

const states = Object.keys(beginnings) as StateName[];

const Party = Type.Object({
  leg_id: Type.String(),
  role: Type.String(),
  number: maybeText(),
  agent_id: maybeText('Where the leg is an agent’s of a queue.'),
});

const TimelineEntry = Type.Object(
  {
    at: instant('Since when.'),
    ended_at: maybeInstant('Until when, itself not included; null where it goes on, and of `ended`.'),
    offset_ms: Type.Integer({ description: 'From the call’s start.' }),
    duration_ms: Type.Integer({ description: 'Up to now, as far as is known, where it goes on.' }),
    state: Type.Enum(states, { description: 'What the call is, as its caller has it.' }),
    text: Type.String({ description: 'The same in words, with names.' }),
    counts_as: orNull(
      Type.Enum(['talk', 'hold', 'wait']),
      'In which of the call’s `talk_ms`, `hold_ms` and `wait_ms` this time counts.',
    ),
    parties: Type.Array(Party, {
      description: 'Who else has a part in it: talks, rings, or talks with others meanwhile.',
    }),
    queue: orNull(
      Type.Object({
        queue_id: Type.String(),
        visit_id: Type.String(),
        position: maybeInteger('At which the caller entered.'),
      }),
    ),
    name: maybeText('Of the menu or the room, or where the transfer goes.'),
    since_event: orNull(
      Type.Object({ event_id: Type.String(), type: Type.String() }),
      'The event at whose instant it began.',
    ),
    recordings: Type.Array(
      Type.Object({
        recording_id: Type.String(),
        audio_offset_ms: Type.Integer({ description: 'Pauses that are not in the audio are left out.' }),
      }),
      { description: 'Where in which audio it is first heard.' },
    ),
  },
  { title: 'TimelineEntry' },
);

export const TimelineData = Type.Object(
  {
    call_id: Type.String(),
    started_at: instant(),
    ended_at: maybeInstant(),
    entries: Type.Array(TimelineEntry),
  },
  { title: 'Timeline' },
);

export const timelineBody = (row: CallDetailRow, entries: readonly Entry[]): Static<typeof TimelineData> => ({
  call_id: row.call_id,
  started_at: row.started_at,
  ended_at: row.ended_at,
  entries: entries.map((entry) => entryBody(entry, row)),
});

const entryBody = (entry: Entry, row: CallDetailRow): Static<typeof TimelineEntry> => ({
  at: isoFromMicros(entry.from),
  ended_at: entry.to === null ? null : isoFromMicros(entry.to),
  offset_ms: entry.offsetMs,
  duration_ms: entry.durationMs,
  state: entry.state,
  text: wordsOf(entry, row),
  counts_as: entry.countsAs,
  parties: entry.legs.map(({ id, role, number, agentId }) => ({ leg_id: id, role, number, agent_id: agentId })),
  queue:
    entry.visit === null
      ? null
      : { queue_id: entry.visit.queue_id, visit_id: entry.visit.visit_id, position: entry.position },
  name: textOrNull(entry.name),
  since_event: entry.since,
  recordings: entry.audio.map(({ recordingId, offsetMs }) => ({
    recording_id: recordingId,
    audio_offset_ms: offsetMs,
  })),
});
