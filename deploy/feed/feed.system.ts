import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { callCentre } from '../demo/call-centre.ts';
import type { NativeEvent } from '../demo/simulated-switch.ts';
import {
  type Ended,
  endInstallation,
  type Installation,
  newDataDir,
  runCommand,
  startInstallation,
} from '../testing/installation.ts';
import { createApiClient } from './api-client.ts';

const dataDir = newDataDir();
const folder = mkdtempSync(join(tmpdir(), 'trunkline-feed-'));
let installation: Installation;

const trunkline = (...args: readonly string[]): Promise<Ended> => runCommand(args).ended;
const feed = (...args: readonly string[]): Promise<Ended> => trunkline('feed', ...args, '--data', dataDir);

const startUs = (Date.now() - 7_200_000) * 1000;
const centre = callCentre(`feed ${startUs}`);
const eventsOf = (...calls: readonly number[]): NativeEvent[] =>
  calls.flatMap((which) => centre.callAt(which, startUs + which * 1_000_000).events.map(({ event }) => event));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

type OtherCall = {
  readonly records: readonly object[];
  readonly args: readonly string[];
  readonly caller: string;
  readonly call: object;
};

const sip = { callid: '3c26@198.51.100.7', from_tag: '8fa1', to_tag: '77b2', sip_code: '200', src_user: '1501' };
const hosted = { AccountSid: 'AC01', From: '+442079460777', To: '+442079460100' };
const parent = { ...hosted, CallSid: 'CA01', Direction: 'inbound' };
const child = { ...hosted, CallSid: 'CA02', ParentCallSid: 'CA01', Direction: 'outbound-dial', To: 'client:grace' };
const at = (time: string): string => `Mon, 02 Jun 2025 ${time} +0000`;

/** Dialects of which the product's other runs tell no call. */
const otherDialects: Readonly<Record<'kamailio' | 'hosted', OtherCall>> = {
  kamailio: {
    records: [
      { ...sip, method: 'INVITE', time_hires: '1748855404.120', dst_ouser: '1502' },
      { ...sip, method: 'BYE', time_hires: '1748855424.480' },
    ],
    args: ['--switch', 'edge-1'],
    caller: '1501',
    call: { disposition: 'answered', duration_ms: 20_360, talk_ms: 20_360, dialled_number: '1502' },
  },
  hosted: {
    records: [
      { ...parent, CallStatus: 'ringing', Timestamp: at('09:10:00') },
      { ...parent, CallStatus: 'in-progress', Timestamp: at('09:10:01') },
      // Told in any order.
      { ...child, CallStatus: 'completed', CallDuration: '60', Timestamp: at('09:11:06') },
      { ...child, CallStatus: 'in-progress', Timestamp: at('09:10:06') },
      { ...child, CallStatus: 'ringing', Timestamp: at('09:10:03') },
      { ...parent, CallStatus: 'completed', CallDuration: '65', Timestamp: at('09:11:06') },
    ],
    args: [],
    caller: '+442079460777',
    call: { disposition: 'answered', direction: 'inbound', duration_ms: 66_000, talk_ms: 60_000 },
  },
};

suite('feed and keys', { timeout: 120_000 }, () => {
  before(async () => {
    installation = await startInstallation({ dataDir });
  });
  after(async () => {
    await endInstallation(installation, dataDir);
    rmSync(folder, { recursive: true });
  });

  test('many calls in NDJSON, and the same ones again, are there once', async () => {
    const calls = Array.from({ length: 70 }, (_, which) => which);
    const capture = file(
      'many.ndjson',
      eventsOf(...calls)
        .map((event) => JSON.stringify(event))
        .join('\n'),
    );
    for (let time = 0; time < 2; time++) {
      const { code, output } = await feed('freeswitch', capture);
      assert.equal(code, 0, output);
      assert.match(output, /^\d+ accepted, \d+ ignored \(nothing new about calls\), 0 rejected$/m);
      assert.match(output, /^… and 20 more$/m);
      assert.match(output, /^70 calls: /m);
    }
    const { api, api_key } = installation.run();
    const page = await createApiClient(api, api_key).get<{ meta: { total: number } }>('/v1/calls?include_total=true');
    assert.equal(page?.meta.total, 70);
  });

  for (const [dialect, { records, args, caller, call }] of Object.entries(otherDialects))
    test(`a call in the words of ${dialect} is listed as it was`, async () => {
      const { code, output } = await feed(dialect, ...args, file(`${dialect}.json`, JSON.stringify(records)));
      assert.equal(code, 0, output);
      const { api, api_key } = installation.run();
      const page = await createApiClient(api, api_key).get<{ data: object[] }>(
        `/v1/calls?caller=${encodeURIComponent(caller)}`,
      );
      assert.equal(page?.data.length, 1);
      assert.partialDeepStrictEqual(page?.data[0], call);
    });

  test('each call can be shown, downloaded and assembled here to the same record', async () => {
    const { api, api_key: key } = installation.run();
    const read = async (path: string, accept: string): Promise<string> =>
      (await fetch(`${api}${path}`, { headers: { 'x-api-key': key, accept } })).text();
    const { data } = JSON.parse(await read('/v1/calls?limit=5&disposition=answered', '*/*')) as {
      data: { id: string }[];
    };
    assert.equal(data.length, 5);
    for (const { id } of data) {
      const events = file('call.ndjson', await read(`/v1/calls/${id}/events`, 'application/x-ndjson'));
      const expected = file('call.json', await read(`/v1/calls/${id}`, '*/*'));
      const same = await trunkline('call', 'assemble', events, '--expect', expected);
      assert.deepEqual([same.code, same.output.split(', ')[0]], [0, `the same: ${id}`]);
      const shown = await trunkline('call', 'show', id, '--data', dataDir);
      assert.equal(shown.code, 0, shown.output);
      assert.match(shown.output, /^[\d:.]+ +[\d:.]+ {2}talking with \S+/m);
    }
    const none = await trunkline('call', 'show', 'call_00000000000000000000000000', '--data', dataDir);
    assert.deepEqual([none.code, none.output], [1, 'trunkline: there is no call call_00000000000000000000000000\n']);
  });

  test('a wrong record is told with its place and field; the others count', async () => {
    const events: unknown[] = eventsOf(1000);
    events.splice(2, 0, { 'Event-Name': 'CHANNEL_ANSWER', 'FreeSWITCH-Switchname': 'a', 'Unique-ID': 'b' });
    const { code, output } = await feed('freeswitch', file('wrong.json', JSON.stringify(events)));
    assert.equal(code, 1, output);
    assert.match(output, /^rejected wrong\.json\[2\] MISSING_FIELD Event-Date-Timestamp: /m);
    assert.match(output, /^1 call: /m);
  });

  test('a call that cannot come is waited for, and then named', async () => {
    const events = eventsOf(2000, 2001, 2002, 2003, 2004, 2005);
    const withoutRoots = events.filter((event) => event['Unique-ID'] !== event['Channel-Call-UUID']);
    const orphan = withoutRoots.find((event) => event['Event-Name'] === 'CHANNEL_CREATE') as NativeEvent;
    const { code, output } = await feed('freeswitch', file('orphan.json', JSON.stringify([orphan])), '--timeout', '1');
    assert.equal(code, 3, output);
    assert.match(output, new RegExp(`^  ${orphan['Channel-Call-UUID']}: no such call$`, 'm'));
  });

  test('a wrong key, a missing file and a folder where nothing runs are told in a line', async () => {
    const capture = file('one.json', JSON.stringify(eventsOf(3000)));
    const cases: readonly [readonly string[], RegExp][] = [
      [
        ['feed', 'freeswitch', capture, '--data', dataDir, '--key', 'sk_live_wrong'],
        /^trunkline: .*401.*INVALID_TOKEN/,
      ],
      [['feed', 'freeswitch', join(folder, 'none.json'), '--data', dataDir], /^trunkline: cannot read .*none\.json/],
      [['feed', 'freeswitch', capture, '--data', folder], /^trunkline: nothing runs on /],
    ];
    for (const [args, message] of cases) {
      const { code, output } = await trunkline(...args);
      assert.equal(code, 1);
      assert.match(output, message);
      assert.equal(output.trim().split('\n').length, 1, output);
    }
  });

  test('a switch has a key that may publish under its name only, until it is revoked', async () => {
    const create = ['keys', 'create', '--tenant', 'acme', '--name', 'pbx', '--switch', 'fs-east-1', '--data', dataDir];
    const created = await trunkline(...create);
    assert.equal(created.code, 0, created.output);
    const [, keyId] = /^key +(\S+)$/m.exec(created.output) ?? [];
    const [, secret] = /^secret +(\S+)$/m.exec(created.output) ?? [];
    assert.ok(keyId !== undefined && secret !== undefined, created.output);

    const east = eventsOf(4000, 4001, 4002, 4003, 4004, 4005).filter((e) => e['FreeSWITCH-Switchname'] === 'fs-east-1');
    const west = eventsOf(4000, 4001, 4002, 4003, 4004, 4005).filter((e) => e['FreeSWITCH-Switchname'] === 'fs-west-1');
    const push = (name: string, events: readonly NativeEvent[]): Promise<Ended> =>
      feed('freeswitch', file(name, JSON.stringify(events)), '--key', secret, '--no-wait');
    assert.equal((await push('east.json', east)).code, 0);
    const refused = await push('west.json', west);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /SWITCH_NOT_ALLOWED/);

    assert.match((await trunkline('keys', 'list', '--tenant', 'acme', '--data', dataDir)).output, new RegExp(keyId));
    assert.doesNotMatch(
      (await trunkline('keys', 'list', '--tenant', 'demo', '--data', dataDir)).output,
      new RegExp(keyId),
    );
    const revoke = ['keys', 'revoke', keyId, '--data', dataDir, '--tenant'];
    const foreign = await trunkline(...revoke, 'demo');
    assert.equal(foreign.code, 1);
    assert.match(foreign.output, /refused: no key/);
    assert.equal((await trunkline(...revoke, 'acme')).code, 0);
    assert.match((await push('late.json', east)).output, /401/);
  });
});
