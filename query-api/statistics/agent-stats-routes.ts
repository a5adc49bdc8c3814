import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { isoFromMicros } from '../../schemas/event-json.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import { instant, orNull } from '../http/value-schemas.ts';
import type { Tables } from '../listing/tables.ts';
import { agentDaysQuery } from './agent-stats-query.ts';
import { type AgentDay, agentTime, spansOfDays } from './agent-time.ts';
import { intervalParameters, periodBody, periodFields, readIntervals } from './interval-request.ts';

export type AgentDays = (
  tenantId: string,
  agentId: string,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
) => Promise<readonly AgentDay[]>;

export const createAgentDays =
  (tables: Tables): AgentDays =>
  async (tenantId, agentId, { from, to }, signal) => {
    const query = agentDaysQuery(tenantId, agentId, from, to);
    const rows = await tables.read<{ readonly day: number; readonly told: AgentDay['spans'] }>(query, signal);
    return rows.map(({ day, told }) => ({ day_at: day, spans: told }));
  };

export type AgentStatsRoutes = { readonly agentDays: AgentDays; readonly now?: () => number };

const AgentId = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255, description: 'As the switch names it.' }),
});

const ms = (description: string) => Type.Integer({ description });
const time = {
  login_ms: ms('Logged in.'),
  pause_ms: ms('Paused while logged in, outside contacts and wrap-ups.'),
  connect_ms: ms('With callers of queues.'),
  wrap_ms: ms('In wrap-up.'),
  occupancy: orNull(Type.Number(), 'Per cent: contact and wrap-up of the login without pause; null without such time.'),
};

export const AgentStatsBody = Type.Object(
  {
    agent_id: Type.String(),
    ...periodFields,
    summary: Type.Object(time),
    intervals: Type.Array(Type.Object({ starts_at: instant(), ends_at: instant(), ...time })),
  },
  { title: 'AgentStats' },
);

/** What agents did, each kind of time once, cut at the borders of the intervals. */
export const agentStatsRoutes = (app: App, { agentDays, now = Date.now }: AgentStatsRoutes): void => {
  app.route({
    method: 'GET',
    url: '/v1/agents/:id/stats',
    config: { access: 'calls:read' },
    schema: {
      tags: ['statistics'],
      summary: 'Get the times of an agent',
      description: 'Logged in, paused, with callers, in wrap-up; what goes on is counted up to now.',
      params: AgentId,
      querystring: Type.Object(intervalParameters, { additionalProperties: false }),
      response: { 200: Type.Object({ data: AgentStatsBody }), ...errorResponses(400, 401, 403, 422, 503) },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const asOf = now() * 1000;
      const asked = readIntervals(request.query, asOf);
      const days = await agentDays(tenantId, request.params.id, asked, request.signal);
      const until = Math.min(asked.to, asOf);
      const spans = spansOfDays(days, until);
      const within = (from: number, to: number) => agentTime(spans, Math.max(from, asked.from), Math.min(to, until));
      const data = {
        agent_id: request.params.id,
        ...periodBody(request.query, asked, asOf),
        summary: within(asked.from, asked.to),
        intervals: asked.intervals.map(({ startsAt, endsAt }) => ({
          starts_at: isoFromMicros(startsAt),
          ends_at: isoFromMicros(endsAt),
          ...within(startsAt, endsAt),
        })),
      };
      return { data };
    },
  });
};
