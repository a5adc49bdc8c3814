import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka, createPublisher, type Publisher } from '../../runtime/kafka.ts';
import { readConfig } from '../../runtime/config.ts';
import { createLogger } from '../../runtime/logger.ts';
import { kafkaSettings } from '../../runtime/settings.ts';
import { normaliseCanonicalEvent } from '../../ingest/canonical/normalise-canonical.ts';
import { eventsOf, source } from '../../ingest/testing/sources.ts';
import { until } from '../../runtime/testing/until.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { quarantineActionMessage } from '../../schemas/quarantine-actions.ts';
import { topics } from '../../schemas/topics.ts';
import { callCentre } from '../demo/call-centre.ts';
import { createIngestClient } from '../feed/ingest-client.ts';
import { createQuarantineClient, type QuarantineClient, type RecordDetail } from '../quarantine/quarantine-client.ts';
import { httpTransport } from '../quarantine/transport.ts';
import { type Installation, newDataDir, removeDataDir, runCommand, startInstallation } from './installation.ts';
import { queryRow } from './stored-totals.ts';

const dataDir = newDataDir();
let running: Installation | null = null;
after(async () => {
  running?.kill('SIGKILL');
  await running?.ended;
  await delay(1000);
  removeDataDir(dataDir);
});

type Native = Record<string, unknown>;

const callCount = 25;
const centre = callCentre('redrive');
const startUs = (Date.now() - 7_200_000) * 1000;
/** The events of some calls, each once, in the order of their calls. */
const clean = Array.from({ length: callCount }, (_, at) => centre.callAt(at, startUs + at * 1_000_000)).flatMap(
  (call) => call.events.map(({ event }) => event as Native),
);

/** The switch whose records come without its name, now and then. */
const nameless = String(clean[0]?.['FreeSWITCH-Switchname']);

const without = (event: Native, ...missing: readonly string[]): Native =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !missing.includes(name)));

const broken = clean.map((event, at) => {
  if (at % 12 === 5) return without(event, 'Event-Date-Timestamp');
  const isNameless = at % 6 === 3 && event['FreeSWITCH-Switchname'] === nameless;
  return isNameless ? without(event, 'FreeSWITCH-Switchname', 'FreeSWITCH-Hostname') : event;
});

const send = async (ingest: string, key: string, records: readonly Native[]) => {
  const client = createIngestClient({ url: ingest, key });
  const body = { content: JSON.stringify(records), contentType: 'application/json' };
  return client.send('/v1/ingest/freeswitch/events', body);
};

const keyOfTenant = async (tenant: string): Promise<string> => {
  const args = ['keys', 'create', '--tenant', tenant, '--name', 'test', '--scopes', '*', '--data', dataDir];
  const { output } = await runCommand(args).ended;
  return /secret {2}(sk_\S+)/.exec(output)?.[1] ?? assert.fail(output);
};

type Stored = { calls: string[]; events: string[] };

/** What the tables hold of a tenant, without what must differ between two: the tenant, ids made of it, reception. */
const stored = async (installation: Installation, tenant: string): Promise<Stored> =>
  queryRow(
    installation.run(),
    `SELECT
       (SELECT groupArray(toString(row)) FROM (SELECT tuple(* EXCEPT (tenant_id, call_id, merged_into, updated_at)) AS row
          FROM calls FINAL WHERE tenant_id = '${tenant}' ORDER BY call_key)) AS calls,
       (SELECT groupArray(toString(row)) FROM (SELECT tuple(event_id, type, occurred_at, call_started_at) AS row
          FROM call_events FINAL WHERE tenant_id = '${tenant}' ORDER BY event_id)) AS events`,
  );

/** Waits until the redriven tenant's tables are those of the clean one; fails where no more comes. */
const equalTables = async (installation: Installation): Promise<Stored> => {
  const patienceMs = 60_000;
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    const [expected, found] = [await stored(installation, 'clean'), await stored(installation, 'demo')];
    const text = JSON.stringify([expected, found]);
    const isLate = performance.now() - changedAt > patienceMs;
    if (isLate) assert.deepEqual(found, expected);
    if (expected.calls.length === callCount && JSON.stringify(found) === JSON.stringify(expected)) return expected;
    assert.ok(!isLate, 'the clean calls are not there');
    if (text !== last) changedAt = performance.now();
    last = text;
    await delay(250);
  }
};

/** Corrects a record as its source would have. */
const correct = async (client: QuarantineClient, record: RecordDetail): Promise<void> => {
  const wrong = JSON.parse(record.record ?? '') as Native;
  const rest = (event: Native): string => JSON.stringify(without(event, 'Event-Date-Timestamp'));
  const right = clean.find((event) => rest(event) === rest(wrong)) ?? assert.fail('an unknown record');
  await client.redrive(record.id, { record: right });
};

const victims = [
  'processor-redrive',
  'processor-quarantine',
  'kafka',
  'processor-calls',
  'clickhouse',
  'api',
  'ingest',
];

test('redriven records end as clean ones, whatever is killed, and redriving again changes nothing', {
  timeout: 240_000,
}, async () => {
  const installation = await startInstallation({ dataDir });
  running = installation;
  const { ingest, api, api_key: key } = installation.run();
  const cleanKey = await keyOfTenant('clean');
  await until(
    async () =>
      (
        await fetch(`${ingest}/v1/validate/canonical`, {
          method: 'POST',
          headers: { 'x-api-key': cleanKey, 'content-type': 'application/json' },
          body: '[]',
        })
      ).ok,
  );
  assert.equal((await send(ingest, cleanKey, clean)).rejected.length, 0);
  const { rejected } = await send(ingest, key, broken);
  const timeless = rejected.filter(({ code }) => code === 'MISSING_FIELD').length;
  const unnamed = rejected.filter(({ code }) => code === 'SWITCH_UNKNOWN').length;
  assert.ok(timeless > 20 && unnamed > 20, `${timeless} and ${unnamed} are refused`);
  // The same again is no other refused record.
  await send(ingest, key, broken);

  const client = createQuarantineClient(httpTransport(api, key, 120_000));
  const of = async (filters: object): Promise<number> => (await client.list(filters, 1)).total;
  await until(async () => (await of({ code: 'MISSING_FIELD' })) === timeless && (await of({})) === timeless + unnamed);

  const { records } = await client.list({ code: 'MISSING_FIELD' }, 100);
  const perVictim = Math.ceil(records.length / victims.length);
  for (const [at, victim] of victims.entries()) {
    const pid = installation.run().processes[victim] as number;
    process.kill(pid, 'SIGKILL');
    for (const { id } of records.slice(at * perVictim, (at + 1) * perVictim))
      await correct(client, await client.show(id));
    await until(
      () => installation.run().processes[victim] !== pid && installation.output().includes(`${victim} is back`),
    );
  }
  const args = ['quarantine', 'redrive', '--code', 'SWITCH_UNKNOWN', '--as-switch', nameless, '--data', dataDir];
  const many = await runCommand(args).ended;
  assert.equal(many.code, 0, many.output);
  assert.match(many.output, new RegExp(`^${unnamed} redriven, 0 refused again$`, 'm'));
  await until(async () => (await of({ status: 'redriven' })) === timeless + unnamed);

  const expected = await equalTables(installation);
  await assert.rejects(client.redrive(records[0]?.id ?? '', {}), /has been redriven/);
  await askAgain(
    installation,
    client,
    records.map(({ id }) => id),
  );
  await until(async () => (await of({ status: 'redriven' })) === timeless + unnamed);
  assert.deepEqual(await stored(installation, 'demo'), expected);

  await fixNobodys(installation);
  installation.kill('SIGTERM');
  assert.equal((await installation.ended).code, 0);
  running = null;
});

const publisherOf = async (installation: Installation): Promise<Publisher> => {
  const config = readConfig(kafkaSettings, { TRUNKLINE_KAFKA_BROKERS: installation.run().kafka });
  return createPublisher(createKafka(config, createLogger('test', 'silent')));
};

/** An event of no tenant is seen by operators only, who say whose it is. */
const fixNobodys = async (installation: Installation): Promise<void> => {
  const json = {
    type: 'leg.answered',
    switch_id: 'pbx-9',
    occurred_at: '2026-01-20T10:00:00Z',
    call_key: 'nobodys',
    call_started_at: '2026-01-20T10:00:00Z',
    leg_id: 'leg-1',
  };
  const [event] = eventsOf(normaliseCanonicalEvent(json, source({ tenantId: '' })));
  const publisher = await publisherOf(installation);
  await publisher.publish([{ topic: topics.callEvents, key: ':nobodys', value: encodeEvent(event as Event) }]);
  await publisher.stop();
  const quarantine = (...args: readonly string[]) =>
    runCommand(['quarantine', ...args, '--without-tenant', '--data', dataDir]).ended;
  let id: string | undefined;
  await until(async () => {
    id = /^(bad_\w+) .*TENANT_MISSING$/m.exec((await quarantine('list')).output)?.[1];
    return id !== undefined;
  });
  const file = join(dataDir, 'fixed.json');
  writeFileSync(file, JSON.stringify(json));
  const nameless = await quarantine('fix', id as string, '--file', file);
  assert.deepEqual([nameless.code, /name the tenant/.test(nameless.output)], [1, true], nameless.output);
  const fixed = await quarantine('fix', id as string, '--file', file, '--tenant', 'clean');
  assert.equal(fixed.code, 0, fixed.output);
  const query = "SELECT count() AS calls FROM calls FINAL WHERE tenant_id = 'clean' AND call_key = 'nobodys'";
  await until(async () => (await queryRow<{ calls: number }>(installation.run(), query)).calls === 1);
};

/** Has the log ask for the same again, past the API that would refuse it, and waits until that has an end. */
const askAgain = async (
  installation: Installation,
  client: QuarantineClient,
  ids: readonly string[],
): Promise<void> => {
  const publisher = await publisherOf(installation);
  const nowUs = Date.now() * 1000;
  const asked = await Promise.all(
    ids.map(async (id) => {
      const correction =
        (await client.show(id)).attempt_list.find(({ status }) => status === 'redriven')?.correction ?? '';
      return quarantineActionMessage({
        tenant_id: 'demo',
        quarantine_id: id,
        attempt_id: `again_${id}`,
        actor: 'test',
        asked_at: nowUs,
        at: nowUs,
        step: 'asked',
        action: {
          way: 'record',
          dialect: 'freeswitch-events',
          as_tenant_id: 'demo',
          asked_switch_id: '',
          bound_switch_id: '',
          corrected: true,
          raw: Buffer.from(correction),
        },
      });
    }),
  );
  await publisher.publish(asked);
  await publisher.stop();
  for (const id of ids) {
    await until(async () =>
      (await client.show(id)).attempt_list.some(
        ({ id: attempt, settled_at }) => attempt === `again_${id}` && settled_at !== null,
      ),
    );
  }
};
