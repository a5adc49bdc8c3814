import { type Static, Type } from 'typebox';
import { answerSignal } from '../../runtime/http/answer-signal.ts';
import type { App } from '../../runtime/http/app.ts';
import { wayBack } from '../../schemas/ways-back.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import { maybeText } from '../http/value-schemas.ts';
import type { Cursors } from '../listing/cursor.ts';
import type { PageRequest } from '../listing/page-request.ts';
import type { Asker, Wish } from './asking.ts';
import { type QuarantineFilters, readQuarantineFilters, recordFilters } from './list-parameters.ts';
import type { KindFound, QuarantineFound } from './quarantine-query.ts';
import type { QuarantineReader } from './quarantine-reader.ts';
import { askerOf, NamedSwitch } from './redrive-routes.ts';
import type { Asked, Redriver } from './redriver.ts';

export type RedriveManyRoute = {
  readonly quarantine: QuarantineReader;
  readonly redriver: Redriver;
  readonly cursors: Cursors;
};

const mostAtOnce = 500;

/** Records are read and published in parts of about so many bytes. */
const bytesAtOnce = 8 * 1024 * 1024;

const Which = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
        minItems: 1,
        maxItems: mostAtOnce,
        description: 'These records; else those that fulfil the filters.',
      }),
    ),
    ...recordFilters,
    switch: NamedSwitch,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostAtOnce, default: mostAtOnce })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400, description: '`meta.next_cursor` before.' })),
    dry_run: Type.Optional(
      Type.Boolean({ description: 'Only count what would be done, of all that fulfil the filters.' }),
    ),
  },
  { additionalProperties: false },
);
type Which = Static<typeof Which>;

const Skipped = Type.Object({
  id: Type.String(),
  code: Type.Enum(['ALREADY_REDRIVEN', 'NOT_REDRIVABLE', 'RESOURCE_NOT_FOUND']),
  message: Type.String({ description: 'Why, and what to do instead.' }),
});

const Kind = Type.Object({
  stage: Type.String(),
  code: Type.String(),
  records: Type.Integer(),
  redrivable: Type.Boolean(),
  why: maybeText('Why they cannot be redriven as they are, and what to do instead.'),
});

const Done = Type.Object({
  data: Type.Object({
    asked: Type.Integer({ description: 'How many records are being redriven, or with dry_run would be.' }),
    attempts: Type.Array(Type.Object({ id: Type.String(), attempt_id: Type.String() })),
    skipped: Type.Array(Skipped),
    kinds: Type.Optional(Type.Array(Kind, { description: 'With dry_run: what there is.' })),
  }),
  meta: Type.Object({ next_cursor: maybeText('Null when there are no more.') }),
});

/** Has many refused records taken again as they are, the oldest first. */
export const redriveManyRoute = (app: App, parts: RedriveManyRoute): void => {
  app.route({
    method: 'POST',
    url: '/v1/quarantine/redrive',
    config: { access: 'quarantine:write' },
    schema: {
      tags: ['quarantine'],
      summary: 'Have many refused records taken again as they are',
      body: Which,
      response: { 200: Done, 202: Done, ...errorResponses(400, 401, 403, 413, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const asker = askerOf(keyOf(request));
      const { body: which } = request;
      const signal = answerSignal(reply);
      const filters = filtersOf(which);
      if (which.dry_run === true) return countKinds(await parts.quarantine.kinds(asker.tenantId, filters, signal));
      const { rows, next } = await choose(parts, which, filters, asker, signal);
      const wish = { correction: null, switchId: which.switch ?? null, asTenantId: asker.tenantId };
      const answers = await redriveAll(parts, rows, wish, asker, signal);
      const unknown = (which.ids ?? []).filter((id) => !rows.some((row) => row.quarantine_id === id));
      const skipped = [...answers.flatMap(skippedBody), ...unknown.map(notThere)];
      const attempts = answers.flatMap(attemptBody);
      return reply.code(202).send({ data: { asked: attempts.length, attempts, skipped }, meta: { next_cursor: next } });
    },
  });
};

/** Named records are told about whatever they are; of the others only those count that nobody has dealt with. */
const filtersOf = (which: Which): QuarantineFilters =>
  readQuarantineFilters(which, { ids: which.ids ?? null, status: which.ids === undefined ? 'unsettled' : null });

const countKinds = (found: readonly KindFound[]): Static<typeof Done> => {
  const kinds = found.map(kindBody);
  const asked = kinds.reduce((sum, { records, redrivable }) => sum + (redrivable ? records : 0), 0);
  return { data: { asked, attempts: [], skipped: [], kinds }, meta: { next_cursor: null } };
};

const attemptBody = (one: Asked): { id: string; attempt_id: string }[] =>
  'attemptId' in one ? [{ id: one.id, attempt_id: one.attemptId }] : [];

const skippedBody = (one: Asked): Static<typeof Skipped>[] =>
  'refused' in one ? [{ id: one.id, ...one.refused }] : [];

const notThere = (id: string): Static<typeof Skipped> => ({
  id,
  code: 'RESOURCE_NOT_FOUND',
  message: 'There is no such refused record.',
});

const kindBody = (kind: KindFound): Static<typeof Kind> => {
  const { asItIs: way, why } = wayBack(kind);
  const { stage, code, records } = kind;
  return { stage, code, records, redrivable: way !== null, why: why === '' ? null : why };
};

type Chosen = { readonly rows: readonly QuarantineFound[]; readonly next: string | null };

const choose = async (
  { quarantine, cursors }: RedriveManyRoute,
  which: Which,
  filters: QuarantineFilters,
  { tenantId }: Asker,
  signal: AbortSignal,
): Promise<Chosen> => {
  const scope = { resource: 'quarantine-redrive', tenantId, filters };
  const after = which.cursor === undefined ? null : cursors.decode(which.cursor, scope);
  const limit = which.limit ?? mostAtOnce;
  const page: PageRequest = { order: 'oldest', limit, place: { after }, page: null, wantsTotal: false };
  const { rows, next } = await quarantine.list(tenantId, filters, page, signal);
  return { rows: rows.map(({ record }) => record), next: next === null ? null : cursors.encode(next, scope) };
};

const redriveAll = async (
  { quarantine, redriver }: RedriveManyRoute,
  records: readonly QuarantineFound[],
  wish: Wish,
  asker: Asker,
  signal: AbortSignal,
): Promise<Asked[]> => {
  const answers: Asked[] = [];
  for (const part of partsOf(records)) {
    const found = await quarantine.find(asker.tenantId, part, signal);
    answers.push(...(await redriver.redrive(found, wish, asker, signal)));
  }
  return answers;
};

const partsOf = (records: readonly QuarantineFound[]): string[][] => {
  const parts: string[][] = [];
  let room = 0;
  for (const { quarantine_id, raw_bytes } of records) {
    if (raw_bytes > room || parts.length === 0) {
      parts.push([]);
      room = bytesAtOnce;
    }
    parts.at(-1)?.push(quarantine_id);
    room -= raw_bytes;
  }
  return parts;
};
