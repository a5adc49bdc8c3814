import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventsOf, identity, nowUs, only, rejectionOf, source } from '../testing/sources.ts';
import { asteriskInstant, idInstant } from './asterisk-ids.ts';
import { normaliseCel } from './normalise-cel.ts';

const root = '1772618400.31';
const other = '1772618401.32';
const startUs = 1_772_618_400_250_000;

type Row = Record<string, unknown>;

const row = (eventtype: string, time: string, more: Row = {}): Row => ({
  eventtype,
  eventtime: `2026-03-04 ${time}`,
  cid_name: 'Ada Lovelace',
  cid_num: '1001',
  exten: '1002',
  context: 'internal',
  channame: 'PJSIP/1001-0000001f',
  uniqueid: root,
  linkedid: root,
  extra: '',
  ...more,
});

const callee = {
  cid_name: 'Grace Hopper',
  cid_num: '1002',
  exten: 's',
  channame: 'PJSIP/1002-00000020',
  uniqueid: other,
};
const bridge = { extra: '{"bridge_id":"b1","bridge_technology":"simple_bridge"}' };

const call: readonly Row[] = [
  row('CHAN_START', '10:00:00.25'),
  row('APP_START', '10:00:00.3', { appname: 'Dial', appdata: 'PJSIP/1002' }),
  row('CHAN_START', '10:00:01', callee),
  row('ANSWER', '10:00:05.1', callee),
  row('ANSWER', '10:00:05.2', { exten: 's' }),
  row('BRIDGE_ENTER', '10:00:05.3', bridge),
  row('BRIDGE_ENTER', '10:00:05.4', { ...callee, ...bridge }),
  row('BRIDGE_EXIT', '10:00:20.1', { ...callee, ...bridge }),
  row('HANGUP', '10:00:20.2', {
    ...callee,
    extra: '{"hangupcause":16,"hangupsource":"PJSIP/1002-00000020","dialstatus":""}',
  }),
  row('CHAN_END', '10:00:20.3', callee),
  row('BRIDGE_EXIT', '10:00:20.4', bridge),
  row('HANGUP', '10:00:20.5', {
    extra: '{"hangupcause":16,"hangupsource":"PJSIP/1002-00000020","dialstatus":"ANSWER"}',
  }),
  row('CHAN_END', '10:00:20.6'),
  row('LINKEDID_END', '10:00:20.7'),
];

const pbx = source({ askedSwitchId: 'ast1' });
const normalise = (record: Row, given = pbx) => normaliseCel(record, given);
const read = (record: Row) => eventsOf(normalise(record));

test('a call is told leg by leg under the key of its linkedid', () => {
  const told = call.flatMap(read);
  assert.deepEqual(
    told.map(({ type, leg_id }) => [type, leg_id]),
    [
      ['leg.created', `ast1/${root}`],
      ['leg.created', `ast1/${other}`],
      ['leg.answered', `ast1/${other}`],
      ['leg.answered', `ast1/${root}`],
      ['leg.bridged', `ast1/${root}`],
      ['leg.bridged', `ast1/${other}`],
      ['leg.unbridged', `ast1/${other}`],
      ['leg.ended', `ast1/${other}`],
      ['leg.ended', `ast1/${other}`],
      ['leg.unbridged', `ast1/${root}`],
      ['leg.ended', `ast1/${root}`],
      ['leg.ended', `ast1/${root}`],
      ['call.ended', null],
    ],
  );
  for (const event of told) {
    assert.deepEqual([event.call_key, event.switch_id, event.native.id.includes('/')], [`ast1/${root}`, 'ast1', false]);
    assert.equal(event.call_started_at, 1_772_618_400_000_031, 'the second of the id, its counter as µs');
  }
});

test('the caller id is the caller’s on the leg that came in, the called one’s on the other', () => {
  const [caller, called] = [call[0], call[2]].map((record) => only(read(record ?? {}), 'leg.created').payload.leg);
  assert.deepEqual(caller, {
    created_at: startUs,
    direction: 'in',
    endpoint: 'PJSIP/1001-0000001f',
    endpoint_kind: 'user',
    caller_number: '1001',
    caller_name: 'Ada Lovelace',
    caller_presentation: 'allowed',
    dialled: '1002',
    context: 'internal',
    sip_call_id: '',
  });
  assert.deepEqual([called?.direction, called?.dialled, called?.caller_number], ['out', '1002', '']);
});

test('who hung up, and why', () => {
  const ended = (record: Row | undefined) => only(read(record ?? {}), 'leg.ended').payload;
  assert.deepEqual(
    [8, 11, 12].map((at) => {
      const { cause_q850, cause_native, ended_by } = ended(call[at]);
      return [cause_q850, cause_native, ended_by];
    }),
    [
      [16, 'NORMAL_CLEARING', 'far'],
      [16, 'NORMAL_CLEARING', 'near'],
      [null, '', 'unknown'],
    ],
  );
  const byDialplan = row('HANGUP', '10:00:21', { extra: { hangupcause: 17, hangupsource: 'dialplan/builtin' } });
  assert.deepEqual([ended(byDialplan).ended_by, ended(byDialplan).cause_native], ['switch', 'USER_BUSY']);
});

test('bridges: talk, hold, conference, and those of before there were ids', () => {
  const bridged = (record: Row) => {
    const { bridge_id, bridge_kind } = only(read(record), 'leg.bridged').payload;
    return [bridge_id, bridge_kind];
  };
  const enter = (technology: string) =>
    row('BRIDGE_ENTER', '10:00:05', { extra: `{"bridge_id":"b2","bridge_technology":"${technology}"}` });
  assert.deepEqual(bridged(enter('simple_bridge')), ['b2', 'talk']);
  assert.deepEqual(bridged(enter('holding_bridge')), ['b2', 'hold']);
  assert.deepEqual(bridged(enter('softmix')), ['b2', 'conference']);
  assert.deepEqual(bridged(row('BRIDGE_START', '10:00:05')), [root, 'talk']);
  assert.deepEqual(bridged(row('CONF_ENTER', '10:00:05', { extra: '{"bridge_id", "broken"}' })), [root, 'conference']);
});

test('transfers', () => {
  const transferred = (record: Row) => only(read(record), 'leg.transferred').payload;
  const blind = transferred(
    row('BLINDTRANSFER', '10:00:09', {
      extra: { extension: '1003', context: 'internal', transferee_channel_uniqueid: other },
    }),
  );
  assert.deepEqual([blind.kind, blind.target, blind.from_leg_id], ['blind', '1003', `ast1/${other}`]);

  const attended = row('ATTENDEDTRANSFER', '10:00:09', {
    extra: { channel2_uniqueid: '1772618405.40', transfer_target_channel_uniqueid: '1772618406.41' },
  });
  assert.deepEqual(transferred(attended).to_leg_id, 'ast1/1772618406.41');
  const links = read(attended).filter(({ type }) => type === 'call.linked');
  assert.deepEqual(
    links.map(({ call_key }) => call_key),
    [`ast1/${root}`, 'ast1/1772618405.40'],
  );
  assert.deepEqual(
    links.map(({ call_started_at }) => call_started_at),
    [1_772_618_400_000_031, 1_772_618_405_000_040],
  );
  assert.equal(new Set(read(attended).map(identity)).size, 3);

  const picked = row('PICKUP', '10:00:09', { extra: { pickup_channel_uniqueid: '1772618404.39' } });
  assert.deepEqual(
    read(picked).map(({ type }) => type),
    ['leg.transferred', 'call.linked', 'call.linked'],
  );
  const forward = transferred(row('FORWARD', '10:00:09', { extra: { forward: 'Local/1004@internal' } }));
  assert.deepEqual([forward.kind, forward.target], ['forward', '1004']);
});

test('parking, mailboxes, recordings', () => {
  const types = (record: Row) => read(record).map(({ type }) => type);
  assert.deepEqual(types(row('PARK_START', '10:00:09', { extra: { parking_lot: 'default' } })), ['app.entered']);
  assert.deepEqual(types(row('PARK_END', '10:00:19', { extra: { retriever: 'PJSIP/1003-1' } })), [
    'app.left',
    'leg.transferred',
  ]);
  const voicemail = row('APP_START', '10:00:09', { appname: 'VoiceMail', appdata: '1002@default,u' });
  assert.deepEqual(only(read(voicemail), 'app.entered').payload, {
    app: 'voicemail',
    name: 'VoiceMail',
    mailbox: '1002',
  });
  const own = row('APP_START', '10:00:09', { appname: 'VoiceMailMain', appdata: '1001@default' });
  assert.equal(only(read(own), 'app.entered').payload.app, 'other');

  const start = row('MIXMONITOR_START', '10:00:06', { extra: { filename: '/var/rec/x.wav', mixmonitor_id: '0x1' } });
  const stop = row('MIXMONITOR_STOP', '10:00:16', { extra: { mixmonitor_id: '0x1' } });
  const { recording_id } = only(read(start), 'recording.started').payload;
  assert.equal(recording_id, `ast1-${root}:0x1`);
  assert.equal(only(read(stop), 'recording.stopped').payload.recording_id, recording_id);
  for (const extra of ['{broken', '', { mixmonitor_id: '0x1' }]) {
    assert.equal(rejectionOf(normalise(row('MIXMONITOR_START', '10:00:06', { extra }))).field, 'extra');
  }
});

test('the manager’s names of the fields are read too', () => {
  const event = only(
    read({
      EventName: 'CHAN_START',
      EventTime: '2026-03-04 10:00:00',
      UniqueID: root,
      LinkedID: root,
      Channel: 'SIP/a-1',
      CallerIDnum: '7',
    }),
    'leg.created',
  );
  assert.deepEqual([event.payload.leg.caller_number, event.occurred_precision], ['7', 's']);
});

test('cel_custom’s JSON names caller, peer and extra in its own way', () => {
  for (const [num, name] of [
    ['num', 'name'],
    ['cidnum', 'cidname'],
  ] as const) {
    const { cid_num: _num, cid_name: _name, ...rest } = row('CHAN_START', '10:00:00.25');
    const { leg } = only(read({ ...rest, [num]: '1001', [name]: 'Ada Lovelace' }), 'leg.created').payload;
    assert.deepEqual([leg.caller_number, leg.caller_name], ['1001', 'Ada Lovelace']);
  }
  const { extra: _extra, ...exit } = row('BRIDGE_EXIT', '10:00:20.1');
  const custom = { ...exit, eventextra: bridge.extra, bridgepeer: 'PJSIP/1002-00000020' };
  assert.deepEqual(read(custom), read({ ...exit, ...bridge, peer: 'PJSIP/1002-00000020' }));
});

test('times with and without offset, and as a number of seconds', () => {
  const us = 1_434_650_936_910_686;
  assert.equal(asteriskInstant('2015-06-18 18:08:56.910686'), us);
  assert.equal(asteriskInstant('2015-06-18 14:08:56.910686-04'), us);
  assert.equal(asteriskInstant('2015-06-18T18:08:56.910686Z'), us);
  assert.equal(asteriskInstant('1434650936.910686'), us);
  assert.equal(asteriskInstant('1434650936'), us - 910_686);
  for (const wrong of ['', 'now', '18:08:56', '1.2.3', '-5', '2015-06-18'])
    assert.ok(Number.isNaN(asteriskInstant(wrong)), wrong);
});

test('ids order by second and counter, not as text; some have the name of their system before', () => {
  const earlier = idInstant('1386184858.9');
  const later = idInstant('1386184858.10');
  assert.ok(earlier !== null && later !== null && earlier < later);
  assert.equal(idInstant('pbx-1-1386184858.9'), earlier);
  assert.equal(idInstant('call-7'), null);
  const named = read(row('ANSWER', '10:00:01', { uniqueid: `pbx-1-${root}`, linkedid: `pbx-1-${root}` }));
  assert.equal(named[0]?.switch_id, 'ast1', 'as asked');
  const [own] = eventsOf(normalise(row('ANSWER', '10:00:01', { uniqueid: `pbx-1-${root}` }), source()));
  assert.equal(own?.switch_id, 'pbx-1');
});

test('what cannot be used is told by field', () => {
  const rejected = (more: Row, given = pbx) => {
    const { code, field } = rejectionOf(normalise(row('ANSWER', '10:00:01', more), given));
    return [code, field];
  };
  assert.deepEqual(rejected({ uniqueid: '' }), ['MISSING_FIELD', 'uniqueid']);
  assert.deepEqual(rejected({ eventtime: '' }), ['MISSING_FIELD', 'eventtime']);
  assert.deepEqual(rejected({ eventtime: 'late' }), ['TIME_OUT_OF_RANGE', 'eventtime']);
  assert.deepEqual(rejected({ linkedid: '123456789.1' }), ['TIME_OUT_OF_RANGE', 'linkedid']);
  assert.deepEqual(rejected({}, source()), ['SWITCH_UNKNOWN', 'systemname']);
  assert.deepEqual(rejected({ eventtype: undefined }), ['MISSING_FIELD', 'eventtype'], 'not a row of CEL at all');
  assert.deepEqual(normalise(row('USER_DEFINED', '')), { events: [] });
});

test('no row makes it throw; read again, later and after others, it is the same', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.constant(null),
    fc.json(),
    fc.dictionary(fc.string(), fc.anything()),
  );
  const records = fc.record({
    base: fc.constantFrom(...call),
    more: fc.dictionary(fc.constantFrom(...Object.keys(call[0] ?? {})), value),
  });
  fc.assert(
    fc.property(records, ({ base, more }) => {
      const record = { ...base, ...more, eventtype: base['eventtype'] };
      const [first, again] = [nowUs, nowUs + 1].map((observedAtUs) =>
        normalise(record, source({ askedSwitchId: 'ast1', observedAtUs })),
      );
      if (first === undefined || 'rejection' in first || again === undefined || 'rejection' in again) return;
      assert.deepEqual(first.events.map(identity), again.events.map(identity));
    }),
    { numRuns: 200 },
  );
  const all = call.flatMap(read).map(identity);
  assert.equal(new Set(all).size, all.length, 'different rows differ');
});
