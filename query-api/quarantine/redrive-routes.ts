import { type Static, Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { answerSignal } from '../../runtime/http/answer-signal.ts';
import { invalid } from '../../runtime/http/http-error.ts';
import type { ApiKey } from '../../schemas/directory.ts';
import { nameForm, switchNameRules } from '../../schemas/names.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Asker, Wish } from './asking.ts';
import { QuarantineId } from './quarantine-routes.ts';
import type { Quarantined, QuarantineReader, Standings } from './quarantine-reader.ts';
import type { Asked, Redriver } from './redriver.ts';

export type RedriveRoutes = {
  readonly quarantine: QuarantineReader;
  readonly redriver: Redriver;
  /** Whose the events become; the asker's own tenant's unless an operator redrives what is nobody's. */
  readonly asTenantId?: string;
};

/** What ingest keeps of a record, so also what a correction may have. */
const maxCorrectionBytes = 512 * 1024;
/** The same in JSON, where each character may be escaped. */
export const maxCorrectionBody = 2 * maxCorrectionBytes;

export const NamedSwitch = Type.Optional(
  Type.String({
    ...switchNameRules,
    description: `the name of the switch it is of, where the record says none or one that its key might not: ${nameForm}`,
  }),
);

const Correction = Type.Object(
  {
    record: Type.Optional(
      Type.Unknown({ description: 'The corrected record: JSON, or a text for other forms. Left out: as it is kept.' }),
    ),
    switch: NamedSwitch,
  },
  { additionalProperties: false },
);

const Dismissal = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1000, description: 'Why it need not become events.' }) },
  { additionalProperties: false },
);

const Accepted = (status: 'redriving' | 'dismissed') =>
  Type.Object({
    data: Type.Object({ id: Type.String(), attempt_id: Type.String(), status: Type.Literal(status) }),
  });

export const askerOf = ({ tenantId, keyId }: ApiKey): Asker => ({
  tenantId,
  actor: keyId,
  nowUs: Date.now() * 1000,
});

/** What is done about single refused records. */
export const redriveRoutes = (app: App, { quarantine, redriver, asTenantId }: RedriveRoutes): void => {
  const find = async (tenantId: string, id: string, signal: AbortSignal): Promise<Standings<Quarantined>> => {
    const [found] = await quarantine.find(tenantId, [id], signal);
    if (found === undefined) throw notFound('refused record');
    return found;
  };

  app.route({
    method: 'POST',
    url: '/v1/quarantine/:id/redrive',
    bodyLimit: maxCorrectionBody,
    // To have it taken as it is, nothing need be said.
    preValidation: async (request) => {
      request.body ??= {};
    },
    config: { access: 'quarantine:write' },
    schema: {
      tags: ['quarantine'],
      summary: 'Have a refused record taken again, corrected or as it is',
      params: QuarantineId,
      body: Correction,
      response: {
        202: Accepted('redriving'),
        ...errorResponses(400, 401, 403, 404, 409, 413, 415, 422, 503),
      },
    },
    handler: async (request, reply) => {
      const asker = askerOf(keyOf(request));
      const signal = answerSignal(reply);
      const found = await find(asker.tenantId, request.params.id, signal);
      const wish = wishOf(request.body, asTenantId ?? asker.tenantId);
      const [asked] = await redriver.redrive([found], wish, asker, signal);
      return reply.code(202).send({ data: { ...attempted(asked), status: 'redriving' } });
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/quarantine/:id/dismiss',
    config: { access: 'quarantine:write' },
    schema: {
      tags: ['quarantine'],
      summary: 'Say that a refused record need not become events',
      params: QuarantineId,
      body: Dismissal,
      response: {
        202: Accepted('dismissed'),
        ...errorResponses(400, 401, 403, 404, 409, 413, 415, 422, 503),
      },
    },
    handler: async (request, reply) => {
      const asker = askerOf(keyOf(request));
      const found = await find(asker.tenantId, request.params.id, answerSignal(reply));
      const asked = await redriver.dismiss(found, request.body.reason, asker);
      return reply.code(202).send({ data: { ...attempted(asked), status: 'dismissed' } });
    },
  });
};

const wishOf = ({ record, switch: switchId }: Static<typeof Correction>, tenantId: string): Wish => ({
  correction: record === undefined ? null : correctionBytes(record),
  switchId: switchId ?? null,
  asTenantId: tenantId,
});

const correctionBytes = (record: unknown): Buffer => {
  const bytes = Buffer.from(typeof record === 'string' ? record : JSON.stringify(record));
  if (bytes.length > maxCorrectionBytes)
    throw invalid([{ field: 'record', message: `must have at most ${maxCorrectionBytes} bytes` }]);
  return bytes;
};

const attempted = (asked: Asked | undefined): { id: string; attempt_id: string } => {
  if (asked === undefined) throw new Error('a redrive was not answered');
  if ('refused' in asked) throw new ApiError(409, asked.refused.code, asked.refused.message);
  return { id: asked.id, attempt_id: asked.attemptId };
};
