import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { type ApiCall, createApiClient } from '../feed/api-client.ts';
import {
  checkCall,
  type ExpectedCall,
  type ExpectedQueueCall,
  factsOf,
  queueFactsOf,
  type SampleCall,
} from './expected-call.ts';
import { endInstallation, type Installation, newDataDir, runCommand, startInstallation } from './installation.ts';

// Real captures through the whole product: `TRUNKLINE_SAMPLES=DIR node --test deploy/testing/samples.ts`, where DIR
// holds freeswitch/ and expected.json. Each way to feed has a tenant of its own, so that nothing helps another.

const folder = process.env['TRUNKLINE_SAMPLES'] ?? '';
if (folder === '') throw new Error('set TRUNKLINE_SAMPLES to the folder of the captures');

type Event = Readonly<Record<string, string>>;
type Case = { input: string; expected: ExpectedCall };

const allCases = (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { cases: readonly Case[] }).cases;
const cases = allCases.filter(({ input }) => /esl_session_[1-4]\.json$/.test(input));
const managerCase = allCases.find(({ input }) => input === 'asterisk/ami_queue_call.json') as unknown as {
  input: string;
  expected: ExpectedQueueCall;
};

const readEvents = (file: string): readonly Event[] =>
  [JSON.parse(readFileSync(file, 'utf8')) as Event | readonly Event[]].flat() as readonly Event[];

const dataDir = newDataDir();
const scratch = mkdtempSync(join(tmpdir(), 'trunkline-samples-'));
let installation: Installation;

before(async () => {
  installation = await startInstallation({ dataDir });
});
after(async () => {
  await endInstallation(installation, dataDir);
  rmSync(scratch, { recursive: true });
});

const newKey = async (tenant: string): Promise<string> => {
  const args = ['keys', 'create', '--tenant', tenant, '--name', 'samples', '--scopes', '*', '--data', dataDir];
  const { output, code } = await runCommand(args).ended;
  assert.equal(code, 0, output);
  return /secret +(\S+)/.exec(output)?.[1] as string;
};

const feed = async (dialect: string, key: string, files: readonly string[]): Promise<string> => {
  const { output, code } = await runCommand(['feed', dialect, '--data', dataDir, '--key', key, ...files]).ended;
  assert.equal(code, 0, output);
  return output;
};

const callsOf = async (key: string): Promise<readonly ApiCall[]> => {
  const page = await createApiClient(installation.run().api, key).get<{ data: readonly ApiCall[] }>('/v1/calls');
  return page?.data ?? [];
};

const callOf = async (key: string, nativeId: string): Promise<SampleCall> => {
  const api = createApiClient(installation.run().api, key);
  const query = `/v1/calls?include_total=true&native_id=${nativeId}`;
  const page = await api.get<{ data: readonly ApiCall[]; meta: { total: number } }>(query);
  assert.equal(page?.meta.total, 1, `calls with the native id ${nativeId}`);
  const call = await api.get<{ data: SampleCall }>(`/v1/calls/${page?.data[0]?.id}`);
  assert.ok(call !== null);
  return call.data;
};

/** Files that hold the events in another order, or one each. */
const rewritten = (name: string, files: readonly (readonly Event[])[]): readonly string[] =>
  files.map((events, at) => {
    const file = join(scratch, `${name}-${String(at).padStart(4, '0')}.json`);
    writeFileSync(file, JSON.stringify(events));
    return file;
  });

const isRootEvent = (event: Event): boolean => event['Unique-ID'] === event['Channel-Call-UUID'];

const sessions = cases.map(({ input }) => readEvents(join(folder, input)));

const ways: Readonly<Record<string, () => readonly string[]>> = {
  'as JSON': () => cases.map(({ input }) => join(folder, input)),
  'as text': () => cases.map(({ input }) => join(folder, input.replace(/\.json$/, '.txt'))),
  reversed: () =>
    rewritten(
      'reversed',
      sessions.map((events) => events.toReversed()),
    ),
  'callee leg first': () =>
    rewritten(
      'callee-first',
      sessions.flatMap((events) => [events.filter((event) => !isRootEvent(event)), events.filter(isRootEvent)]),
    ),
  'one by one, backwards': () =>
    rewritten(
      'one-by-one',
      sessions.flatMap((events) => events.toReversed().map((event) => [event])),
    ),
  'twice, in one batch': () => rewritten('twice', [[...sessions.flat(), ...sessions.flat()]]),
};

describe('event socket sessions', () => {
  for (const [at, [way, filesOf]] of Object.entries(ways).entries())
    test(way, { timeout: 60_000 }, async () => {
      const key = await newKey(`esl-${at}`);
      await feed('freeswitch', key, filesOf());
      assert.equal((await callsOf(key)).length, cases.length);
      for (const { input, expected } of cases) {
        const root = expected.legs.find(({ role }) => role === 'caller')?.leg_id as string;
        const call = await callOf(key, root);
        checkCall(call, expected, basename(input));
        for (const leg of expected.legs) assert.equal((await callOf(key, leg.leg_id)).id, call.id);
      }
    });

  test('another tenant does not see them, nor learn that they exist', async () => {
    const key = await newKey('somebody-else');
    const [call] = await callsOf(installation.run().api_key);
    assert.equal(call, undefined);
    const owner = await newKey('esl-0');
    const [owned] = await callsOf(owner);
    assert.equal(await createApiClient(installation.run().api, key).get(`/v1/calls/${owned?.id}`), null);
    assert.deepEqual(await callsOf(key), []);
  });
});

const { input: managerFile, expected: managerFacts } = managerCase;
const managerEvents = readEvents(join(folder, managerFile));

const managerWays: Readonly<Record<string, () => readonly string[]>> = {
  'as JSON': () => [join(folder, managerFile)],
  'as text': () => [join(folder, managerFile.replace(/\.json$/, '.txt'))],
  'twice, in one batch': () => rewritten('manager-twice', [[...managerEvents, ...managerEvents]]),
  'sorted by what they say, one by one': () =>
    rewritten(
      'manager-pieces',
      managerEvents.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)).map((event) => [event]),
    ),
};

describe('a manager’s session without times', () => {
  for (const [at, [way, filesOf]] of Object.entries(managerWays).entries())
    test(way, { timeout: 60_000 }, async () => {
      const key = await newKey(`manager-${at}`);
      await feed('asterisk-ami', key, ['--switch', 'ast1', ...filesOf()]);
      assert.equal((await callsOf(key)).length, 1);
      const call = await callOf(key, managerFacts.linked_id);
      const { note: _note, ...expected } = managerFacts;
      assert.deepEqual(queueFactsOf(call), expected);
      assert.deepEqual([call.state, call.quality], ['ended', []]);
    });
});

describe('lines of queue_log', () => {
  const lines = readFileSync(join(folder, 'asterisk/queue_log_lines.txt'), 'utf8').split('\n');
  // The times of the first lines are small numbers: whoever published them replaced them.
  const moved = lines.map((line) => line.replace(/^\d{1,3}(?=\|)/, (second) => String(1_266_833_905 + Number(second))));
  const file = join(scratch, 'queue_log');

  test('ring-all with losers, given up, and cut off by a restart', { timeout: 60_000 }, async () => {
    writeFileSync(file, moved.join('\n'));
    const key = await newKey('queue-log');
    await feed('asterisk-queue-log', key, ['--switch', 'ast1', file]);
    const factsOfCall = async (id: string) => {
      const call = await callOf(key, id);
      const [visit] = call.queue_visits;
      return [call.disposition, call.state, call.talk_ms, visit?.outcome, visit?.wait_ms];
    };
    assert.deepEqual(await factsOfCall('1266833905.2'), ['answered', 'ended', 10_000, 'answered', 20_000]);
    assert.deepEqual(await factsOfCall('1596512941.163'), ['abandoned', 'ended', 0, 'abandoned', 68_000]);
    const [cutOff] = (await callOf(key, '1596513054.164')).queue_visits;
    assert.deepEqual([cutOff?.outcome, cutOff?.queue_id], ['waiting', 'sales'], 'until the closing rules close it');
  });

  test('times that are none are refused by line, the others taken', { timeout: 60_000 }, async () => {
    const key = await newKey('queue-log-as-it-is');
    const args = ['--switch', 'ast1', '--data', dataDir, '--key', key];
    const original = join(folder, 'asterisk/queue_log_lines.txt');
    const { code, output } = await runCommand(['feed', 'asterisk-queue-log', ...args, original]).ended;
    assert.equal(code, 1, output);
    assert.match(output, /^10 accepted, 0 ignored .*, 16 rejected$/m);
    assert.match(output, /TIME_OUT_OF_RANGE/);
  });
});

describe('one call by two dialects', () => {
  for (const number of [1, 2]) {
    const cdr = join(folder, `freeswitch/json_cdr_${number}.json`);
    const event = join(folder, `freeswitch/json_cdr_${number}_same_call_event.json`);
    const { variables } = JSON.parse(readFileSync(cdr, 'utf8')) as { variables: Record<string, string> };
    const nativeId = variables['uuid'] as string;

    test(`mod_json_cdr ${number} and an event of it, in both orders, alone and together`, {
      timeout: 60_000,
    }, async () => {
      const alone = await newKey(`cdr-${number}-alone`);
      await feed('freeswitch-cdr', alone, [cdr]);
      const cdrFirst = await newKey(`cdr-${number}-first`);
      await feed('freeswitch-cdr', cdrFirst, [cdr]);
      await feed('freeswitch', cdrFirst, [event]);
      const eventFirst = await newKey(`cdr-${number}-last`);
      await feed('freeswitch', eventFirst, [event]);
      await feed('freeswitch-cdr', eventFirst, [cdr]);

      const expected = factsOf(await callOf(alone, nativeId));
      assert.equal(expected.started_us, Number(variables['start_uepoch']));
      assert.equal(expected.switch_answered_us, Number(variables['answer_uepoch']));
      assert.equal(expected.answered_us, Number(variables['bridge_uepoch']));
      assert.equal(expected.ended_us, Number(variables['end_uepoch']));
      assert.equal(expected.duration_ms, Math.round((expected.ended_us - expected.started_us) / 1000));
      assert.equal(expected.disposition, 'answered');
      for (const key of [cdrFirst, eventFirst]) {
        assert.deepEqual(factsOf(await callOf(key, nativeId)), expected);
        assert.equal((await callsOf(key)).length, 1);
      }
    });
  }
});
