import fc from 'fast-check';
import { type Event, type EventType, payloadRecords } from '../../schemas/events.ts';
import { at, eventTable } from './event-table.ts';

const legs = fc.constantFrom('a', 'b', 'c', 'd');
const cell = (key: string, values: readonly string[]) =>
  fc.constantFrom(...values.map((value) => `${key}=${value}`), '');

/** Lines that make no sense together: any event, any leg, any time, any words. */
const anyLine = fc
  .record({
    seconds: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0, max: 20, noNaN: true })),
    type: fc.constantFrom(...(Object.keys(payloadRecords) as EventType[])),
    leg: fc.oneof(legs, fc.constant('-')),
    cells: fc.tuple(
      fc.oneof(
        legs.map((leg) => `with=${leg}`),
        fc.constant(''),
      ),
      cell('dir', ['in', 'out']),
      cell('kind', ['user', 'trunk', 'local', 'app']),
      cell('bridge', ['x', 'y']),
      cell('bridge_kind', ['talk', 'hold', 'park', 'conference', 'announce']),
      cell('app', ['voicemail', 'conference', 'park']),
      cell('visit', ['v1', 'v2']),
      cell('agent_leg', ['b', 'c']),
      cell('by_leg', ['b']),
      cell('sip', ['200', '486', '487', '600', '99999']),
      cell('q850', ['16', '17', '26', '300', '-1']),
      cell('cause', ['LOSE_RACE', 'ORIGINATOR_CANCEL', 'BLIND_TRANSFER']),
      cell('by', ['near', 'far', 'switch']),
      cell('wait_ms', ['0', '-5', '999999999999']),
      cell('bill_ms', ['0', '500', '99999999999999']),
      cell('last', [String(at(5)), '-1']),
      cell('transfer', ['attended', 'pickup']),
      cell('to_leg', ['b', 'c']),
      cell('id', ['same']),
      cell('from', ['a', 'x']),
      cell('into', ['a', 'y']),
    ),
  })
  .map(({ seconds, type, leg, cells }) => `${seconds} ${type} ${leg} ${cells.filter((one) => one !== '').join(' ')}`);

/** Events of one call that make no sense together, all of them such as the wire can carry. */
export const anyEvents: fc.Arbitrary<Event[]> = fc
  .array(anyLine, { minLength: 1, maxLength: 40 })
  .map((lines) => eventTable(lines.join('\n')).map((event) => ({ ...event, payload: sanePayload(event) }) as Event));

/** Words that the wire cannot carry fall back to what it can. */
const sanePayload = (event: Event): Event['payload'] => {
  const payload = event.payload as Record<string, unknown>;
  if ('last_sign_of_life_at' in payload && Number.isNaN(payload['last_sign_of_life_at'])) {
    return { ...payload, last_sign_of_life_at: 0 } as Event['payload'];
  }
  if (event.type === 'leg.ended' || event.type !== 'queue.completed') return event.payload;
  return { ...event.payload, ended_by: 'unknown' };
};
