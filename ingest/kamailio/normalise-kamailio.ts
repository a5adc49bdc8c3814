import type { Event } from '../../schemas/events.ts';
import type { LegTotals } from '../../schemas/payloads.ts';
import { q850Of, sipFailure } from '../../schemas/q850.ts';
import type { EndedBy } from '../../schemas/vocabulary.ts';
import { ignored, type Normalised, reject, type Source } from '../dialect.ts';
import { keptFields } from '../kept-fields.ts';
import {
  type End,
  factsOf,
  type Fields,
  numberOf,
  readSipRecord,
  sipEvent,
  type SipRecord,
  textOf,
} from './sip-record.ts';

/** The canonical events of one row of acc, one CDR, one event of the dialog module or of evapi. */
export const normaliseKamailio = (fields: Fields, source: Source): Normalised => {
  const kind = kindOf(fields);
  if (kind === null)
    return reject(
      'MISSING_FIELD',
      'method',
      'method is missing: send rows of acc (method), CDRs (start_time) or events (event)',
    );
  const reader = kamailioRecords.get(kind);
  if (reader === undefined) return ignored;
  const time = timeOf(fields, reader.timeFields);
  const read = readSipRecord(
    fields,
    kind,
    time,
    keptFields(kept, (name) => fields[name]),
    source,
  );
  if ('rejection' in read) return read;
  const events = reader.read(read.record);
  return events.length === 0 ? ignored : { events };
};

/** What a record is: its event, its method, or a CDR. */
const kindOf = (fields: Fields): string | null => {
  const named = textOf(fields, 'event', 'method');
  if (named !== '') return named;
  return textOf(fields, 'start_time') === '' ? null : 'cdr';
};

const kept = [
  'cgr_disconnectcause',
  'cgr_duration',
  'cgr_pdd',
  'duration',
  'method',
  'ms_duration',
  'reason',
  'sip_code',
  'sip_reason',
] as const;

/** The exact time goes before the one of whole seconds. */
const usualTimes = ['time_hires', 'time_exten', 'time'] as const;

const timeOf = (fields: Fields, names: readonly string[]): { text: string; field: string } => {
  const field = names.find((name) => textOf(fields, name) !== '') ?? names.at(-1) ?? 'time';
  return { text: textOf(fields, field), field };
};

const created = (record: SipRecord, atUs?: number): Event[] => [
  sipEvent(record, 'a', 'leg.created', { leg: factsOf(record, 'a'), parent_leg_id: null }, atUs),
];

/** The callee accepted: that is all of an answer that a proxy sees. */
const answered = (record: SipRecord, atUs?: number): Event[] => [
  ...(['a', 'b'] as const).map((end) =>
    sipEvent(record, end, 'leg.answered', { leg: factsOf(record, end), amd: 'unknown' }, atUs),
  ),
  sipEvent(
    record,
    'a',
    'leg.bridged',
    { bridge_id: record.callId, bridge_kind: 'talk', leg: factsOf(record, 'a') },
    atUs,
  ),
];

type Ending = { sipCode: number | null; cause: number | null; native: string; by?: EndedBy; totals?: LegTotals };

const endOf = (record: SipRecord, end: End, { sipCode, cause, native, by, totals }: Ending, atUs?: number): Event =>
  sipEvent(
    record,
    end,
    'leg.ended',
    {
      cause_q850: q850Of(sipCode, cause),
      sip_code: sipCode,
      cause_native: native,
      ended_by: by ?? 'unknown',
      leg: factsOf(record, end),
      totals: totals ?? null,
    },
    atUs,
  );

const bothEnded = (record: SipRecord, ending: Ending, atUs?: number): Event[] => [
  endOf(record, 'a', ending, atUs),
  endOf(record, 'b', ending, atUs),
];

const cleared: Ending = { sipCode: null, cause: 16, native: 'NORMAL_CLEARING' };

/** One row a final reply: of a call that forked there are several, and the best of them holds. */
const invited = (record: SipRecord): Event[] => {
  const code = numberOf(record.fields, 'sip_code');
  if (code === null) return created(record);
  if (code < 300) return [...created(record), ...answered(record)];
  const sipCode = sipFailure(code);
  return [...created(record), ...bothEnded(record, { sipCode, cause: null, native: reasonOf(record) })];
};

const reasonOf = ({ fields }: SipRecord): string => textOf(fields, 'sip_reason', 'reason').slice(0, 255);

/** The one who called gave up. */
const cancelled = (record: SipRecord): Event[] =>
  bothEnded(record, { sipCode: 487, cause: null, native: 'ORIGINATOR_CANCEL' });

const referred = (record: SipRecord): Event[] => [
  sipEvent(record, 'a', 'leg.transferred', {
    kind: 'blind',
    by_leg_id: null,
    target: textOf(record.fields, 'refer_to', 'dst_user'),
    from_leg_id: null,
    to_leg_id: null,
    result: 'unknown',
    forward_reason: 'none',
  }),
];

/** Spans in seconds with ms behind the dot; `ms_duration` where the dialog module writes that. */
const cdr = (record: SipRecord): Event[] => {
  const { fields } = record;
  const durationMs = numberOf(fields, 'ms_duration') ?? (numberOf(fields, 'duration') ?? 0) * 1000;
  const endedAtUs = record.occurredAtUs + Math.round(durationMs * 1000);
  const totals = { duration_ms: Math.round(durationMs), bill_ms: null, hold_ms: null };
  return [...created(record), ...answered(record), ...bothEnded(record, { ...cleared, totals }, endedAtUs)];
};

/** `cgr_answertime` is the answer, `cgr_duration` the seconds since. */
const callEnded = (record: SipRecord): Event[] => {
  const seconds = numberOf(record.fields, 'cgr_duration');
  const code = numberOf(record.fields, 'cgr_disconnectcause');
  const pddUs = (numberOf(record.fields, 'cgr_pdd') ?? 0) * 1_000_000;
  const endedAtUs = record.occurredAtUs + Math.round((seconds ?? 0) * 1_000_000);
  const ending = code !== null && code >= 300 ? { ...cleared, sipCode: sipFailure(code), cause: null } : cleared;
  return [
    ...created(record, record.occurredAtUs - pddUs),
    ...answered(record),
    ...(seconds === null ? [] : bothEnded(record, ending, endedAtUs)),
  ];
};

type Reader = { read: (record: SipRecord) => Event[]; timeFields: readonly string[] };

const usual = (read: (record: SipRecord) => Event[]): Reader => ({ read, timeFields: usualTimes });

/** By the method of an acc row, the event's name, or `cdr`. */
export const kamailioRecords: ReadonlyMap<string, Reader> = new Map([
  ['INVITE', usual(invited)],
  ['BYE', usual((record) => bothEnded(record, cleared))],
  ['CANCEL', usual(cancelled)],
  ['REFER', usual(referred)],
  ['dialog:start', usual((record) => [...created(record), ...answered(record)])],
  ['dialog:end', usual((record) => bothEnded(record, cleared))],
  ['dialog:failed', usual(invited)],
  ['cdr', { read: cdr, timeFields: ['start_time'] }],
  ['CGR_CALL_START', { read: callEnded, timeFields: ['cgr_answertime'] }],
  ['CGR_CALL_END', { read: callEnded, timeFields: ['cgr_answertime'] }],
]);
