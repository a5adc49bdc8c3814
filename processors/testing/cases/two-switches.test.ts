import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../event-table.ts';
import { saidOf } from '../given.ts';
import { canonical } from './canonical.ts';
import { freeswitch } from './freeswitch-events.ts';
import { acc } from './kamailio-rows.ts';
import type { NativeRecord } from './native-records.ts';
import { callsOf, told } from './told.ts';

type Part = { readonly call: string; readonly anchor: number; readonly on: string };

/** Somebody who knows says at a second that calls are one: each of them is told. */
const linked = (second: number, words: string, ...parts: readonly Part[]): NativeRecord[] =>
  parts.flatMap(({ call, anchor, on }) => {
    const id = `link-${call.replaceAll(/\W/g, '.')}`;
    return canonical(`${second} call.linked - call=${call} anchor=${anchor} switch=${on} ${words} id=${id}`, { call });
  });

test('case 50: another switch’s clock is ahead: no span is measured by two clocks', async () => {
  // The trunk between the switches: pbx1 calls pbx2, whose clock is 7 s behind; somebody said that they are one call.
  await told(
    canonical(
      `
      0.0   leg.created  a  anchor=0 dir=in kind=user from=1001 to=3001
      0.1   leg.created  a2 anchor=0 dir=out kind=trunk to=3001
      6.0   leg.answered a2 anchor=0
      6.0   leg.answered a  anchor=0
      6.0   leg.bridged  a  anchor=0 with=a2
      26.0  leg.ended    a  anchor=0 q850=16 by=far
      26.0  leg.ended    a2 anchor=0 q850=16`,
      { call: 'a' },
    ),
    canonical(
      `
      0.5   leg.created  x  anchor=0.5 switch=pbx2 dir=in kind=trunk from=1001 to=3001
      -6.7  leg.created  x2 anchor=0.5 switch=pbx2 dir=out kind=user to=3001
      -1.0  leg.answered x2 anchor=0.5 switch=pbx2
      -1.0  leg.bridged  x  anchor=0.5 switch=pbx2 with=x2
      33.0  leg.ended    x  anchor=0.5 switch=pbx2 q850=16
      33.0  leg.ended    x2 anchor=0.5 switch=pbx2 q850=16`,
      { call: 'x' },
    ),
    linked(4, 'from=x into=a', { call: 'a', anchor: 0, on: 'pbx1' }, { call: 'x', anchor: 0.5, on: 'pbx2' }),
  ).gives({
    started_at: at(0),
    answered_at: at(6),
    ended_at: at(26),
    duration_ms: 26_000,
    connect_ms: 20_000,
    talk_ms: 20_000,
    hold_ms: 0,
    quality: ['clock_anomaly', 'merged'],
  });
});

const onSwitch = (switchId: string, records: readonly NativeRecord[]): NativeRecord[] =>
  records.map((record) => ({ ...record, switchId }));

test('two FreeSWITCHes whose clocks are 7 s apart tell one call: its spans are by the first one’s clock', async () => {
  await told(
    freeswitch(`
      0.0  CHANNEL_CREATE          a  inbound sofia/internal/1001@pbx 1001>3001
      0.1  CHANNEL_CREATE          a2 outbound sofia/gateway/pbx2/3001 1001>3001 of=a
      6.0  CHANNEL_ANSWER          a2
      6.0  CHANNEL_ANSWER          a
      6.0  CHANNEL_BRIDGE          a a2
      26.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      26.0 CHANNEL_HANGUP_COMPLETE a2 NORMAL_CLEARING by=send_bye`),
    onSwitch(
      'pbx2',
      freeswitch(
        `
      7.2  CHANNEL_CREATE          x  inbound sofia/external/1001@pbx1 1001>3001
      7.4  CHANNEL_CREATE          x2 outbound sofia/internal/3001@10.0.0.9 1001>3001 of=x
      13.0 CHANNEL_ANSWER          x2
      13.0 CHANNEL_ANSWER          x
      13.0 CHANNEL_BRIDGE          x x2
      33.0 CHANNEL_HANGUP_COMPLETE x NORMAL_CLEARING by=recv_bye
      33.0 CHANNEL_HANGUP_COMPLETE x2 NORMAL_CLEARING by=send_bye`,
        'boot-of-pbx2',
      ),
    ),
    linked(4, 'from=x into=a', { call: 'a', anchor: 0, on: 'pbx1' }, { call: 'x', anchor: 7.2, on: 'pbx2' }),
  ).gives({
    call_key: 'a',
    started_at: at(0),
    answered_at: at(6),
    ended_at: at(26),
    duration_ms: 26_000,
    connect_ms: 20_000,
    talk_ms: 20_000,
    callee_number: '3001',
  });
});

const pbx2 = (table: string): ReturnType<typeof canonical> => canonical(table, { call: 'y', kind: 'freeswitch' });
/** One SIP call through two switches, each telling its own leg of it. */
const twoSwitches = [
  ...canonical(
    `
    0.0  leg.created x anchor=0 switch=edge dir=in kind=trunk from=+442079460123 to=1002 sip_id=abc@carrier
    20.0 leg.ended   x anchor=0 switch=edge q850=16`,
    { call: 'x' },
  ),
  ...pbx2(`
    0.1  leg.created y anchor=0.1 switch=pbx2 dir=in kind=trunk from=+442079460123 to=1002 sip_id=abc@carrier
    20.0 leg.ended   y anchor=0.1 switch=pbx2 q850=16`),
];

test('case 56: one SIP Call-ID on two switches is one call only where somebody who knows says so', async () => {
  await told(twoSwitches).givesEach([
    { call_key: 'x', sip_call_ids: ['abc@carrier'], quality: [] },
    { call_key: 'y', sip_call_ids: ['abc@carrier'], quality: [] },
  ]);
  await told(
    twoSwitches,
    linked(
      1,
      'from=y into=x reason=sip_call_id',
      { call: 'x', anchor: 0, on: 'edge' },
      { call: 'y', anchor: 0.1, on: 'pbx2' },
    ),
  ).gives({
    call_key: 'x',
    sip_call_ids: ['abc@carrier'],
    quality: ['merged'],
    legs: [{ leg_id: 'x' }, { leg_id: 'y' }],
  });
});

test('a call through Kamailio to FreeSWITCH under one Call-ID: two calls, or one where somebody says so', async () => {
  const call = { callid: 'abc@carrier', src_user: '+442079460123' };
  const through = [
    ...onSwitch('edge', [acc('INVITE', 4, { ...call, sip_code: '200' }), acc('BYE', 24, call)]),
    ...freeswitch(`
      4.05 CHANNEL_CREATE          y inbound sofia/external/+442079460123@edge +442079460123>1002 variable_sip_call_id=abc@carrier
      4.06 CHANNEL_ANSWER          y
      24.1 CHANNEL_HANGUP_COMPLETE y NORMAL_CLEARING by=recv_bye`),
  ];
  const [proxied] = await callsOf(through);
  assert.equal((await callsOf(through)).length, 2);
  const key = proxied?.call_key as string;
  // A proxy's first event in the log decides its anchor, so this holds in the order in which it happened.
  const joined = await callsOf([
    ...through,
    ...linked(
      5,
      `from=y into=${key} reason=sip_call_id`,
      { call: key, anchor: 4, on: 'edge' },
      { call: 'y', anchor: 4.05, on: 'pbx1' },
    ),
  ]);
  const expected = {
    call_key: key,
    disposition: 'answered',
    duration_ms: 20_000,
    talk_ms: 20_000,
    sip_call_ids: ['abc@carrier'],
    quality: ['merged'],
  } as const;
  assert.deepEqual(saidOf(joined, [expected]), [expected]);
});
