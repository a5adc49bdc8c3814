import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isUntimed } from '../../schemas/untimed.ts';
import {
  agent,
  caller,
  type Fields,
  managerCall,
  managerEvent,
  ofAgent,
  ofCaller,
  startS,
} from '../testing/manager-call.ts';
import { eventsOf, identity, nowUs, only, rejectionOf, source } from '../testing/sources.ts';
import { amiEvents, normaliseAmi } from './normalise-ami.ts';

const pbx = source({ askedSwitchId: 'ast1' });
const read = (fields: Fields, given = pbx) => eventsOf(normaliseAmi(fields, given));
const types = (fields: Fields) => read(fields).map(({ type }) => type);
const us = (second: number): number => Math.round((startS + second) * 1e6);

test('a call through a queue is told leg by leg and visit by visit', () => {
  const told = managerCall().flatMap((fields) => read(fields));
  assert.deepEqual(
    told.map(({ type, leg_id }) => `${type} ${leg_id === `ast1/${agent}` ? 'agent' : 'caller'}`),
    [
      'leg.created caller',
      'recording.started caller',
      'leg.answered caller',
      'queue.entered caller',
      'leg.held caller',
      'leg.created agent',
      'queue.offered caller',
      'leg.created agent',
      'leg.progress agent',
      'leg.answered agent',
      'leg.resumed caller',
      'queue.offer_ended caller',
      'queue.connected caller',
      'leg.bridged agent',
      'leg.bridged caller',
      'leg.ended caller',
      'queue.completed caller',
      'leg.unbridged caller',
      'leg.ended caller',
      'leg.unbridged agent',
      'leg.ended agent',
      'leg.ended agent',
    ],
  );
  for (const event of told) {
    assert.deepEqual([event.call_key, event.switch_id], [`ast1/${caller}`, 'ast1']);
    assert.equal(event.call_started_at, startS * 1e6 + 31);
    assert.equal(event.occurred_precision, 'us');
    assert.ok(event.native.seq !== null && event.native.seq >= 500);
  }
});

test('the leg of a phone says who called it and what was dialled', () => {
  const [, , , , , , , , created = {}, , began = {}] = managerCall();
  const { leg } = only(read(created), 'leg.created').payload;
  assert.deepEqual([leg.direction, leg.endpoint, leg.caller_number], ['out', 'PJSIP/1002-00000020', '']);
  const { payload, leg_id, native } = only(read(began), 'leg.created');
  assert.deepEqual([leg_id, native.id, payload.parent_leg_id], [`ast1/${agent}`, agent, `ast1/${caller}`]);
  for (const [dialString, dialled] of [
    ['PJSIP/1002', '1002'],
    ['1002', '1002'],
    ['PJSIP/1002@trunk', '1002'],
    ['PJSIP/trunk/sip:1002@192.0.2.1:5060', '1002'],
    ['Local/1002@from-queue/n', '1002'],
    ['SIP/user:secret@192.0.2.1/1002', '1002'],
    ['SIP/user:secret@192.0.2.1', 'user'],
  ] as const) {
    const begun = { ...began, DialString: dialString };
    assert.equal(only(read(begun), 'leg.created').payload.leg.dialled, dialled, dialString);
  }
});

test('waiting, ringing, talking: seconds and milliseconds as the manager has them', () => {
  const told = managerCall().flatMap((fields) => read(fields));
  const visit = { visit_id: `ast1/${caller}`, queue_id: 'support' };
  assert.deepEqual(only(told, 'queue.entered').payload, { ...visit, position: 2, priority: null, origin: 'call' });
  assert.deepEqual(only(told, 'queue.connected').payload, {
    ...visit,
    agent_id: 'Grace',
    agent_leg_id: `ast1/${agent}`,
    wait_ms: 6000,
    ring_ms: 6000,
  });
  const { attempt_id } = only(told, 'queue.offered').payload;
  const answered = only(told, 'queue.offer_ended').payload;
  assert.deepEqual([answered.attempt_id, answered.outcome], [attempt_id, 'answered']);
  assert.deepEqual(only(told, 'queue.completed').payload, {
    ...visit,
    agent_id: 'Grace',
    ended_by: 'caller',
    wait_ms: 6000,
    connect_ms: 10_000,
    transfer_target: '',
  });
  const missed = managerEvent('AgentRingNoAnswer', 9, ofCaller('6'), ofAgent('5', 'Dest'), {
    Queue: 'sup|port',
    MemberName: 'Grace | Hopper',
    RingTime: '4500',
  });
  const { outcome, ring_ms, queue_id, agent_id } = only(read(missed), 'queue.offer_ended').payload;
  assert.deepEqual([outcome, ring_ms, queue_id, agent_id], ['no_answer', 4500, 'sup_port', 'Grace _ Hopper']);
});

test('why a caller left a queue', () => {
  const left = (fields: Fields) => read(fields).map(({ payload }) => (payload as { outcome: string }).outcome);
  const status = (Value: string) => managerEvent('VarSet', 9, ofCaller('6'), { Variable: 'QUEUESTATUS', Value });
  assert.deepEqual(left(status('TIMEOUT')), ['timeout']);
  assert.deepEqual(left(status('LEAVEEMPTY')), ['no_agents']);
  assert.deepEqual(left(status('WITHDRAW')), ['withdrawn']);
  assert.deepEqual(left(status('CONTINUE')), []);
  const leave = (more: Fields) => left(managerEvent('QueueCallerLeave', 9, ofCaller('6'), { Queue: 'support' }, more));
  assert.deepEqual(leave({}), [], 'served, or told by QUEUESTATUS or QueueCallerAbandon');
  assert.deepEqual(leave({ Exten: '1', Priority: '1' }), ['exit_key']);
  assert.deepEqual(leave({ Exten: '1', Priority: '3' }), [], 'a queue at the extension 1');
  const abandon = managerEvent('QueueCallerAbandon', 9, ofCaller('6'), {
    Queue: 'support',
    Position: '1',
    OriginalPosition: '3',
    HoldTime: '5',
  });
  const { outcome, wait_ms, position } = only(read(abandon), 'queue.left').payload;
  assert.deepEqual([outcome, wait_ms, position], ['abandoned', 5000, 1]);
});

test('who hung up, and why', () => {
  const ended = (name: string, ...more: readonly Fields[]) => {
    const { cause_q850, sip_code, cause_native, ended_by } = only(
      read(managerEvent(name, 9, ...more)),
      'leg.ended',
    ).payload;
    return [cause_q850, sip_code, cause_native, ended_by];
  };
  assert.deepEqual(ended('HangupRequest', ofCaller('6')), [null, null, '', 'far']);
  assert.deepEqual(ended('SoftHangupRequest', ofCaller('6'), { Cause: '16' }), [null, null, '', 'near']);
  assert.deepEqual(ended('Hangup', ofCaller('6'), { Cause: '17' }), [17, null, 'USER_BUSY', 'unknown']);
  assert.deepEqual(ended('Hangup', ofCaller('6'), { Cause: '0' }), [null, null, '', 'unknown']);
  const bySip = { Cause: '127', TechCause: 'SIP 480 Temporarily Unavailable' };
  assert.deepEqual(ended('Hangup', ofCaller('6'), bySip), [18, 480, 'INTERWORKING', 'unknown']);
  const dial = (DialStatus: string) => ended('DialEnd', ofCaller('6'), ofAgent('5', 'Dest'), { DialStatus });
  assert.deepEqual(dial('BUSY'), [17, null, 'USER_BUSY', 'unknown']);
  assert.deepEqual(dial('NOANSWER'), [19, null, 'NO_ANSWER', 'unknown']);
  assert.deepEqual(types(managerEvent('DialEnd', 9, ofAgent('6', 'Dest'), { DialStatus: 'CANCEL' })), []);
});

test('bridges: talk, hold, conference, park', () => {
  const kind = (BridgeTechnology: string, BridgeType = 'basic') =>
    only(
      read(managerEvent('BridgeEnter', 9, ofCaller('6'), { BridgeUniqueid: 'b', BridgeTechnology, BridgeType })),
      'leg.bridged',
    ).payload.bridge_kind;
  assert.deepEqual(
    [kind('simple_bridge'), kind('holding_bridge'), kind('softmix'), kind('holding_bridge', 'parking')],
    ['talk', 'hold', 'conference', 'park'],
  );
});

test('transfers and pick-ups join calls', () => {
  const other = '1767607210.40';
  const second: Fields = { SecondTransfererUniqueid: other, SecondTransfererLinkedid: other };
  const attended = read(
    managerEvent('AttendedTransfer', 30, ofAgent('6', 'OrigTransferer'), second, ofCaller('6', 'Transferee'), {
      TransferTargetUniqueid: '1767607211.41',
      TransferTargetLinkedid: other,
      Result: 'Success',
      DestType: 'Bridge',
    }),
  );
  const { payload, leg_id } = only(attended, 'leg.transferred');
  assert.deepEqual(
    [leg_id, payload.kind, payload.from_leg_id, payload.to_leg_id, payload.result],
    [`ast1/${agent}`, 'attended', `ast1/${caller}`, 'ast1/1767607211.41', 'completed'],
  );
  const links = attended.filter(({ type }) => type === 'call.linked');
  assert.deepEqual(
    links.map(({ call_key }) => call_key),
    [`ast1/${caller}`, `ast1/${other}`],
  );

  const blind = managerEvent('BlindTransfer', 30, ofAgent('6', 'Transferer'), ofCaller('6', 'Transferee'), {
    Extension: '1003',
    Result: 'Fail',
  });
  const told = only(read(blind), 'leg.transferred').payload;
  assert.deepEqual([told.kind, told.target, told.result], ['blind', '1003', 'failed']);

  const pickup = managerEvent('Pickup', 8, ofAgent('5', 'Target'), { Uniqueid: other, Linkedid: other });
  assert.deepEqual(types(pickup), ['leg.transferred', 'call.linked', 'call.linked']);
  assert.equal(only(read(pickup), 'leg.transferred').payload.to_leg_id, `ast1/${other}`);

  const forward = managerEvent('DialEnd', 5, ofCaller('6'), ofAgent('0', 'Dest'), { Forward: 'Local/1004@internal' });
  const { kind, target, by_leg_id } = only(read(forward), 'leg.transferred').payload;
  assert.deepEqual([kind, target, by_leg_id], ['forward', 'Local/1004@internal', `ast1/${agent}`]);
});

test('parking, rooms, mailboxes, spies', () => {
  const lot = { Parkinglot: 'default', ParkingSpace: '701', ParkerDialString: 'PJSIP/1002' };
  const parkee = ofCaller('6', 'Parkee');
  assert.deepEqual(types(managerEvent('ParkedCall', 30, parkee, lot)), ['app.entered']);
  const other = { RetrieverUniqueid: '1767607240.50', RetrieverLinkedid: '1767607240.50' };
  assert.deepEqual(types(managerEvent('UnParkedCall', 40, parkee, lot, other)), [
    'app.left',
    'leg.transferred',
    'call.linked',
    'call.linked',
  ]);
  const timedOut = read(managerEvent('ParkedCallTimeOut', 40, parkee, lot));
  const { kind, result, target } = only(timedOut, 'leg.transferred').payload;
  assert.deepEqual([kind, result, target], ['park_retrieve', 'failed', 'PJSIP/1002']);
  assert.deepEqual(types(managerEvent('ParkedCallGiveUp', 40, parkee, lot)), ['app.left']);

  const room = { Conference: '8000', BridgeUniqueid: 'b9' };
  assert.deepEqual(types(managerEvent('ConfbridgeJoin', 3, ofCaller('6'), room)), ['app.entered']);
  assert.deepEqual(types(managerEvent('ConfbridgeLeave', 9, ofCaller('6'), room)), ['app.left']);
  const exec = (Application: string, AppData: string) =>
    managerEvent('Newexten', 3, ofCaller('6'), { Application, AppData });
  assert.equal(only(read(exec('VoiceMail', '1002@default,u')), 'app.entered').payload.mailbox, '1002');
  assert.deepEqual(types(exec('ConfBridge', '8000')), [], 'ConfbridgeJoin tells it');
  const spy = { SpyerUniqueid: '1767607240.60', SpyerLinkedid: '1767607240.60', SpyerChannel: 'PJSIP/9-1' };
  const spying = only(read(managerEvent('ChanSpyStart', 30, spy, ofAgent('6', 'Spyee'))), 'app.entered');
  assert.deepEqual([spying.payload.app, spying.other_leg_id], ['spy', `ast1/${agent}`]);
});

test('agents: members of queues and of the agent pool', () => {
  const member = { Queue: 'support', MemberName: 'Grace', Interface: 'PJSIP/1002', Penalty: '1', Paused: '0' };
  assert.deepEqual(only(read(managerEvent('QueueMemberAdded', 0, member)), 'agent.queue_joined').payload, {
    agent_id: 'Grace',
    queue_id: 'support',
    penalty: 1,
  });
  assert.deepEqual(types(managerEvent('QueueMemberRemoved', 0, member)), ['agent.queue_left']);
  const pause = { ...member, Paused: '1', PausedReason: 'lunch' };
  assert.deepEqual(only(read(managerEvent('QueueMemberPause', 0, pause)), 'agent.paused').payload, {
    agent_id: 'Grace',
    queue_id: 'support',
    reason: 'lunch',
  });
  assert.deepEqual(types(managerEvent('QueueMemberPause', 0, member)), ['agent.unpaused']);
  assert.deepEqual(types(managerEvent('QueueMemberStatus', 0, pause)), ['agent.queue_joined', 'agent.paused']);
  assert.deepEqual(types(managerEvent('QueueMemberStatus', null, pause)), [], 'says nothing without a time');
  const login = read(managerEvent('AgentLogin', 0, ofAgent('6'), { Agent: '1001' }));
  assert.equal(only(login, 'agent.logged_in').payload.agent_id, 'Agent/1001');
  assert.equal(login[0]?.call_key, '');
  assert.deepEqual(types(managerEvent('AgentLogoff', 9, { Agent: '1001', Logintime: '9' })), ['agent.logged_out']);
});

test('the switch: when it started, however late a manager logs in, and that it stops', () => {
  const booted = only(
    read(managerEvent('FullyBooted', 100, { Uptime: '90', Status: 'Fully Booted' })),
    'switch.started',
  );
  assert.deepEqual([booted.occurred_at, booted.occurred_precision], [us(10), 's']);
  assert.deepEqual(types(managerEvent('FullyBooted', 100)), ['switch.heartbeat'], 'it may have started long ago');
  assert.deepEqual(only(read(managerEvent('Shutdown', 9)), 'switch.channels').payload, { leg_ids: [] });
});

test('a channel event inside the manager is the row of CEL, with the exact time', () => {
  const { Channel = '', Uniqueid = '', Linkedid = '' } = ofCaller('6');
  const cel = managerEvent('CEL', 4.5, {
    EventName: 'ANSWER',
    EventTime: '2026-01-05 11:00:04',
    Channel,
    UniqueID: Uniqueid,
    LinkedID: Linkedid,
  });
  const answered = only(read(cel), 'leg.answered');
  assert.deepEqual([answered.occurred_at, answered.native.name], [us(4.5), 'ANSWER']);
});

test('what the meaning was read from is kept; digits and other variables are not', () => {
  const told = managerCall().flatMap((fields) => read(fields));
  assert.deepEqual(only(told, 'queue.completed').extra, {
    ChannelStateDesc: 'Up',
    HoldTime: '6',
    Reason: 'caller',
    TalkTime: '10',
  });
  assert.doesNotMatch(JSON.stringify(told), /4111111111111111|Digit/);
});

test('without any time an event stands at the earliest that its ids and spans allow', () => {
  const untimed = managerCall(false).flatMap((fields) => read(fields));
  const timed = managerCall().flatMap((fields) => read(fields));
  assert.deepEqual(
    untimed.map(({ type }) => type),
    timed.map(({ type }) => type),
  );
  for (const [at, event] of untimed.entries()) {
    assert.ok(isUntimed(event) && event.occurred_precision === 'receipt');
    assert.ok(event.occurred_at <= (timed[at]?.occurred_at ?? 0), `${event.type} is never later than it was`);
  }
  assert.equal(only(untimed, 'queue.connected').occurred_at, us(4 + 6) + 32, 'rung 6 s since the phone’s channel');
  const received = { ...managerEvent('Hangup', null, ofCaller('6')), ReceivedAt: (startS + 9.5).toFixed(6) };
  const [first, later] = [received, { ...received, ReceivedAt: (startS + 9.7).toFixed(6) }].map((fields) =>
    only(read(fields), 'leg.ended'),
  );
  assert.deepEqual([first?.occurred_at, first?.occurred_precision], [us(9.5), 'receipt']);
  assert.ok(first !== undefined && !isUntimed(first));
  assert.equal(later?.event_id, first.event_id, 'when it was received is no part of the event');
});

test('the switch is the one asked for, the event’s system, or the prefix of its ids', () => {
  const hangup = managerEvent('Hangup', 9, ofCaller('6'));
  assert.equal(read({ ...hangup, SystemName: 'pbx-9' }, source())[0]?.switch_id, 'pbx-9');
  const prefixed = { ...hangup, Uniqueid: `pbx-1-${caller}`, Linkedid: `pbx-1-${caller}` };
  assert.equal(read(prefixed, source())[0]?.switch_id, 'pbx-1');
});

test('what cannot be used is told by field', () => {
  const rejected = (fields: Fields, given = pbx) => {
    const { code, field } = rejectionOf(normaliseAmi(fields, given));
    return [code, field];
  };
  const { Uniqueid: _uniqueid, Linkedid: _linkedid, ...nowhere } = ofCaller('6');
  assert.deepEqual(rejected({}), ['MISSING_FIELD', 'Event']);
  assert.deepEqual(rejected(managerEvent('Hangup', 9, nowhere)), ['MISSING_FIELD', 'Uniqueid']);
  assert.deepEqual(rejected(managerEvent('Shutdown', null)), ['MISSING_FIELD', 'Timestamp']);
  assert.deepEqual(rejected(managerEvent('QueueMemberRemoved', 0, { Queue: 'q' })), ['MISSING_FIELD', 'MemberName']);
  const hangup = managerEvent('Hangup', 9, ofCaller('6'));
  assert.deepEqual(rejected({ ...hangup, Timestamp: 'now' }), ['TIME_OUT_OF_RANGE', 'Timestamp']);
  assert.deepEqual(rejected({ ...hangup, Linkedid: '123456789.1' }), ['TIME_OUT_OF_RANGE', 'Linkedid']);
  assert.deepEqual(rejected(hangup, source()), ['SWITCH_UNKNOWN', 'SystemName']);
  assert.deepEqual(normaliseAmi({ Event: 'RTCPSent' }, pbx), { events: [] });
});

test('no event makes it throw; read again, later, it is the same', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.jsonValue(), fc.constantFrom('0', '1', '6'));
  const names = [...new Set([...managerCall(), ofAgent('6', 'Dest')].flatMap((fields) => Object.keys(fields)))];
  const records = fc.record({
    base: fc.constantFrom(...managerCall(), ...managerCall(false)),
    name: fc.constantFrom(...amiEvents.keys(), 'CEL'),
    more: fc.dictionary(fc.constantFrom(...names), value),
  });
  fc.assert(
    fc.property(records, ({ base, name, more }) => {
      const record = { ...base, ...more, Event: name };
      const [first, again] = [nowUs, nowUs + 1].map((observedAtUs) =>
        normaliseAmi(record, source({ askedSwitchId: 'ast1', observedAtUs })),
      );
      if (first === undefined || 'rejection' in first || again === undefined || 'rejection' in again) return;
      assert.deepEqual(first.events.map(identity), again.events.map(identity));
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.anything()), (record) => void normaliseAmi(record, pbx)));
  const all = managerCall().flatMap((fields) => read(fields).map(identity));
  assert.equal(new Set(all).size, all.length, 'different events differ');
});
