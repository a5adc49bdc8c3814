import type { FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { eventToJson } from '../../schemas/event-json.ts';
import { nameForm, switchNameRules } from '../../schemas/names.ts';
import type { App } from '../../runtime/http/app.ts';
import type { Source } from '../dialect.ts';
import { dialects, type RoutedDialect } from '../dialects.ts';
import type { IngestMetrics } from '../ingest-metrics.ts';
import { type Dialect, judge, meaningOf } from '../judging.ts';
import type { Publish } from '../publishing.ts';
import type { SentRecord } from '../records.ts';
import { cleanText } from '../clean-text.ts';
import { ApiError } from './api-error.ts';
import { keyOf } from './authentication.ts';
import { cdrRecords, formTypes } from './cdr-body.ts';
import { errorResponses } from './error-responses.ts';
import { Accepted, CanonicalBody, NativeBody, Validated } from './event-route-schemas.ts';
import { jsonRecords, jsonTypes, mediaType, takeBodies, textRecords } from './record-bodies.ts';

export type EventRoutes = { publish: Publish; metrics: IngestMetrics; nowUs: () => number };

const Query = Type.Object(
  {
    switch: Type.Optional(
      Type.String({
        ...switchNameRules,
        description: `the name of the switch, where the records do not say it, ${nameForm}`,
      }),
    ),
  },
  { additionalProperties: false },
);

type Asked = FastifyRequest<{ Querystring: Static<typeof Query> }>;

/** Routes that take call events, each in the words of one kind of sender, and routes that only say what they would take. */
export const eventRoutes = (app: App, routes: EventRoutes): void => {
  const all: readonly RoutedDialect[] = Object.values(dialects);
  const textTypes = all.flatMap(({ text }) => text?.contentTypes ?? []);
  takeBodies(app, [...new Set([...jsonTypes, ...textTypes, ...formTypes])]);
  for (const dialect of all) {
    const { records, consumes } = bodiesOf(dialect);
    const body = dialect === dialects.canonical ? CanonicalBody : NativeBody;
    const preValidation = withoutAppended(dialect.appended);
    const taking = described(dialect.summary, body, consumes, { 202: Accepted });
    app.post(dialect.path, { ...taking, preValidation }, (request, reply) => {
      reply.code(202);
      return accept(routes, request, dialect, records(request));
    });
    const trying = described(`Say what would become of records: ${dialect.name}`, body, consumes, { 200: Validated });
    app.post(`/v1/validate/${dialect.name}`, { ...trying, preValidation }, (request) =>
      validate(routes, request, dialect, records(request)),
    );
  }
};

type Bodies = { records: (request: FastifyRequest) => Iterable<SentRecord>; consumes: readonly string[] };

/** How the records of a dialect are sent. */
const bodiesOf = (dialect: RoutedDialect): Bodies => {
  if (dialect === dialects.freeswitchCdr) return { records: cdrRecords, consumes: [...jsonTypes, ...formTypes] };
  const { text } = dialect;
  if (text === null) return { records: jsonRecords, consumes: jsonTypes };
  return {
    records: (request) =>
      text.contentTypes.includes(mediaType(request)) ? textRecords(text, request) : jsonRecords(request),
    consumes: [...jsonTypes, ...text.contentTypes],
  };
};

/** Types are known to all routes here, but each has a use for some only. Fastify itself refuses those it does not know. */
const takesOnly =
  (types: readonly string[]) =>
  async (request: FastifyRequest): Promise<void> => {
    const type = mediaType(request);
    if (type === '' || types.includes(type)) return;
    throw new ApiError(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `${cleanText(type, 60)} is not taken here: send ${types.join(', ')}.`,
    );
  };

const described = <Answer extends Readonly<Record<number, TSchema>>>(
  summary: string,
  body: typeof CanonicalBody,
  consumes: readonly string[],
  answer: Answer,
) => ({
  onRequest: takesOnly(consumes),
  schema: {
    summary,
    tags: ['events'],
    consumes: [...consumes],
    querystring: Query,
    body,
    response: { ...answer, ...errorResponses(400, 401, 403, 413, 415, 422, 503) },
  },
});

/**
 * Forgets the parameter that a sender appends to any address it is given. mod_json_cdr appends `?uuid=…` even where
 * there are parameters already, so behind a `?switch=NAME` it comes as part of the name.
 */
const withoutAppended = (appended: string | null) => async (request: FastifyRequest) => {
  if (appended === null) return;
  const given = Object.entries(request.query as Readonly<Record<string, unknown>>);
  request.query = Object.fromEntries(
    given
      .filter(([name]) => name !== appended)
      .map(([name, value]) => [name, typeof value === 'string' ? value.split(`?${appended}=`)[0] : value]),
  );
};

const sourceOf = (request: Asked, observedAtUs: number): Source => {
  const key = keyOf(request);
  return {
    tenantId: key.tenantId,
    observedAtUs,
    askedSwitchId: request.query.switch ?? null,
    boundSwitchId: key.switchId,
  };
};

const onBugOf = (request: FastifyRequest, dialect: Dialect) => (error: unknown) => {
  request.log.error({ err: error, dialect: dialect.name }, 'a record could not be read because of a bug');
};

/** Answers when every record is safe: its events, or itself with the reason why it has none. */
const accept = async (
  { publish, metrics, nowUs }: EventRoutes,
  request: Asked,
  dialect: Dialect,
  records: Iterable<SentRecord>,
): Promise<Static<typeof Accepted>> => {
  const judgement = await judge(records, dialect, sourceOf(request, nowUs()), onBugOf(request, dialect));
  if (judgement.messages.length > 0) await publish(judgement.messages);
  metrics.judged(dialect.name, judgement);
  const { accepted, ignored, rejected } = judgement;
  return { data: { accepted, ignored, rejected }, meta: { request_id: request.id } };
};

/** Each record is answered with its events, which are longer than itself. */
const mostValidated = 100;

/** Judges records as `accept` does, and publishes nothing. */
const validate = async (
  { nowUs }: EventRoutes,
  request: Asked,
  dialect: Dialect,
  sent: Iterable<SentRecord>,
): Promise<Static<typeof Validated>> => {
  const source = sourceOf(request, nowUs());
  const records: Static<typeof Validated>['data']['records'] = [];
  for (const record of sent) {
    const index = records.length;
    if (index === mostValidated)
      throw new ApiError(413, 'PAYLOAD_TOO_LARGE', `More than ${mostValidated} records; validate fewer at once.`);
    const meaning = meaningOf(record, dialect, source, onBugOf(request, dialect));
    if ('rejection' in meaning) records.push({ index, outcome: 'rejected', ...meaning.rejection });
    else
      records.push({
        index,
        outcome: meaning.events.length === 0 ? 'ignored' : 'accepted',
        events: meaning.events.map(eventToJson),
      });
  }
  return { data: { records }, meta: { request_id: request.id } };
};
