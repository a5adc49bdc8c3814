import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootId, callee, callEvents, channelEvent, createdUs, moments, root } from '../testing/freeswitch-call.ts';
import { eventsOf, identity, nowUs, only, rejectionOf, source } from '../testing/sources.ts';
import { normaliseFreeswitchEvent } from './normalise-event.ts';

const normalise = (headers: Record<string, unknown>, given = source()) => normaliseFreeswitchEvent(headers, given);

test('a call is told leg by leg, with the times of the facts', () => {
  const told = callEvents().flatMap((headers) => eventsOf(normalise(headers)));
  assert.deepEqual(
    told.map(({ type, leg_id, occurred_at }) => [type, leg_id, occurred_at]),
    [
      ['leg.created', root, createdUs],
      ['leg.created', callee, moments.calleeCreated],
      ['leg.progress', callee, moments.ringing],
      ['leg.answered', callee, moments.calleeAnswered],
      ['leg.answered', root, moments.answered],
      ['leg.bridged', root, moments.bridged],
      ['leg.held', root, moments.held],
      ['leg.resumed', root, moments.resumed],
      ['leg.unbridged', root, moments.ended],
      ['leg.ended', root, moments.ended],
      ['leg.ended', root, moments.ended],
      ['leg.ended', callee, moments.calleeEnded],
    ],
  );
  for (const event of told) {
    assert.equal(event.call_key, root);
    assert.equal(event.call_started_at, event.leg_id === root ? createdUs : null, 'only the root knows the anchor');
    assert.deepEqual(
      [event.tenant_id, event.switch_id, event.boot_id, event.switch_kind],
      ['acme', 'pbx-1', bootId, 'freeswitch'],
    );
  }
});

test('a leg is described by any of its events', () => {
  const told = callEvents().flatMap((headers) => eventsOf(normalise(headers)));
  const legs = told.flatMap((event) => ('leg' in event.payload && event.leg_id === root ? [event.payload.leg] : []));
  assert.equal(legs.length, 5);
  for (const leg of legs)
    assert.deepEqual(leg, {
      created_at: createdUs,
      direction: 'in',
      endpoint: 'sofia/internal/1001@pbx.example.net',
      endpoint_kind: 'user',
      caller_number: '1001',
      caller_name: 'Ada Lovelace',
      caller_presentation: 'allowed',
      dialled: '1002',
      context: 'default',
      sip_call_id: 'abc@phone.example.net',
    });
});

test('a called leg names the leg that called it', () => {
  const [, second] = callEvents();
  assert.equal(only(eventsOf(normalise(second ?? {})), 'leg.created').payload.parent_leg_id, root);
});

test('a bridge is its two legs, whichever of them tells', () => {
  const of = (leg: string, other: string) =>
    only(
      eventsOf(
        normalise(
          channelEvent('CHANNEL_BRIDGE', moments.bridged, {
            'Unique-ID': leg,
            'Bridge-A-Unique-ID': root,
            'Bridge-B-Unique-ID': callee,
            'Other-Leg-Unique-ID': other,
          }),
        ),
      ),
      'leg.bridged',
    );
  assert.deepEqual([of(root, callee).other_leg_id, of(callee, root).other_leg_id], [callee, root]);
  assert.equal(of(root, callee).payload.bridge_id, of(callee, root).payload.bridge_id);
});

test('a later bridge of a leg is not put to the time of its first', () => {
  const later = moments.bridged + 60_000_000;
  const headers = channelEvent('CHANNEL_BRIDGE', later, {
    'Caller-Channel-Bridged-Time': String(moments.bridged),
    'Bridge-A-Unique-ID': root,
    'Bridge-B-Unique-ID': callee,
  });
  assert.equal(only(eventsOf(normalise(headers)), 'leg.bridged').occurred_at, later);
});

type Cause = readonly [headers: Record<string, string>, q850: number | null, sip: number | null, by: string];

const causes: readonly Cause[] = [
  [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_sip_term_status: '200' }, 16, null, 'unknown'],
  [{ 'Hangup-Cause': 'NO_USER_RESPONSE', variable_sip_term_status: '408' }, 102, 408, 'unknown'],
  [{ 'Hangup-Cause': 'USER_BUSY', variable_proto_specific_hangup_cause: 'sip:486' }, 17, 486, 'unknown'],
  [{ 'Hangup-Cause': 'CALL_REJECTED', variable_sip_term_status: '603' }, 21, 603, 'unknown'],
  [{ 'Hangup-Cause': 'ORIGINATOR_CANCEL' }, null, null, 'unknown'],
  [{ 'Hangup-Cause': 'LOSE_RACE', variable_hangup_cause_q850: '702' }, null, null, 'unknown'],
  [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_sip_hangup_disposition: 'send_bye' }, 16, null, 'near'],
  [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_sip_hangup_disposition: 'recv_cancel' }, 16, null, 'far'],
  [{ 'Hangup-Cause': 'SYSTEM_SHUTDOWN', variable_sip_hangup_disposition: 'send_bye' }, null, null, 'switch'],
  [{}, null, null, 'unknown'],
];

test('SIP decides the cause where it tells one; causes of FreeSWITCH itself are no Q.850', () => {
  for (const [headers, q850, sip, by] of causes) {
    const { payload } = only(
      eventsOf(normalise(channelEvent('CHANNEL_HANGUP_COMPLETE', moments.ended, headers))),
      'leg.ended',
    );
    assert.deepEqual(
      [payload.cause_q850, payload.sip_code, payload.cause_native, payload.ended_by],
      [q850, sip, headers['Hangup-Cause'] ?? '', by],
      JSON.stringify(headers),
    );
  }
});

test('totals are spans of µs, and only the last event of a leg has them', () => {
  const ends = callEvents()
    .flatMap((headers) => eventsOf(normalise(headers)))
    .filter((event) => event.type === 'leg.ended' && event.leg_id === root);
  assert.deepEqual(
    ends.map((event) => event.type === 'leg.ended' && event.payload.totals),
    [null, { duration_ms: 20_000, bill_ms: 15_000, hold_ms: 1500 }],
  );
});

test('a leg that transferred says so, and where to', () => {
  const headers = channelEvent('CHANNEL_HANGUP_COMPLETE', moments.ended, {
    'Hangup-Cause': 'BLIND_TRANSFER',
    variable_sip_refer_to: '<sip:1003@pbx.example.net>',
  });
  const { payload, leg_id } = only(eventsOf(normalise(headers)), 'leg.transferred');
  assert.deepEqual([payload.kind, payload.target, payload.by_leg_id, leg_id], ['blind', '1003', root, root]);
});

test('recordings are named after their leg and file', () => {
  const of = (path: string) =>
    only(
      eventsOf(normalise(channelEvent('RECORD_START', moments.bridged, { 'Record-File-Path': path }))),
      'recording.started',
    ).payload;
  assert.equal(of(`/var/rec/${root}.wav`).recording_id, root);
  assert.deepEqual(of('/var/rec/1001 late.WAV'), {
    recording_id: `${root}.1001-late`,
    path: '/var/rec/1001 late.WAV',
    format: 'wav',
    channels: null,
  });
  const stopped = channelEvent('RECORD_STOP', moments.ended, {
    'Record-File-Path': `/var/rec/${root}.wav`,
    variable_record_ms: '14980',
    'Record-Completion-Cause': 'success-silence',
  });
  assert.deepEqual(only(eventsOf(normalise(stopped)), 'recording.stopped').payload, {
    recording_id: root,
    path: `/var/rec/${root}.wav`,
    duration_ms: 14_980,
    reason: 'success-silence',
  });
});

test('applications that stand in for a person are told, without what was typed into them', () => {
  const entered = (application: string, data: string) =>
    eventsOf(
      normalise(channelEvent('CHANNEL_EXECUTE', createdUs, { Application: application, 'Application-Data': data })),
    );
  assert.deepEqual(only(entered('voicemail', 'default example.net 1002'), 'app.entered').payload, {
    app: 'voicemail',
    name: 'voicemail',
    mailbox: '1002',
  });
  assert.equal(only(entered('voicemail', 'check default example.net 1002'), 'app.entered').payload.app, 'other');
  assert.equal(only(entered('conference', '3000@default+4711'), 'app.entered').payload.name, '3000');
  assert.deepEqual(entered('playback', 'secret.wav'), []);
});

test('heartbeats are of the switch, not of a call', () => {
  const headers = { ...channelEvent('HEARTBEAT', createdUs), 'Unique-ID': '' };
  const event = only(eventsOf(normalise(headers)), 'switch.heartbeat');
  assert.deepEqual([event.call_key, event.leg_id, event.occurred_at], ['', null, createdUs]);
});

test('events that say nothing of calls are ignored, digits among them', () => {
  for (const name of ['DTMF', 'CHANNEL_STATE', 'RE_SCHEDULE', 'API', 'CODEC', 'TALK', 'SOMETHING_NEW'])
    assert.deepEqual(normalise(channelEvent(name, createdUs, { 'DTMF-Digit': '4' })), { events: [] }, name);
  assert.deepEqual(normalise(channelEvent('CUSTOM', createdUs, { 'Event-Subclass': 'sofia::register' })), {
    events: [],
  });
});

type Wrong = readonly [change: Record<string, unknown>, code: string, field: string];

const wrongs: readonly Wrong[] = [
  [{ 'Event-Name': undefined }, 'MISSING_FIELD', 'Event-Name'],
  [{ 'Unique-ID': '' }, 'MISSING_FIELD', 'Unique-ID'],
  [{ 'FreeSWITCH-Switchname': undefined }, 'SWITCH_UNKNOWN', 'FreeSWITCH-Switchname'],
  [{ 'Event-Date-Timestamp': undefined }, 'MISSING_FIELD', 'Event-Date-Timestamp'],
  [{ 'Event-Date-Timestamp': 'yesterday' }, 'TIME_OUT_OF_RANGE', 'Event-Date-Timestamp'],
  [{ 'Event-Date-Timestamp': '1772618400' }, 'TIME_OUT_OF_RANGE', 'Event-Date-Timestamp'],
  [{ 'Event-Date-Timestamp': String(nowUs + 86_400_000_001) }, 'TIME_OUT_OF_RANGE', 'Event-Date-Timestamp'],
  [{ 'Caller-Channel-Created-Time': '1234' }, 'TIME_OUT_OF_RANGE', 'Caller-Channel-Created-Time'],
];

test('what cannot be used is told by field, with the way out', () => {
  for (const [change, code, field] of wrongs) {
    const rejection = rejectionOf(normalise({ ...channelEvent('CHANNEL_ANSWER', createdUs), ...change }));
    assert.deepEqual([rejection.code, rejection.field], [code, field]);
    assert.ok(rejection.message.includes(':'), rejection.message);
  }
});

test('the switch is as asked, as told, or the only one the key may speak for', () => {
  const event = channelEvent('CHANNEL_ANSWER', createdUs);
  const unnamed = { ...event, 'FreeSWITCH-Switchname': '' };
  const switchIn = (headers: Record<string, string>, given: Parameters<typeof source>[0]) =>
    eventsOf(normalise(headers, source(given)))[0]?.switch_id;
  assert.equal(switchIn(event, { askedSwitchId: 'edge' }), 'edge');
  assert.equal(switchIn(unnamed, { boundSwitchId: 'pbx-7' }), 'pbx-7');
  assert.equal(switchIn(event, { boundSwitchId: 'pbx-1' }), 'pbx-1');
  const refused = rejectionOf(normalise(event, source({ boundSwitchId: 'pbx-7' })));
  assert.equal(refused.code, 'SWITCH_NOT_ALLOWED');
});

test('withheld numbers are not kept as numbers', () => {
  const facts = (headers: Record<string, string>) => {
    const event = only(eventsOf(normalise(channelEvent('CHANNEL_CREATE', createdUs, headers))), 'leg.created');
    const { caller_number, caller_presentation } = event.payload.leg;
    return [caller_number, caller_presentation];
  };
  assert.deepEqual(facts({ 'Caller-Caller-ID-Number': 'Anonymous' }), ['', 'restricted']);
  assert.deepEqual(facts({ 'Caller-Caller-ID-Number': 'sip:x@anonymous.invalid' }), ['', 'restricted']);
  assert.deepEqual(facts({ 'Caller-Privacy-Hide-Number': 'true' }), ['1001', 'restricted']);
  assert.deepEqual(facts({ 'Caller-Caller-ID-Number': '' }), ['', 'unavailable']);
});

const someHeaders = fc.dictionary(
  fc.constantFrom(
    ...Object.keys(channelEvent('X', 0)),
    'Other-Leg-Unique-ID',
    'Application',
    'Record-File-Path',
    'CC-Action',
  ),
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('0', '1772618400000000', 'NaN', '-1'),
    fc.integer(),
    fc.constant(null),
  ),
);
const someName = fc.constantFrom(
  ...callEvents().map((headers) => headers['Event-Name'] ?? ''),
  'CUSTOM',
  'HEARTBEAT',
  'RECORD_START',
);

test('no input makes it throw, and what it gives can be encoded', () => {
  fc.assert(
    fc.property(someName, someHeaders, fc.boolean(), (name, headers, whole) => {
      const base = whole ? channelEvent(name, createdUs) : {};
      const normalised = normalise({ ...base, ...headers, 'Event-Name': name });
      if ('events' in normalised) normalised.events.forEach(identity);
    }),
    { numRuns: 500 },
  );
});

test('an event read again, later and after others, is the same event', () => {
  const native = callEvents();
  const first = native.flatMap((headers) => eventsOf(normalise(headers)).map(identity));
  assert.equal(new Set(first).size, first.length, 'different events differ');
  fc.assert(
    fc.property(fc.shuffledSubarray(native, { minLength: native.length }), (shuffled) => {
      const later = source({ observedAtUs: nowUs + 3_600_000_000 });
      const again = shuffled.flatMap((headers) => eventsOf(normalise(headers, later)).map(identity));
      assert.deepEqual(again.sort(), [...first].sort());
    }),
  );
});

test('a switch that shuts down has no leg any more; what an end was read from is kept beside it', () => {
  const shutdown = eventsOf(normaliseFreeswitchEvent(channelEvent('SHUTDOWN', createdUs), source()));
  assert.deepEqual(only(shutdown, 'switch.channels').payload, { leg_ids: [] });
  const hangup = channelEvent('CHANNEL_HANGUP_COMPLETE', createdUs, { 'Hangup-Cause': 'USER_BUSY', 'DTMF-Digit': '4' });
  const ended = only(eventsOf(normaliseFreeswitchEvent(hangup, source())), 'leg.ended');
  assert.deepEqual(ended.extra, { 'Hangup-Cause': 'USER_BUSY' });
});
