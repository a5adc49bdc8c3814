import { type Static, Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { type CommonError, invalid } from '../../runtime/http/http-error.ts';
import { impossibleScopes, mayUse, type Scope, scopes, switchScopes } from '../../schemas/api-keys.ts';
import type { ApiKey } from '../../schemas/directory.ts';
import { isoFromMicros } from '../../schemas/event-json.ts';
import { keyNameRules, nameForm, switchNameRules } from '../../schemas/names.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import { instant, maybeInstant, maybeText } from '../http/value-schemas.ts';
import type { KeyStore } from './key-store.ts';

export type KeyRoutes = { readonly keys: KeyStore };

const NewKey = Type.Object(
  {
    name: Type.String({ ...keyNameRules, description: `what the key is for, ${nameForm}` }),
    scopes: Type.Array(Type.Enum([...scopes]), { minItems: 1, maxItems: scopes.length }),
    switch_id: Type.Optional(
      Type.String({
        ...switchNameRules,
        description:
          `the name of the switch that publishes with this key, ${nameForm}; ` +
          `the key then has no scopes but ${switchScopes.join(', ')}`,
      }),
    ),
  },
  { additionalProperties: false },
);

const shown = {
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  switch_id: maybeText(),
  created_at: instant(),
  revoked_at: maybeInstant('Null while the key can be used.'),
};
const Key = Type.Object(shown, { title: 'ApiKey' });
const CreatedKey = Type.Object({ ...shown, key: Type.String({ description: 'The secret, shown only this once.' }) });

/** The tenant's API keys. A key gives no scope that it does not have itself. */
export const keyRoutes = (app: App, { keys }: KeyRoutes): void => {
  app.route({
    method: 'GET',
    url: '/v1/api-keys',
    config: { access: 'keys:read' },
    schema: {
      tags: ['api-keys'],
      summary: 'List API keys',
      response: { 200: Type.Object({ data: Type.Array(Key) }), ...errorResponses(401, 403, 422, 503) },
    },
    handler: async (request) => ({ data: keys.list(keyOf(request).tenantId).map(keyBody) }),
  });

  app.route({
    method: 'POST',
    url: '/v1/api-keys',
    config: { access: 'keys:write' },
    schema: {
      tags: ['api-keys'],
      summary: 'Create an API key',
      body: NewKey,
      response: { 201: Type.Object({ data: CreatedKey }), ...errorResponses(400, 401, 403, 413, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const actor = keyOf(request);
      const { name, switch_id: switchId = null } = request.body;
      const wanted: readonly Scope[] = [...new Set(request.body.scopes)];
      const impossible = impossibleScopes(wanted, switchId);
      if (impossible.length > 0) throw notOfSwitches(impossible);
      const excess = wanted.filter((scope) => !mayUse(actor, scope));
      if (excess.length > 0) throw mayNotGive(excess);
      const { key, secret } = await keys.create(actor, { name, scopes: wanted, switchId });
      return reply.code(201).send({ data: { ...keyBody(key), key: secret } });
    },
  });

  app.route({
    method: 'DELETE',
    url: '/v1/api-keys/:id',
    config: { access: 'keys:write' },
    schema: {
      tags: ['api-keys'],
      summary: 'Revoke an API key',
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }),
      response: { 204: Type.Null({ description: 'Revoked' }), ...errorResponses(401, 403, 404, 422, 503) },
    },
    handler: async (request, reply) => {
      const revoked = await keys.revoke(keyOf(request), request.params.id);
      if (!revoked) throw notFound('API key');
      return reply.code(204).send(null);
    },
  });
};

const notOfSwitches = (impossible: readonly string[]): CommonError =>
  invalid(
    impossible.map((scope) => ({
      field: 'scopes',
      message: `a key of a switch cannot have ${scope}; there are ${switchScopes.join(', ')}`,
    })),
  );

const mayNotGive = (excess: readonly Scope[]): ApiError =>
  new ApiError(403, 'INSUFFICIENT_SCOPE', 'A key cannot give scopes that it does not have itself.', {
    details: excess.map((scope) => ({ field: 'scopes', message: `${scope} is not yours to give` })),
  });

const keyBody = (key: ApiKey): Static<typeof Key> => ({
  id: key.keyId,
  name: key.name,
  scopes: [...key.scopes],
  switch_id: key.switchId,
  created_at: isoFromMicros(key.createdAtUs),
  revoked_at: key.revokedAtUs === null ? null : isoFromMicros(key.revokedAtUs),
});
