import { type TObject, type TSchema, Type } from 'typebox';
import type { EventType } from '../../schemas/events.ts';
import {
  clockOffset,
  type Field,
  type FieldType,
  largestLong,
  occurredPrecision,
  payloadFields,
  switchKind,
} from './contract.ts';
import { defaultOf, mustBeNamed, textLimit } from './defaults.ts';

/** Types that only Trunkline itself may say: they name stored objects or decide a call's place. */
const ownTypes: ReadonlySet<EventType> = new Set([
  'call.anchored',
  'call.end_inferred',
  'recording.uploaded',
  'recording.stored',
  'recording.deleted',
]);

export const mayBeSent = (type: EventType): boolean => !ownTypes.has(type);

/** Types that are about no call. */
export const isAboutCall = (type: string): boolean =>
  !(type.startsWith('agent.') || type.startsWith('switch.') || type.startsWith('adapter.'));

const instant = (description: string): TSchema =>
  Type.String({
    format: 'date-time',
    maxLength: 40,
    description: `${description} ISO-8601 with offset, to the µs.`.trim(),
  });

const nullable = (schema: TSchema): TSchema => ({ ...schema, type: [(schema as { type?: string }).type, 'null'] });

/** Numbers that may be negative. */
const signed: ReadonlySet<string> = new Set(['amount_micros', 'clock_offset_ms']);

const valueSchema = (type: FieldType, name: string, description: string): TSchema => {
  switch (type.kind) {
    case 'text':
      return name === 'recording_id'
        ? Type.String({ pattern: '^[A-Za-z0-9._:-]{1,200}$', description })
        : Type.String({ minLength: mustBeNamed(name) ? 1 : 0, maxLength: textLimit(name) * 2, description });
    case 'integer':
      return Type.Integer({ minimum: signed.has(name) ? type.min : 0, maximum: type.max, description });
    case 'instant':
      return instant(description);
    case 'choice':
      return Type.Enum([...type.of], { description });
    case 'texts':
      return Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 10_000, description });
    case 'record':
      return recordSchema(type.fields, description);
  }
};

const fieldSchema = (field: Field): TSchema => {
  const schema = valueSchema(field.type, field.name, field.doc);
  const orNull = field.nullable ? nullable(schema) : schema;
  return defaultOf(field) === undefined ? orNull : Type.Optional(orNull);
};

const recordSchema = (fields: readonly Field[], description: string): TObject =>
  Type.Object(Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])), {
    additionalProperties: false,
    description,
  });

const id = (description: string): TSchema => Type.String({ minLength: 1, maxLength: 255, description });
const maybe = (schema: TSchema): TSchema => Type.Optional(nullable(schema));

const nativeSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 255 })),
    id: Type.Optional(Type.String({ maxLength: 255 })),
    seq: maybe(Type.Integer({ minimum: 0, maximum: largestLong })),
  },
  { additionalProperties: false, description: "The event in the sender's own terms." },
);

/** `__proto__` names no property of an object in JavaScript, and would be lost. */
const extraName = '^(?!__proto__$)[A-Za-z0-9_.-]{1,64}$';

const envelope = (type: EventType): Record<string, TSchema> => {
  const ofCall = isAboutCall(type);
  const ofLeg = type.startsWith('leg.');
  return {
    type: Type.Literal(type),
    event_id: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._:-]{1,200}$',
        description: 'Sent again, the same id is the same event. Made from the content where it is left out.',
      }),
    ),
    occurred_at: instant("When it happened, by the sender's clock."),
    occurred_precision: Type.Optional(valueSchema(occurredPrecision.type, 'occurred_precision', occurredPrecision.doc)),
    clock_offset_ms: maybe(valueSchema(clockOffset.type, 'clock_offset_ms', clockOffset.doc)),
    observed_at: Type.Optional(instant('Taken, so that an event can be sent as it was shown, and not used.')),
    tenant_id: Type.Optional(
      Type.String({ maxLength: 255, description: "The key's own tenant; every other is refused." }),
    ),
    switch_id: Type.Optional(id('Name of the switch.')),
    switch_kind: Type.Optional(valueSchema(switchKind.type, 'switch_kind', switchKind.doc)),
    boot_id: Type.Optional(Type.String({ maxLength: 255 })),
    call_key: ofCall
      ? id('Your id of the call, the same in all its events.')
      : Type.Optional(Type.String({ maxLength: 255 })),
    call_started_at: ofCall
      ? nullable(instant('When the call started: the same instant in all its events.'))
      : maybe(instant('')),
    leg_id: ofLeg ? id('Your id of the leg.') : maybe(id('Your id of the leg.')),
    other_leg_id: maybe(id('The leg at the other side.')),
    native: Type.Optional(nativeSchema),
    extra: Type.Optional(
      Type.Record(Type.String({ pattern: extraName }), Type.String({ maxLength: 255 }), {
        additionalProperties: false,
        maxProperties: 16,
        description: 'A few words of your own; never digits that a caller dialled within the call.',
      }),
    ),
  };
};

const eventSchemaOf = (type: EventType): TObject => {
  const fields = payloadFields.get(type) ?? [];
  const payload = recordSchema(fields, '');
  const needed = fields.some((field) => defaultOf(field) === undefined);
  return Type.Object(
    { ...envelope(type), payload: needed ? payload : Type.Optional(payload) },
    { additionalProperties: false, title: type },
  );
};

/** JSON Schema of every event that may be sent. */
export const canonicalSchemas: ReadonlyMap<EventType, TObject> = new Map(
  [...payloadFields.keys()].filter(mayBeSent).map((type) => [type, eventSchemaOf(type)]),
);
