import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import { QueueStatsBody, queueStatsBody, shortAbandonMs } from './queue-stats-body.ts';
import type { QueueStatsReader } from './queue-stats-reader.ts';
import { intervalParameters, readIntervals } from './interval-request.ts';

export type QueueStatsRoutes = { readonly statistics: QueueStatsReader; readonly now?: () => number };

const QueueStatsParameters = Type.Object(
  {
    ...intervalParameters,
    service_level_seconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3600,
        description: 'Answered within so many seconds, inclusive; 20 if left out.',
      }),
    ),
  },
  { additionalProperties: false },
);

const QueueId = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255, description: 'As the switch names it.' }),
});

/** Statistics of queues, over the visits of calls: each figure leads back to the calls. */
export const queueStatsRoutes = (app: App, { statistics, now = Date.now }: QueueStatsRoutes): void => {
  app.route({
    method: 'GET',
    url: '/v1/queues/:id/stats',
    config: { access: 'calls:read' },
    schema: {
      tags: ['statistics'],
      summary: 'Get statistics of a queue',
      description:
        'Of the visits that entered the queue within the range, as a whole and by the interval in which each entered.',
      params: QueueId,
      querystring: QueueStatsParameters,
      response: { 200: Type.Object({ data: QueueStatsBody }), ...errorResponses(400, 401, 403, 422, 503) },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const asOf = now() * 1000;
      const asked = readIntervals(request.query, asOf);
      const { from, to, intervals } = asked;
      const serviceLevelMs = (request.query.service_level_seconds ?? 20) * 1000;
      const queueId = request.params.id;
      const starts = intervals.map(({ startsAt }) => startsAt);
      const stats = await statistics.queue(
        tenantId,
        { queueId, from, to, starts, serviceLevelMs, shortMs: shortAbandonMs, asOf },
        request.signal,
      );
      return { data: queueStatsBody(queueId, serviceLevelMs, { given: request.query, asked, asOf }, stats) };
    },
  });
};
