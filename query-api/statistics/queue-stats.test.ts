import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Compile } from 'typebox/compile';
import type { App } from '../../runtime/http/app.ts';
import { HttpError } from '../../runtime/http/http-error.ts';
import { isoFromMicros, microsFromIso } from '../../schemas/event-json.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { QueueStatsBody } from './queue-stats-body.ts';
import type { QueueStatsAsked } from './queue-stats-query.ts';
import { type IntervalParameters, readIntervals } from './interval-request.ts';
import { measuresOf, noVisits, together, type VisitCounts } from './visit-counts.ts';

const now = microsFromIso('2026-01-20T10:30:00Z');

suite('the measures of some visits', () => {
  test('every visit has one outcome, and rates are of those that no longer wait', () => {
    const counts: VisitCounts = {
      ...noVisits,
      offered: 160,
      answered: 142,
      abandoned: 10,
      shortAbandoned: 4,
      timeout: 2,
      callbackAccepted: 2,
      waiting: 4,
      inTime: 100,
      resolvedWaitMs: 156_000,
      answeredWaitMs: 71_000,
      connectMs: 142_500,
      longestWaitMs: 61_999,
    };
    const measures = measuresOf(counts);
    assert.partialDeepStrictEqual(measures, {
      total_calls: 160,
      other_exits: 4,
      waiting: 4,
      answer_rate: 91.03,
      abandon_rate: 3.95,
      // 100 of 156 − 4 − 2.
      service_level: 66.67,
      average_wait_time: 1,
      average_speed_of_answer: 0.5,
      average_talk_time: 1,
      average_hold_time: null,
      longest_wait_time: 61,
    });
    const { total_calls, answered_calls, abandoned_calls, other_exits, waiting } = measures;
    assert.equal(answered_calls + abandoned_calls + other_exits + waiting, total_calls);
  });

  test('of none there are no rates', () => {
    assert.partialDeepStrictEqual(measuresOf(noVisits), {
      total_calls: 0,
      answer_rate: null,
      service_level: null,
      average_wait_time: null,
      longest_wait_time: 0,
    });
    // Only short ones.
    const short = { ...noVisits, offered: 2, abandoned: 2, shortAbandoned: 2 };
    assert.partialDeepStrictEqual(measuresOf(short), { answer_rate: 0, abandon_rate: null, service_level: null });
  });

  test('of two sets together are of the sums, never averages of averages', () => {
    const one = { ...noVisits, offered: 1, answered: 1, answeredWaitMs: 9000, longestWaitMs: 9000 };
    const many = { ...noVisits, offered: 3, answered: 3, answeredWaitMs: 3000, longestWaitMs: 1000 };
    assert.partialDeepStrictEqual(measuresOf(together(one, many)), {
      average_speed_of_answer: 3,
      longest_wait_time: 9,
    });
  });
});

suite('what is asked for', () => {
  const read = (given: IntervalParameters) => {
    const { from, to, intervals, kind } = readIntervals(given, now);
    return [isoFromMicros(from), isoFromMicros(to), intervals.length, kind];
  };

  test('today by the hour, where nothing is said', () => {
    assert.deepEqual(read({}), ['2026-01-20T00:00:00.000000Z', '2026-01-20T10:30:00.000000Z', 11, 'hour']);
    assert.deepEqual(read({ tz: 'America/New_York' }), [
      '2026-01-20T05:00:00.000000Z',
      '2026-01-20T10:30:00.000000Z',
      6,
      'hour',
    ]);
  });

  test('local times and dates of the zone; instants with an offset are what they are', () => {
    const tz = 'Europe/Berlin';
    assert.deepEqual(read({ tz, from: '2026-03-29', to: '2026-03-30', interval: 'hour' }), [
      '2026-03-28T23:00:00.000000Z',
      '2026-03-29T22:00:00.000000Z',
      23,
      'hour',
    ]);
    assert.deepEqual(read({ tz, from: '2026-03-29T02:30', to: '2026-03-29T04:00:00+02:00' }).slice(0, 2), [
      '2026-03-29T01:00:00.000000Z',
      '2026-03-29T02:00:00.000000Z',
    ]);
  });

  test('the filter is exact; intervals reach out to their labels', () => {
    const { from, intervals } = readIntervals({ from: '2026-01-05T10:20', to: '2026-01-05T10:40' }, now);
    assert.equal(isoFromMicros(from), '2026-01-05T10:20:00.000000Z');
    assert.deepEqual(
      intervals.map(({ startsAt, endsAt }) => [isoFromMicros(startsAt), isoFromMicros(endsAt)]),
      [['2026-01-05T10:00:00.000000Z', '2026-01-05T11:00:00.000000Z']],
    );
  });

  test('what cannot be answered is named', () => {
    const wrong: readonly (readonly [IntervalParameters, string])[] = [
      [{ tz: 'Mars/Olympus' }, 'tz'],
      [{ tz: '+02:00' }, 'tz'],
      [{ from: 'yesterday' }, 'from'],
      [{ from: '2026-02-30' }, 'from'],
      [{ from: '2026-01-05', to: '2026-01-05' }, 'to'],
      [{ from: '2020-01-05', to: '2026-01-05', interval: 'week' }, 'to'],
      [{ from: '2025-11-05', to: '2026-01-05', interval: 'hour' }, 'interval'],
    ];
    for (const [given, field] of wrong) {
      assert.throws(
        () => readIntervals(given, now),
        (error) => error instanceof HttpError && error.statusCode === 422 && JSON.stringify(error).includes(field),
        JSON.stringify(given),
      );
    }
  });
});

const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['calls:read'] },
  listener: { tenantId: 'acme', scopes: ['recordings:read'] },
});
const asked: { tenantId: string; asked: QueueStatsAsked }[] = [];
let app: App;
before(async () => {
  app = await testApp({
    directory: () => directory,
    now: () => now / 1000,
    statistics: {
      queue: async (tenantId, what) => {
        asked.push({ tenantId, asked: what });
        const waiting = { ...noVisits, offered: 2, answered: 1, waiting: 1, inTime: 1, resolvedWaitMs: 3000 };
        return { visits: new Map([[what.starts[9] as number, waiting]]), refused: { full: 3 } };
      },
    },
  });
});
after(async () => app.close());

test('the answer is as its schema says, and tells thresholds, completeness and what was asked', async () => {
  const headers = { 'x-api-key': secrets.acme };
  const response = await app.inject({ url: '/v1/queues/support%40default/stats?from=2026-01-20', headers });
  assert.equal(response.statusCode, 200);
  const { data } = response.json<{ data: Record<string, unknown> & { intervals: unknown[]; hourly: unknown[] } }>();
  assert.deepEqual(Compile(QueueStatsBody).Errors(data), []);
  assert.partialDeepStrictEqual(data, {
    queue_id: 'support@default',
    period: { from: '2026-01-20', to: '2026-01-20T10:30:00.000000Z' },
    tz: 'UTC',
    interval: 'hour',
    service_level_threshold_seconds: 20,
    short_abandon_threshold_seconds: 5,
    summary: { total_calls: 2, answered_calls: 1, waiting: 1, service_level: 100, refused: { full: 3 } },
    complete: false,
    as_of: '2026-01-20T10:30:00.000000Z',
  });
  assert.partialDeepStrictEqual(data.intervals[8], { total_calls: 0, complete: true });
  assert.partialDeepStrictEqual(data.intervals[9], {
    starts_at: '2026-01-20T09:00:00.000000Z',
    total_calls: 2,
    complete: false,
  });
  assert.deepEqual(data.hourly[9], { hour: '09:00', calls: 2, answered: 1, abandoned: 0, avg_wait: 3 });
  assert.partialDeepStrictEqual(asked.at(-1), { tenantId: 'acme', asked: { queueId: 'support@default', asOf: now } });
  assert.partialDeepStrictEqual(data.intervals[10], { total_calls: 0, complete: false });
  // More than one local day has no hours without a date.
  const days = await app.inject({ url: '/v1/queues/q/stats?from=2026-01-19', headers });
  assert.equal(days.json<{ data: { hourly: unknown } }>().data.hourly, null);
});

test('who may not read calls gets no figures of them', async () => {
  const response = await app.inject({ url: '/v1/queues/q/stats', headers: { 'x-api-key': secrets.listener } });
  assert.equal(response.statusCode, 403);
});
