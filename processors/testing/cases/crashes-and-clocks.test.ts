import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../event-table.ts';
import { canonical, receivedAt, trunkline } from './canonical.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { callsOf, told } from './told.ts';

/** Two extensions talk from second 4.1. */
const talking = `
  0.0  CHANNEL_CREATE   a inbound sofia/internal/1001@pbx 1001>1002
  0.2  CHANNEL_CREATE   b outbound sofia/internal/1002@10.0.0.7 1001>1002 of=a
  1.0  CHANNEL_PROGRESS b
  4.0  CHANNEL_ANSWER   b
  4.0  CHANNEL_ANSWER   a
  4.1  CHANNEL_BRIDGE   a b`;

const hungUp = `
  64.1 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
  64.1 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye`;

test('case 47: the switch crashes and comes back with another boot id; nobody hung up', async () => {
  await told(freeswitch(talking), trunkline(`90 call.end_inferred - call=a rule=new_boot last=${at(61)}`)).gives({
    state: 'ended',
    disposition: 'answered',
    ended_at: at(61),
    connect_ms: 56_900,
    cause_q850: 41,
    ended_by: 'switch',
    quality: ['end_inferred'],
    legs: [{ ended_at: at(61) }, { ended_at: at(61) }],
  });
});

test('case 48: a switch that came back uses its ids again: the boot id keeps the calls apart', async () => {
  const call = (boot: string, from: string): ReturnType<typeof canonical> =>
    canonical(
      `
      0.000001 leg.created  pbx1/${boot}/0.1 anchor=0.000001 dir=in kind=user from=${from} to=1002
      0.2      leg.created  pbx1/${boot}/0.2 anchor=0.000001 dir=out kind=user to=1002
      4.0      leg.answered pbx1/${boot}/0.2 anchor=0.000001
      4.0      leg.bridged  pbx1/${boot}/0.1 anchor=0.000001 with=pbx1/${boot}/0.2
      9.0      leg.ended    pbx1/${boot}/0.1 anchor=0.000001 q850=16`,
      { kind: 'asterisk', call: `pbx1/${boot}/0.1` },
    );
  const rows = await callsOf([...call('boot-1', '1001'), ...call('boot-2', '1005')]);
  assert.deepEqual(
    new Set(rows.map(({ caller_number, connect_ms, legs }) => `${caller_number} ${connect_ms} ${legs.length}`)),
    new Set(['1001 5000 2', '1005 5000 2']),
  );
  assert.notEqual(rows[0]?.call_id, rows[1]?.call_id);
});

test('case 49: the real hang-up comes after the closing rules had given the call up', async () => {
  const inferred = trunkline(`900 call.end_inferred - call=a rule=silence last=${at(5)}`);
  await told(receivedAt(10, freeswitch(talking)), receivedAt(900, inferred)).gives({
    ended_at: at(5),
    quality: ['end_inferred'],
  });
  // 50 minutes later, over a link that was down.
  await told(
    receivedAt(10, freeswitch(talking)),
    receivedAt(900, inferred),
    receivedAt(3900, freeswitch(`${talking}${hungUp}`).slice(-2)),
  ).gives({
    ended_at: at(64.1),
    connect_ms: 60_000,
    hangup_cause: 'NORMAL_CLEARING',
    ended_by: 'caller',
    quality: ['late'],
    events: 9,
  });
});

test('case 51: the clock is set back within a call: the switch’s own measure holds', async () => {
  await told(
    canonical(
      `
      10.0 leg.created  a anchor=10 dir=in kind=user from=1001 to=1002
      10.2 leg.created  b anchor=10 dir=out kind=user to=1002
      14.0 leg.answered b anchor=10
      14.0 leg.answered a anchor=10
      14.0 leg.bridged  a anchor=10 with=b
      4.0  leg.ended    a anchor=10 q850=16 bill_ms=20000 duration_ms=24000
      4.0  leg.ended    b anchor=10 q850=16`,
      { anchor: 10 },
    ),
  ).gives({ duration_ms: 24_000, bill_ms: 20_000, quality: ['clock_anomaly'], state: 'ended' });
  // Where it measured nothing there is no negative span.
  await told(
    cel(`
      eventtype    | eventtime | uniqueid | linkedid | channame      | cid_num | exten | extra
      CHAN_START   | 10.0      | 10.1     | 10.1     | PJSIP/1001-1  | 1001    | 1002  |
      ANSWER       | 12.0      | 10.1     | 10.1     | PJSIP/1001-1  | 1001    | 1002  |
      HANGUP       | 3.0       | 10.1     | 10.1     | PJSIP/1001-1  | 1001    | 1002  | hangupcause=16
      CHAN_END     | 3.0       | 10.1     | 10.1     | PJSIP/1001-1  | 1001    | 1002  |
      LINKEDID_END | 3.0       | 10.1     | 10.1     | PJSIP/1001-1  | 1001    | 1002  |`),
  ).gives({ duration_ms: 0, bill_ms: 0, quality: ['clock_anomaly'], state: 'ended' });
});

test('case 52: the hang-up comes before the answer', async () => {
  const records = freeswitch(`${talking}${hungUp}`);
  const expected = { disposition: 'answered', answered_at: at(4.1), ended_at: at(64.1), connect_ms: 60_000 } as const;
  await told(records.toReversed()).gives(expected);
  await told(records.slice(6), records.slice(3, 6), records.slice(0, 3)).gives(expected);
});

test('case 53: every event is delivered again', async () => {
  const records = freeswitch(`${talking}${hungUp}`);
  const [once] = await callsOf(records);
  const [again] = await callsOf([...records, ...records, ...receivedAt(80_500, records)]);
  assert.deepEqual(again, once);
  assert.equal(once?.events, 8);
  await told(records, records).gives({ events: 8, quality: [] });
});

test('case 54: a source that tells whole seconds: kind decides, then the switch’s sequence', async () => {
  await told(
    cel(`
      eventtype    | eventtime | uniqueid | linkedid | channame      | cid_num | exten | extra
      CHAN_END     | 4         | 0.2      | 0.1      | PJSIP/1002-2  | 1002    |       |
      HANGUP       | 4         | 0.2      | 0.1      | PJSIP/1002-2  | 1002    |       | hangupcause=16 hangupsource=PJSIP/1002-2
      BRIDGE_EXIT  | 4         | 0.2      | 0.1      | PJSIP/1002-2  | 1002    |       | bridge_id=x bridge_technology=simple_bridge
      BRIDGE_EXIT  | 4         | 0.1      | 0.1      | PJSIP/1001-1  | 1001    | 1002  | bridge_id=x bridge_technology=simple_bridge
      BRIDGE_ENTER | 4         | 0.2      | 0.1      | PJSIP/1002-2  | 1002    |       | bridge_id=x bridge_technology=simple_bridge
      BRIDGE_ENTER | 4         | 0.1      | 0.1      | PJSIP/1001-1  | 1001    | 1002  | bridge_id=x bridge_technology=simple_bridge
      ANSWER       | 4         | 0.2      | 0.1      | PJSIP/1002-2  | 1002    |       |
      ANSWER       | 4         | 0.1      | 0.1      | PJSIP/1001-1  | 1001    | 1002  |
      CHAN_START   | 4         | 0.2      | 0.1      | PJSIP/1002-2  | 1002    | s     |
      CHAN_START   | 0         | 0.1      | 0.1      | PJSIP/1001-1  | 1001    | 1002  |
      HANGUP       | 4         | 0.1      | 0.1      | PJSIP/1001-1  | 1001    | 1002  | hangupcause=16 hangupsource=PJSIP/1002-2
      LINKEDID_END | 4         | 0.1      | 0.1      | PJSIP/1001-1  | 1001    | 1002  |`),
  ).gives({
    disposition: 'answered',
    answered_at: at(4),
    ended_at: at(4),
    connect_ms: 0,
    duration_ms: 4000,
    ended_by: 'callee',
    legs: [{ leg_id: channel('0.1') }, { leg_id: channel('0.2'), created_at: at(4), ended_at: at(4) }],
  });
});

test('case 55: ids are ordered as second and counter, not as texts', async () => {
  // As texts 0.10 comes before 0.9; the first channel is the ninth.
  const row = (type: string, time: number, id: string, linked: string, extra = ''): string =>
    `${type} | ${time} | ${id} | ${linked} | PJSIP/10${id.slice(2)}-1 | 10${id.slice(2)} | 1002 | ${extra}`;
  await told(
    cel(
      [
        'eventtype | eventtime | uniqueid | linkedid | channame | cid_num | exten | extra',
        row('CHAN_START', 0.1, '0.9', '0.9'),
        row('ANSWER', 1, '0.9', '0.9'),
        row('CHAN_START', 0.2, '0.10', '0.10'),
        row('ANSWER', 1, '0.10', '0.10'),
        row('ATTENDEDTRANSFER', 5, '0.9', '0.9', 'channel2_uniqueid=0.10 transfer_target_channel_uniqueid=0.10'),
        row('HANGUP', 9, '0.9', '0.9', 'hangupcause=16'),
        row('HANGUP', 9, '0.10', '0.10', 'hangupcause=16'),
        row('LINKEDID_END', 9, '0.9', '0.9'),
        row('LINKEDID_END', 9, '0.10', '0.10'),
      ].join('\n'),
    ),
  ).gives({ call_key: channel('0.9'), started_at: at(0.1), quality: ['merged'] });
});

test('case 57: a phone that uses one SIP Call-ID again makes another call of another leg', async () => {
  const call = (leg: string, second: number): string => `
    ${second}       CHANNEL_CREATE          ${leg} inbound sofia/internal/1001@pbx 1001>1002 variable_sip_call_id=same@phone
    ${second + 9}.0 CHANNEL_HANGUP_COMPLETE ${leg} NO_ANSWER sip=480`;
  await told(freeswitch(call('a', 0)), freeswitch(call('n', 30))).givesEach([
    { call_key: 'a', started_at: at(0), duration_ms: 9000, sip_call_ids: ['same@phone'] },
    { call_key: 'n', started_at: at(30), duration_ms: 9000, sip_call_ids: ['same@phone'] },
  ]);
});

test('case 58: of a forked call’s final replies the best holds', async () => {
  const forked = (...codes: readonly number[]): string => `
    0.0 CHANNEL_CREATE          a inbound sofia/internal/1001@pbx 1001>1002
    0.2 CHANNEL_CREATE          b outbound sofia/internal/1002@proxy 1001>1002 of=a
    ${codes.map((code, index) => `${5 + index}.0 CHANNEL_HANGUP b NORMAL_UNSPECIFIED sip=${code}`).join('\n')}
    9.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=send_bye`;
  for (const [codes, best, disposition] of [
    [[487, 480, 486], 486, 'busy'],
    [[486, 603, 487], 603, 'rejected'],
    [[408, 480, 487], 480, 'no_answer'],
    [[487, 408], 408, 'no_answer'],
  ] as const) {
    await told(freeswitch(forked(...codes))).gives({ disposition, sip_code: best, legs: [{}, { sip_code: best }] });
  }
});

test('case 59: the answer and the caller’s cancel cross', async () => {
  await told(
    freeswitch(`
      0.0   CHANNEL_CREATE          a inbound sofia/internal/1001@pbx 1001>1002
      0.2   CHANNEL_CREATE          b outbound sofia/internal/1002@10.0.0.7 1001>1002 of=a
      1.0   CHANNEL_PROGRESS        b
      9.000 CHANNEL_ANSWER          b
      9.000 CHANNEL_BRIDGE          a b
      9.001 CHANNEL_HANGUP_COMPLETE a ORIGINATOR_CANCEL by=recv_cancel
      9.002 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye`),
  ).gives({
    disposition: 'answered',
    answered_at: at(9),
    connect_ms: 1,
    ended_by: 'caller',
    hangup_cause: 'ORIGINATOR_CANCEL',
  });
});
