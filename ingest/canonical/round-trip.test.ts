import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventToJson } from '../../schemas/event-json.ts';
import type { Event, EventType } from '../../schemas/events.ts';
import { cleanText } from '../clean-text.ts';
import { normaliseFreeswitchEvent } from '../freeswitch/normalise-event.ts';
import { callEvents } from '../testing/freeswitch-call.ts';
import { type Ingest, startIngest } from '../testing/in-memory-ingest.ts';
import { eventsOf, nowUs, source } from '../testing/sources.ts';
import {
  clockOffset,
  type Field,
  type FieldType,
  largestLong,
  occurredPrecision,
  payloadFields,
  switchKind,
} from './contract.ts';
import { mustBeNamed, textLimit } from './defaults.ts';
import { canonicalSchemas, isAboutCall } from './event-schemas.ts';

// What the API shows of a call (`GET /v1/calls/{id}/events`) can be sent to another Trunkline as it was shown.

const stored = (limit: number, least = 0): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom('a', '7', ' ', 'é', '漢', '😀', '<'), maxLength: limit })
    .map((text) => cleanText(text, limit))
    .filter((text) => text.length >= least);

const id = stored(40, 1);
const extraName = fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/).filter((name) => name !== '__proto__');
const instant = fc.integer({ min: 946_684_800_000_000, max: nowUs });

const valueOf = (type: FieldType, name: string): fc.Arbitrary<unknown> => {
  switch (type.kind) {
    case 'text':
      if (name === 'recording_id') return fc.stringMatching(/^[A-Za-z0-9._:-]{1,200}$/);
      return stored(Math.min(textLimit(name), 2000), mustBeNamed(name) ? 1 : 0);
    case 'integer':
      return fc.integer({ min: name === 'amount_micros' || name === 'clock_offset_ms' ? type.min : 0, max: type.max });
    case 'instant':
      return instant;
    case 'choice':
      return fc.constantFrom(...type.of);
    case 'texts':
      return fc.array(id, { maxLength: 5 });
    case 'record':
      return recordOf(type.fields);
  }
};

const recordOf = (fields: readonly Field[]): fc.Arbitrary<object> =>
  fc.record(
    Object.fromEntries(
      fields.map(({ name, nullable, type }) => {
        const value = valueOf(type, name);
        return [name, nullable ? fc.option(value) : value];
      }),
    ),
    { noNullPrototype: true },
  );

const eventOf = (type: EventType): fc.Arbitrary<Event> =>
  fc
    .record(
      {
        observed_at: instant,
        clock_offset_ms: fc.option(valueOf(clockOffset.type, 'clock_offset_ms')),
        event_id: fc.uuid(),
        tenant_id: fc.constant('acme'),
        switch_id: stored(128, 1),
        switch_kind: valueOf(switchKind.type, 'switch_kind'),
        boot_id: stored(255),
        native: fc.record(
          { name: stored(255), id: stored(255), seq: fc.option(fc.integer({ min: 0, max: largestLong })) },
          { noNullPrototype: true },
        ),
        call_key: isAboutCall(type) ? stored(255, 1) : stored(255),
        call_started_at: fc.option(instant),
        leg_id: type.startsWith('leg.') ? id : fc.option(id),
        other_leg_id: fc.option(id),
        occurred_at: instant,
        occurred_precision: valueOf(occurredPrecision.type, 'occurred_precision'),
        extra: fc.dictionary(extraName, stored(255), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
        type: fc.constant(type),
        payload: recordOf(payloadFields.get(type) ?? []),
      },
      { noNullPrototype: true },
    )
    // An event of a switch of no known kind says when its call started.
    .filter(({ switch_kind, call_started_at }) => switch_kind !== 'other' || call_started_at !== null)
    .map((event) => event as unknown as Event);

/** Everything but when it was received, as plain data. */
const content = (event: Event | undefined): unknown => JSON.parse(JSON.stringify({ ...event, observed_at: null }));

const sendsBack = async (ingest: Ingest, events: readonly Event[]): Promise<void> => {
  ingest.published.length = 0;
  const answer = await ingest.post('/v1/events', JSON.stringify(events.map(eventToJson)));
  assert.deepEqual(answer.json<{ data: { rejected: unknown[] } }>().data.rejected, []);
  const received = ingest.events();
  assert.equal(received.length, events.length);
  events.forEach((event, at) => assert.deepEqual(content(received[at]), content(event)));
};

for (const type of canonicalSchemas.keys()) {
  test(`${type} as shown is the event that it was`, async (t) => {
    const ingest = await startIngest(t);
    const several = fc.array(eventOf(type), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(several, async (events) => sendsBack(ingest, events)),
      { numRuns: 5 },
    );
  });
}

test('the events of a call by FreeSWITCH, as shown, are what they were', async (t) => {
  const events = callEvents().flatMap((native) => eventsOf(normaliseFreeswitchEvent(native, source())));
  assert.ok(events.some(({ call_started_at }) => call_started_at === null));
  await sendsBack(await startIngest(t), events);
});
