import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../runtime/http/app.ts';
import { invalid } from '../../../runtime/http/http-error.ts';
import type { EventType } from '../../../schemas/events.ts';
import { accepts } from '../../http/accepted.ts';
import { ApiError } from '../../http/api-error.ts';
import { keyOf } from '../../http/authentication.ts';
import { errorResponses } from '../../http/error-responses.ts';
import { parseInstant } from '../../listing/instants.ts';
import type { CallReader } from '../call-reader.ts';
import { CallId, findCall } from '../find-call.ts';
import { type CallFacts, factsOf } from './facts.ts';
import { type Entry, entryAt, type Timeline, timelineOf } from './timeline.ts';
import { TimelineData, timelineBody } from './timeline-body.ts';
import { timelineText } from './timeline-text.ts';

export type TimelineRoute = { readonly calls: CallReader };

/** The events that can begin or end a state. */
const types: readonly EventType[] = [
  'leg.created',
  'leg.progress',
  'leg.answered',
  'leg.bridged',
  'leg.unbridged',
  'leg.held',
  'leg.resumed',
  'leg.transferred',
  'leg.ended',
  'call.ended',
  'call.end_inferred',
  'app.entered',
  'app.left',
  'queue.entered',
  'queue.left',
];
/** A call's record is made of no more. */
const mostEvents = 20_000;

const Parameters = Type.Object(
  {
    at: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 40,
        description: 'Only the state at this instant: ISO-8601 with an offset, or epoch seconds.',
        examples: ['2026-01-20T10:00:00.250Z'],
      }),
    ),
  },
  { additionalProperties: false },
);

const description = `The states of a call in their order, as its caller had them: they follow each other without gap from
the call’s start to its end, then comes \`ended\`. What counts as talk, hold and wait adds up to the call’s \`talk_ms\`,
\`hold_ms\` and \`wait_ms\`. With \`accept: text/plain\` a table for people.`;

/** What a call was at each moment. */
export const timelineRoute = (app: App, { calls }: TimelineRoute): void => {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/timeline',
    config: { access: 'calls:read' },
    schema: {
      tags: ['calls'],
      summary: 'Get the timeline of a call',
      description,
      params: CallId,
      querystring: Parameters,
      response: {
        200: Type.Object({ data: TimelineData, meta: Type.Object({ truncated: Type.Boolean() }) }),
        ...errorResponses(401, 403, 404, 409, 422, 503),
      },
    },
    handler: async (request, reply) => {
      const { tenantId } = keyOf(request);
      const row = await findCall(calls, tenantId, request.params.id, request.signal);
      if (row.decided_by.length === 0) throw tooOld();
      const { events } = await calls.events(tenantId, row, { limit: mostEvents, types }, request.signal);
      const facts = factsOf(row, events);
      const timeline = timelineOf(facts);
      const { at } = request.query;
      const entries = at === undefined ? timeline.entries : [entryOf(timeline, facts, at)];
      if (!accepts(request, reply, 'text/plain')) {
        return { data: timelineBody(row, entries), meta: { truncated: timeline.truncated } };
      }
      return sendText(reply, timelineText(row, entries, timeline.truncated));
    },
  });
};

const sendText = (reply: FastifyReply, text: string): FastifyReply =>
  reply.type('text/plain; charset=utf-8').send(text);

const tooOld = (): ApiError =>
  new ApiError(
    409,
    'TIMELINE_NOT_AVAILABLE',
    'An older version assembled this call; its operator can have it assembled anew (trunkline reassemble).',
  );

const entryOf = (timeline: Timeline, facts: CallFacts, text: string): Entry => {
  const parsed = parseInstant(text);
  if ('problem' in parsed) throw invalid([{ field: 'at', message: parsed.problem }]);
  const entry = entryAt(timeline, facts, parsed.us);
  if (entry === null) throw invalid([{ field: 'at', message: `is before the call began at ${facts.row.started_at}` }]);
  return entry;
};
