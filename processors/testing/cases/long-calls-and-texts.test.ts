import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dialects } from '../../../ingest/dialects.ts';
import { plainEvents } from '../../../ingest/freeswitch/event-plain.ts';
import { at } from '../event-table.ts';
import { canonical } from './canonical.ts';
import { cel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import type { NativeRecord } from './native-records.ts';
import { told } from './told.ts';

const dayS = 86_400;

test('case 81: a music line that is open for a month', async () => {
  const line = `
    0.0 CHANNEL_CREATE a inbound sofia/internal/1001@pbx 1001>1002
    0.2 CHANNEL_CREATE b outbound sofia/internal/1002@10.0.0.7 1001>1002 of=a
    4.0 CHANNEL_ANSWER b
    4.0 CHANNEL_ANSWER a
    4.0 CHANNEL_BRIDGE a b`;
  const received = (records: readonly NativeRecord[]): NativeRecord[] =>
    records.map((record) => ({ ...record, receivedAt: 40 * dayS }));
  await told(received(freeswitch(line))).gives({ state: 'active', ended_at: null, quality: [] });
  await told(
    received(
      freeswitch(`${line}
        ${30 * dayS}.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
        ${30 * dayS}.0 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye`),
    ),
  ).gives({
    state: 'ended',
    started_at: at(0),
    ended_at: at(30 * dayS),
    duration_ms: 30 * dayS * 1000,
    connect_ms: (30 * dayS - 4) * 1000,
    quality: [],
  });
});

/** The call of somebody with that name, as the event socket writes it: percent-encoded. */
const callOf = (name: string, from = '+442079460123'): NativeRecord[] => {
  const records = freeswitch(`
    0.0 CHANNEL_CREATE          a inbound sofia/external/x@carrier from>1002
    9.0 CHANNEL_HANGUP_COMPLETE a USER_BUSY sip=486`);
  return records.map(({ dialect, value }) => {
    const headers = { ...(value as Record<string, string>), 'Caller-Caller-ID-Number': from };
    const lines = Object.entries(headers).map(([header, text]) => `${header}: ${encodeURIComponent(text)}`);
    const plain = Buffer.from(`${lines.join('\n')}\nCaller-Caller-ID-Name: ${name}\n\n`, 'latin1');
    const [event] = plainEvents(plain);
    assert.ok(event !== undefined && 'headers' in event);
    return { dialect, value: event.headers };
  });
};

test('case 82: names of any script, and bytes that are none', async () => {
  const cases: readonly (readonly [string, string])[] = [
    [encodeURIComponent('Bõb'), 'Bõb'],
    // Composed, so that it is found however it was typed.
    [encodeURIComponent('Bo\u0303b'), 'Bõb'],
    [encodeURIComponent('☎️ דנה 👩‍👩‍👧'), '☎️ דנה 👩‍👩‍👧'],
    ['%FF%FEAnn', '\uFFFD\uFFFDAnn'],
    ['Ann%00%0D%0ALee%1B', 'AnnLee'],
    // 255 code points, and none cut in two.
    [encodeURIComponent('👩'.repeat(300)), '👩'.repeat(255)],
    [encodeURIComponent(`${'x'.repeat(254)}👩y`), `${'x'.repeat(254)}👩`],
  ];
  for (const [sent, kept] of cases) await told(callOf(sent)).gives({ caller_name: kept });
});

test('case 83: callers that do not show their number', async () => {
  const call = (leg: string, second: number, from: string, more = ''): string => `
    ${second}       CHANNEL_CREATE          ${leg} inbound sofia/external/x@carrier ${from}>1002 ${more}
    ${second + 9}.0 CHANNEL_HANGUP_COMPLETE ${leg} USER_BUSY sip=486`;
  await told(
    freeswitch(call('a', 0, 'anonymous')),
    freeswitch(call('n', 1, 'anonymous')),
    freeswitch(call('r', 2, '+442079460123', 'Caller-Privacy-Hide-Number=true')),
    freeswitch(call('i', 3, 'anonymous@anonymous.invalid')),
    freeswitch(call('e', 4, '')),
  ).givesEach([
    { call_key: 'a', caller_number: '', caller_e164: '', caller_presentation: 'restricted', quality: [] },
    { call_key: 'n', caller_number: '', caller_presentation: 'restricted', quality: [] },
    // Kept for whoever may see it; the API and the recordings' rows do not show it.
    { call_key: 'r', caller_number: '+442079460123', caller_presentation: 'restricted' },
    { call_key: 'i', caller_number: '', caller_presentation: 'restricted' },
    { call_key: 'e', caller_number: '', caller_presentation: 'unavailable' },
  ]);
});

suite('case 84: numbers that are none', () => {
  for (const [number, e164] of [
    ['+442079460123', '+442079460123'],
    ['+', ''],
    ['+44abc', ''],
    [`+${'4'.repeat(40)}`, ''],
    ['sip:1001@pbx.example.net', ''],
    ['1001;ext=7', ''],
    ['00442079460123', ''],
    ['s', ''],
  ] as const) {
    test(number, async () => {
      await told(callOf('Ann', number)).gives({ caller_number: number, caller_e164: e164, disposition: 'busy' });
    });
  }
});

test('case 85: emergency numbers, short codes and feature codes', async () => {
  await told(
    freeswitch(`
      0.0 CHANNEL_CREATE          a inbound sofia/internal/1001@pbx 1001>112
      0.1 CHANNEL_CREATE          b outbound sofia/external/112@carrier 1001>112 of=a
      9.0 CHANNEL_HANGUP_COMPLETE b USER_BUSY sip=486
      9.1 CHANNEL_HANGUP_COMPLETE a USER_BUSY`),
  ).gives({ dialled_number: '112', callee_number: '112', callee_e164: '', direction: 'outbound' });
  await told(
    freeswitch(`
      0.0 CHANNEL_CREATE           a inbound sofia/internal/1001@pbx 1001>*97
      0.1 CHANNEL_ANSWER           a
      0.1 CHANNEL_EXECUTE          a voicemail check default acme
      9.0 CHANNEL_HANGUP_COMPLETE  a NORMAL_CLEARING by=recv_bye`),
  ).gives({ dialled_number: '*97', callee_number: '', direction: 'internal', reached_voicemail: false });
  await told(
    cel(`
      eventtype    | eventtime | uniqueid | linkedid | channame     | cid_num | exten     | extra
      CHAN_START   | 0.1       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | **9742309 |
      ANSWER       | 0.2       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | **9742309 |
      HANGUP       | 2.0       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | **9742309 | hangupcause=16
      LINKEDID_END | 2.0       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | **9742309 |`),
  ).gives({ dialled_number: '**9742309', callee_number: '' });
});

test('case 86: names with bars, quotes, line ends and formulas are kept as they are', async () => {
  for (const [sent, kept] of [
    ['Ann|Lee', 'Ann|Lee'],
    [`O'Brien "Bo"`, `O'Brien "Bo"`],
    ['=HYPERLINK("http://x")', '=HYPERLINK("http://x")'],
    ['Ann\r\nLee', 'AnnLee'],
  ] as const) {
    await told(callOf(encodeURIComponent(sent))).gives({ caller_name: kept });
  }
});

test('transcripts and costs are of the call they are told of', async () => {
  assert.equal(dialects.canonical.name, 'canonical');
  await told(
    canonical(`
      0.0  leg.created         a anchor=0 dir=in kind=user from=1001 to=1002
      9.0  leg.ended           a anchor=0 sip=486
      5.0  recording.started   a anchor=0
      20.0 transcript.attached a anchor=0 recording=r1 language=en text=first
      30.0 transcript.attached a anchor=0 recording=r1 language=en text=better
      40.0 transcript.attached a anchor=0 recording=r1 language=de text=besser
      50.0 cost.added          a anchor=0 item=minutes micros=12000 currency=EUR
      51.0 cost.added          a anchor=0 item=refund micros=-2000 currency=EUR
      52.0 cost.added          a anchor=0 item=lookup micros=500 currency=USD`),
  ).gives({
    disposition: 'busy',
    transcripts: [
      { recording_id: 'r1', at: at(30), language: 'en', text: 'better' },
      { recording_id: 'r1', at: at(40), language: 'de', text: 'besser' },
    ],
    costs: [
      { item: 'minutes', amount_micros: 12_000, currency: 'EUR' },
      { item: 'refund', amount_micros: -2000, currency: 'EUR' },
      { item: 'lookup', amount_micros: 500, currency: 'USD' },
    ],
    // What is told afterwards by its nature makes no call late.
    quality: [],
  });
});
