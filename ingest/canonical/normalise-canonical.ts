import { Compile, type Validator } from 'typebox/compile';
import { microsFromIso } from '../../schemas/event-json.ts';
import type { Event, EventType } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import type { Precision, SwitchKind } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { type Normalised, reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { type Field, type FieldType, payloadFields } from './contract.ts';
import { defaultOf, textLimit } from './defaults.ts';
import { canonicalSchemas, isAboutCall, mayBeSent } from './event-schemas.ts';
import { explain } from './explain.ts';

const validators: ReadonlyMap<string, Validator> = new Map(
  [...canonicalSchemas].map(([type, schema]) => [type, Compile(schema)]),
);

/** What a validated canonical event holds. */
type Sent = {
  type: EventType;
  event_id?: string;
  occurred_at: string;
  occurred_precision?: Precision;
  clock_offset_ms?: number | null;
  tenant_id?: string;
  switch_id?: string;
  switch_kind?: SwitchKind;
  boot_id?: string;
  call_key?: string;
  call_started_at?: string | null;
  leg_id?: string | null;
  other_leg_id?: string | null;
  native?: { name?: string; id?: string; seq?: number | null };
  extra?: Record<string, string>;
  payload?: Record<string, unknown>;
};

/** The event of a canonical JSON object, or what is wrong with it and the way out. */
export const normaliseCanonicalEvent = (json: unknown, source: Source): Normalised => {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return reject('NOT_AN_OBJECT', '', 'an event must be a JSON object');
  const type = (json as { type?: unknown }).type;
  if (typeof type !== 'string') return reject('MISSING_FIELD', 'type', 'type is missing: send for example leg.created');
  const validator = validators.get(type);
  if (validator === undefined) return unknownType(type);
  if (!validator.Check(json)) return { rejection: explain(validator.Errors(json), type) };
  return read(json as Sent, source);
};

const unknownType = (type: string): { rejection: Rejection } =>
  payloadFields.has(type as EventType) && !mayBeSent(type as EventType)
    ? reject(
        'EVENT_TYPE_NOT_ALLOWED',
        'type',
        type.startsWith('recording.')
          ? `${type} is said by Trunkline only; send audio to PUT /v1/recordings/{recording_id}`
          : `${type} is a conclusion that Trunkline alone draws; send what the switch told`,
      )
    : reject('UNKNOWN_EVENT_TYPE', 'type', `type ${cleanText(type, 60)} is unknown: see /docs for the types`);

const read = (sent: Sent, source: Source): Normalised => {
  const named = switchOf(source, cleanText(sent.switch_id ?? ''), 'switch_id');
  if ('rejection' in named) return named;
  const misplaced = tenantRejection(sent, source) ?? anchorRejection(sent);
  if (misplaced !== null) return misplaced;
  const instants = believableInstants(source.observedAtUs);
  const occurredAtUs = instants.read(sent.occurred_at, 'occurred_at');
  const startedAt = sent.call_started_at ?? null;
  const startedAtUs = startedAt === null ? null : instants.read(startedAt, 'call_started_at');
  const payload = readRecord(payloadFields.get(sent.type) ?? [], sent.payload ?? {}, 'payload', instants);
  const refusal = instants.refusal();
  if (refusal !== null) return refusal;
  const text = (value: string | null | undefined): string => cleanText(value ?? '');
  const callKey = text(sent.call_key);
  const legId = text(sent.leg_id) || null;
  const blank = blankRejection(sent.type, callKey, legId);
  if (blank !== null) return blank;
  const event = {
    observed_at: source.observedAtUs,
    clock_offset_ms: sent.clock_offset_ms ?? null,
    event_id: sent.event_id ?? '',
    tenant_id: source.tenantId,
    switch_id: named.switchId,
    switch_kind: sent.switch_kind ?? 'other',
    boot_id: text(sent.boot_id),
    native: {
      name: text(sent.native?.name ?? sent.type),
      id: text(sent.native?.id ?? legId ?? callKey),
      seq: sent.native?.seq ?? null,
    },
    call_key: callKey,
    call_started_at: startedAtUs,
    leg_id: legId,
    other_leg_id: text(sent.other_leg_id) || null,
    occurred_at: occurredAtUs,
    occurred_precision: sent.occurred_precision ?? 'us',
    extra: cleanExtra(sent.extra ?? {}),
    type: sent.type,
    payload,
  } as unknown as Event;
  return { events: [sent.event_id === undefined ? { ...event, event_id: contentId(event) } : event] };
};

/** An id of blanks and control characters alone passes for one, and nothing is left of it: the event would be of no call. */
const blankRejection = (type: EventType, callKey: string, legId: string | null): { rejection: Rejection } | null => {
  const field = isAboutCall(type) && callKey === '' ? 'call_key' : type.startsWith('leg.') && !legId ? 'leg_id' : null;
  return field === null ? null : reject('MISSING_FIELD', field, `${field} is blank: ${type} needs it`);
};

/** The tenant is the key's; an event that names another was meant for another key. */
const tenantRejection = ({ tenant_id }: Sent, { tenantId }: Source): { rejection: Rejection } | null =>
  tenant_id === undefined || tenant_id === tenantId
    ? null
    : reject(
        'TENANT_NOT_ALLOWED',
        'tenant_id',
        `tenant_id must be ${tenantId}, the tenant of this key: leave it out, or use a key of its tenant`,
      );

/** Only of switches of a known kind it is known how a call's anchor is found where an event does not tell it. */
const anchorRejection = ({ type, call_started_at, switch_kind = 'other' }: Sent): { rejection: Rejection } | null =>
  isAboutCall(type) && call_started_at === null && switch_kind === 'other'
    ? reject('INVALID_FIELD', 'call_started_at', 'call_started_at must be when the call started: see /docs')
    : null;

/** The id of an event without one: all that it says. */
const contentId = (event: Event): string => {
  const { native, leg_id, other_leg_id, payload, extra } = event;
  const said = JSON.stringify([native, leg_id, other_leg_id, payload, extra]);
  return eventId(event.switch_id, event.boot_id, event.call_key, event.occurred_at, said, event.type);
};

const cleanExtra = (extra: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, cleanText(value)]));

type Instants = {
  read: (text: string, field: string) => number;
  refusal: () => { rejection: Rejection } | null;
};

/** Reads instants, and keeps the first that cannot be believed. */
const believableInstants = (nowUs: number): Instants => {
  let first: { rejection: Rejection } | null = null;
  return {
    read: (text, field) => {
      const us = microsFromIso(text);
      first ??= timeRejection(us, field, nowUs);
      return us;
    },
    refusal: () => first,
  };
};

/** The fields in the contract's order, what was left out filled in. */
const readRecord = (
  fields: readonly Field[],
  sent: Readonly<Record<string, unknown>>,
  path: string,
  instants: Instants,
): Record<string, unknown> => {
  const record: Record<string, unknown> = {};
  for (const field of fields) {
    const value = sent[field.name];
    record[field.name] =
      value === undefined || value === null
        ? defaultOf(field)
        : readValue(field.type, value, `${path}.${field.name}`, field.name, instants);
  }
  return record;
};

const readValue = (type: FieldType, value: unknown, path: string, name: string, instants: Instants): unknown => {
  switch (type.kind) {
    case 'text':
      return cleanText(value as string, textLimit(name));
    case 'texts':
      return (value as readonly string[]).map((text) => cleanText(text));
    case 'instant':
      return instants.read(value as string, path);
    case 'record':
      return readRecord(type.fields, value as Record<string, unknown>, path, instants);
    case 'integer':
    case 'choice':
      return value;
  }
};
