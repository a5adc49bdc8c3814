import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialects } from '../../../ingest/dialects.ts';
import { at } from '../event-table.ts';
import { saidOf } from '../given.ts';
import { canonical } from './canonical.ts';
import { freeswitch } from './freeswitch-events.ts';
import type { NativeRecord } from './native-records.ts';
import { callsOf, told } from './told.ts';

test('case 50: another switch’s clock is ahead: no span is measured by two clocks', async () => {
  // The trunk between the switches: pbx1 calls pbx2, whose clock is 7 s behind; somebody said that they are one call.
  const link = (call: string, anchor: number): string =>
    `4.0 call.linked - call=${call} anchor=${anchor} from=x into=a id=link-${call}`;
  await told(
    canonical(
      `
      0.0   leg.created  a  anchor=0 dir=in kind=user from=1001 to=3001
      0.1   leg.created  a2 anchor=0 dir=out kind=trunk to=3001
      6.0   leg.answered a2 anchor=0
      6.0   leg.answered a  anchor=0
      6.0   leg.bridged  a  anchor=0 with=a2
      26.0  leg.ended    a  anchor=0 q850=16 by=far
      26.0  leg.ended    a2 anchor=0 q850=16
      ${link('a', 0)}`,
      { call: 'a' },
    ),
    canonical(
      `
      0.5   leg.created  x  anchor=0.5 switch=pbx2 dir=in kind=trunk from=1001 to=3001
      -6.7  leg.created  x2 anchor=0.5 switch=pbx2 dir=out kind=user to=3001
      -1.0  leg.answered x2 anchor=0.5 switch=pbx2
      -1.0  leg.bridged  x  anchor=0.5 switch=pbx2 with=x2
      33.0  leg.ended    x  anchor=0.5 switch=pbx2 q850=16
      33.0  leg.ended    x2 anchor=0.5 switch=pbx2 q850=16
      ${link('x', 0.5)} switch=pbx2`,
      { call: 'x' },
    ),
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
  const link = (call: string, anchor: number, name: string): string =>
    `4.0 call.linked - call=${call} anchor=${anchor} switch=${name} from=x into=a id=link-${call}`;
  await told(
    freeswitch(`
      0.0  CHANNEL_CREATE          a  inbound sofia/internal/1001@pbx 1001>3001
      0.1  CHANNEL_CREATE          a2 outbound sofia/gateway/pbx2/3001 1001>3001 of=a
      6.0  CHANNEL_ANSWER          a2
      6.0  CHANNEL_ANSWER          a
      6.0  CHANNEL_BRIDGE          a a2
      26.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      26.0 CHANNEL_HANGUP_COMPLETE a2 NORMAL_CLEARING by=send_bye`),
    canonical(link('a', 0, 'pbx1'), { call: 'a' }),
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
    canonical(link('x', 7.2, 'pbx2'), { call: 'x' }),
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
  const link = (call: string, anchor: number, name: string): string =>
    `1.0 call.linked - call=${call} anchor=${anchor} switch=${name} from=y into=x reason=sip_call_id id=link-${call}`;
  await told(
    twoSwitches,
    canonical(link('x', 0, 'edge'), { call: 'x' }),
    canonical(link('y', 0.1, 'pbx2'), { call: 'y' }),
  ).gives({
    call_key: 'x',
    sip_call_ids: ['abc@carrier'],
    quality: ['merged'],
    legs: [{ leg_id: 'x' }, { leg_id: 'y' }],
  });
});

test('a call through Kamailio to FreeSWITCH under one Call-ID: two calls, or one where somebody says so', async () => {
  const acc = (method: string, second: number, more = {}): NativeRecord => ({
    dialect: dialects.kamailio,
    value: {
      method,
      callid: 'abc@carrier',
      time_hires: (at(second) / 1e6).toFixed(3),
      src_user: '+442079460123',
      dst_ouser: '1002',
      ...more,
    },
    switchId: 'edge',
  });
  const through = [
    acc('INVITE', 4, { sip_code: '200' }),
    acc('BYE', 24),
    ...freeswitch(`
      4.05 CHANNEL_CREATE          y inbound sofia/external/+442079460123@edge +442079460123>1002 variable_sip_call_id=abc@carrier
      4.06 CHANNEL_ANSWER          y
      24.1 CHANNEL_HANGUP_COMPLETE y NORMAL_CLEARING by=recv_bye`),
  ];
  const [proxied] = await callsOf(through);
  assert.equal((await callsOf(through)).length, 2);
  const key = proxied?.call_key as string;
  const link = (call: string, anchor: number, name: string): string =>
    `5.0 call.linked - call=${call} anchor=${anchor} switch=${name} from=y into=${key} reason=sip_call_id id=link-${call.replace(/\W/g, '.')}`;
  // A proxy's first event in the log decides its anchor, so this holds in the order in which it happened.
  const joined = await callsOf([
    ...through,
    ...canonical(link(key, 4, 'edge'), { call: key }),
    ...canonical(link('y', 4.05, 'pbx1'), { call: 'y' }),
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
