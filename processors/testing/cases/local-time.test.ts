import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { agentTime, spansOfDays } from '../../../query-api/statistics/agent-time.ts';
import { type IntervalKind, intervalsOf } from '../../../query-api/statistics/intervals.ts';
import { instantOf, localTime, type TimeZone, timeZone } from '../../../query-api/statistics/time-zone.ts';
import { isoFromMicros, microsFromIso } from '../../../schemas/event-json.ts';
import { at } from '../event-table.ts';
import { canonical } from './canonical.ts';
import { agentsTold } from './agents-told.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

const zoneOf = (name: string): TimeZone => {
  const zone = timeZone(name);
  assert.ok(zone !== null, name);
  return zone;
};

const us = (text: string): number => microsFromIso(text);
const two = (value: number): string => String(value).padStart(2, '0');

/** `05:00 60`: the local time at which each interval begins, and its minutes. */
const shown = (name: string, kind: IntervalKind, from: string, to: string): string[] => {
  const zone = zoneOf(name);
  return intervalsOf(zone, kind, us(from), us(to), 1000).map(({ startsAt, endsAt }) => {
    const { day, hour, minute } = localTime(zone, startsAt / 1000);
    const time = `${two(hour)}:${two(minute)}`;
    return `${kind === 'hour' ? '' : `${two(day)} `}${time} ${(endsAt - startsAt) / 60_000_000}`;
  });
};

/** Full hours of a day, those between left out. */
const hours = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${two(from + index)}:00 60`);

test('case 60: a call over midnight is of the day on which it began; time is cut at midnight', async () => {
  // The tests begin at ten o'clock UTC.
  const midnightS = 14 * 3600;
  await told(
    freeswitch(`
      ${midnightS - 60}.0 CHANNEL_CREATE          a inbound sofia/internal/1001@pbx 1001>1002
      ${midnightS + 60}.0 CHANNEL_HANGUP_COMPLETE a USER_BUSY sip=486`),
  ).gives({ started_at: at(midnightS - 60), duration_ms: 120_000 });
  const days = intervalsOf(zoneOf('UTC'), 'day', at(0), at(midnightS + 1), 10);
  const holding = days.filter(({ startsAt, endsAt }) => at(midnightS - 60) >= startsAt && at(midnightS - 60) < endsAt);
  assert.deepEqual(holding, [{ startsAt: us('2026-01-05T00:00:00Z'), endsAt: us('2026-01-06T00:00:00Z') }]);

  const agent = agentsTold(
    canonical(`
      ${midnightS - 60} queue.connected - agent=ann anchor=0
      ${midnightS + 30} queue.completed - agent=ann anchor=0`),
  );
  assert.equal((await agent.time('ann', 0, midnightS)).connect_ms, 60_000);
  assert.equal((await agent.time('ann', midnightS, midnightS + 100)).connect_ms, 30_000);
  assert.equal(agentTime(spansOfDays([], 0), 0, 1).connect_ms, 0);
});

test('case 61: the night in which the clocks are set back has one hour twice', () => {
  // Berlin, 2026-10-25: 03:00 summer time is 02:00 winter time.
  assert.deepEqual(shown('Europe/Berlin', 'hour', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'), [
    ...hours(0, 3),
    ...hours(2, 24),
  ]);
  const zone = zoneOf('Europe/Berlin');
  const [, , first, second] = intervalsOf(zone, 'hour', us('2026-10-24T22:00:00Z'), us('2026-10-25T23:00:00Z'), 30);
  assert.deepEqual(
    [first, second].map((one) => isoFromMicros(one?.startsAt ?? 0)),
    ['2026-10-25T00:00:00.000000Z', '2026-10-25T01:00:00.000000Z'],
  );
  assert.deepEqual(shown('Europe/Berlin', 'day', '2026-10-24T22:00:00Z', '2026-10-26T00:00:00Z'), [
    '25 00:00 1500',
    '26 00:00 1440',
  ]);
  // Of a time that comes twice the first is meant.
  const half = instantOf(zone, { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 });
  assert.equal(isoFromMicros(half * 1000), '2026-10-25T00:30:00.000000Z');
});

test('case 62: a local time that the clocks leave out is the instant at which they go on', () => {
  const zone = zoneOf('Europe/Berlin');
  const gone = instantOf(zone, { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0 });
  assert.equal(isoFromMicros(gone * 1000), '2026-03-29T01:00:00.000000Z');
  assert.deepEqual(localTime(zone, gone), { year: 2026, month: 3, day: 29, hour: 3, minute: 0, second: 0 });
  assert.deepEqual(shown('Europe/Berlin', 'hour', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'), [
    ...hours(0, 2),
    ...hours(3, 24),
  ]);
  assert.deepEqual(shown('Europe/Berlin', 'day', '2026-03-28T23:00:00Z', '2026-03-29T23:00:00Z'), [
    '29 00:00 1380',
    '30 00:00 1440',
  ]);
  // A day without a midnight begins at one o'clock.
  assert.deepEqual(shown('America/Santiago', 'day', '2026-09-06T05:00:00Z', '2026-09-06T06:00:00Z'), ['06 01:00 1380']);
});

suite('case 63: zones of half and quarter hours, and of another tenant than the server', () => {
  test('Kathmandu is 05:45 ahead', () => {
    assert.deepEqual(shown('Asia/Kathmandu', 'hour', '2026-01-05T00:00:00Z', '2026-01-05T02:00:00Z'), [
      '05:00 60',
      '06:00 60',
      '07:00 60',
    ]);
    const [first] = intervalsOf(
      zoneOf('Asia/Kathmandu'),
      'hour',
      us('2026-01-05T00:00:00Z'),
      us('2026-01-05T00:10:00Z'),
      9,
    );
    assert.equal(isoFromMicros(first?.startsAt ?? 0), '2026-01-04T23:15:00.000000Z');
  });

  test('Adelaide sets clocks at half past', () => {
    assert.deepEqual(shown('Australia/Adelaide', 'day', '2026-04-04T13:30:00Z', '2026-04-05T14:30:00Z'), [
      '05 00:00 1500',
    ]);
  });

  test('Lord Howe sets its clocks by half an hour', () => {
    // 2026-04-05: 02:00 summer time is 01:30. The hour of one is 60 minutes, and then 30 more.
    assert.deepEqual(shown('Australia/Lord_Howe', 'hour', '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z'), [
      ...hours(0, 2),
      '01:30 30',
      ...hours(2, 24),
    ]);
    // 2026-10-04: 02:00 is 02:30.
    assert.deepEqual(shown('Australia/Lord_Howe', 'hour', '2026-10-03T13:30:00Z', '2026-10-04T13:00:00Z'), [
      ...hours(0, 2),
      '02:30 30',
      ...hours(3, 24),
    ]);
  });

  test('weeks begin on a Monday of the zone, and hold the hour that is missing', () => {
    assert.deepEqual(shown('Europe/Berlin', 'week', '2026-03-27T12:00:00Z', '2026-03-31T12:00:00Z'), [
      `23 00:00 ${7 * 1440 - 60}`,
      `30 00:00 ${7 * 1440}`,
    ]);
  });

  test('whatever the zone, the intervals of a year join without a gap and hold every instant of theirs', () => {
    for (const name of [
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'America/Santiago',
      'Africa/Cairo',
      'America/Havana',
      'UTC',
    ]) {
      const zone = zoneOf(name);
      for (const kind of ['day', 'week'] as const) {
        const [from, to] = [us('2026-01-01T00:00:00Z'), us('2027-01-01T00:00:00Z')];
        const intervals = intervalsOf(zone, kind, from, to, 1000);
        assert.ok((intervals[0]?.startsAt ?? to) <= from && (intervals.at(-1)?.endsAt ?? 0) >= to, name);
        intervals.slice(1).forEach(({ startsAt }, index) => {
          assert.equal(startsAt, intervals[index]?.endsAt, name);
        });
      }
    }
  });
});
