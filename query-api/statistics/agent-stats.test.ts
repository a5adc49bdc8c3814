import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Compile } from 'typebox/compile';
import type { App } from '../../runtime/http/app.ts';
import { microsFromIso } from '../../schemas/event-json.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { AgentStatsBody } from './agent-stats-routes.ts';
import { agentTime, spansOfDays } from './agent-time.ts';

const us = (time: string): number => microsFromIso(`2026-01-20T${time}Z`);
const now = us('10:30:00');
const { directory, secrets } = directoryOf({ acme: { tenantId: 'acme', scopes: ['calls:read'] } });

let app: App;
before(async () => {
  app = await testApp({
    directory: () => directory,
    now: () => now / 1000,
    agentDays: async () => [
      // Yesterday's login goes on into a day of which an event told.
      {
        day_at: us('00:00:00') - 86_400_000_000,
        spans: [{ kind: 'login', from: us('00:00:00') - 3_600_000_000, to: null }],
      },
      {
        day_at: us('00:00:00'),
        spans: [
          { kind: 'login', from: us('00:00:00'), to: us('00:30:00') },
          { kind: 'login', from: us('09:00:00'), to: null },
          { kind: 'pause', from: us('09:15:00'), to: us('09:30:00') },
          { kind: 'contact', from: us('09:50:00'), to: us('10:10:00') },
          { kind: 'wrap', from: us('10:10:00'), to: us('10:15:00') },
        ],
      },
    ],
  });
});
after(async () => app.close());

test('an agent’s times are cut at the intervals; what goes on is counted up to now', async () => {
  const headers = { 'x-api-key': secrets.acme };
  const response = await app.inject({ url: '/v1/agents/ann/stats?to=2026-01-21', headers });
  assert.equal(response.statusCode, 200);
  const { data } = response.json<{ data: Record<string, unknown> & { intervals: unknown[] } }>();
  assert.deepEqual(Compile(AgentStatsBody).Errors(data), []);
  const minutes = 60_000;
  assert.partialDeepStrictEqual(data, {
    agent_id: 'ann',
    summary: {
      login_ms: 120 * minutes,
      pause_ms: 15 * minutes,
      connect_ms: 20 * minutes,
      wrap_ms: 5 * minutes,
      occupancy: 23.81,
    },
  });
  assert.deepEqual(
    [9, 10, 11].map((hour) => {
      const { login_ms, connect_ms, occupancy } = data.intervals[hour] as Record<string, number | null>;
      return [login_ms, connect_ms, occupancy];
    }),
    [
      [60 * minutes, 10 * minutes, 22.22],
      [30 * minutes, 10 * minutes, 50],
      [0, 0, null],
    ],
  );
});

test('overlapping spans count once, and nobody is more than wholly occupied', () => {
  const spans = spansOfDays(
    [
      {
        day_at: 0,
        spans: [
          { kind: 'login', from: 0, to: 60_000_000 },
          { kind: 'pause', from: 0, to: 60_000_000 },
          { kind: 'contact', from: 0, to: 40_000_000 },
          { kind: 'contact', from: 20_000_000, to: 60_000_000 },
          { kind: 'wrap', from: 30_000_000, to: null },
        ],
      },
    ],
    90_000_000,
  );
  assert.deepEqual(agentTime(spans, 0, 90_000_000), {
    login_ms: 60_000,
    pause_ms: 0,
    connect_ms: 60_000,
    wrap_ms: 30_000,
    occupancy: 100,
  });
});
