import { userInfo } from 'node:os';
import { readConfig } from '../../runtime/config.ts';
import { createClickHouse } from '../../runtime/clickhouse.ts';
import { createApp } from '../../runtime/http/app.ts';
import { createKafka, createPublisher } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { clickhouseSettings, kafkaSettings } from '../../runtime/settings.ts';
import { newSecret, secretHash } from '../../schemas/api-keys.ts';
import { unavailable } from '../../query-api/http/api-error.ts';
import { authenticate } from '../../query-api/http/authentication.ts';
import { createCursors } from '../../query-api/listing/cursor.ts';
import { createTables } from '../../query-api/listing/tables.ts';
import { createQuarantineReader } from '../../query-api/quarantine/quarantine-reader.ts';
import { quarantineRoutes } from '../../query-api/quarantine/quarantine-routes.ts';
import { redriveManyRoute } from '../../query-api/quarantine/redrive-many-route.ts';
import { redriveRoutes } from '../../query-api/quarantine/redrive-routes.ts';
import { createRedriver } from '../../query-api/quarantine/redriver.ts';
import type { Transport } from './transport.ts';

const secret = newSecret();

/** The one key of this process: of no tenant, which no key of the directory can be. */
const operator = {
  keyId: `cli:${userInfo().username}`,
  tenantId: '',
  name: 'operator',
  scopes: ['quarantine:read', 'quarantine:write'],
  switchId: null,
  createdAtUs: 0,
  revokedAtUs: null,
};
const directory = {
  keys: new Map([[operator.keyId, operator]]),
  keyIdBySecret: new Map([[secretHash(secret), operator.keyId]]),
};

/**
 * The API's own routes over the engines of the environment, within this process, for the records of no tenant: only
 * whoever reaches the engines sees those. `asTenantId` says whose their events become.
 */
export const withOperatorTransport = async <Result>(
  asTenantId: string,
  work: (transport: Transport) => Promise<Result>,
): Promise<Result> => {
  const logger = createLogger('quarantine', 'error');
  const clickhouse = createClickHouse(readConfig(clickhouseSettings), logger);
  const publisher = await createPublisher(createKafka(readConfig(kafkaSettings), logger));
  const quarantine = createQuarantineReader(createTables(clickhouse, 30_000));
  const parts = {
    quarantine,
    redriver: createRedriver(quarantine, async (messages) => publisher.publish(messages)),
    cursors: createCursors(Buffer.from(secret)),
    asTenantId,
  };
  const app = createApp({
    logger,
    metrics: createMetrics('quarantine'),
    limits: { bodyLimit: 64 * 1024 },
    tooLarge: 'The body is too large.',
    wrongType: 'Send the body as application/json.',
    stopping: () => unavailable('UNAVAILABLE', 'This process is about to end.'),
    answerOf: () => null,
  });
  authenticate(app, () => directory);
  quarantineRoutes(app, parts);
  redriveRoutes(app, parts);
  redriveManyRoute(app, parts);
  try {
    return await work(async (method, url, body) => {
      const headers = { 'x-api-key': secret };
      const answer = await app.inject({ method, url, headers, ...(body !== undefined && { payload: body as object }) });
      return { status: answer.statusCode, body: answer.json() };
    });
  } finally {
    await app.close();
    await publisher.stop();
    await clickhouse.close();
  }
};
