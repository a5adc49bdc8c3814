import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, before, suite, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../../runtime/testing/until.ts';
import { newSecret } from '../../../schemas/api-keys.ts';
import { contentHash, encodeEvent } from '../../../schemas/event-codec.ts';
import type { EventOf } from '../../../schemas/events.ts';
import { heartbeat, shortCall } from '../testing/freeswitch-calls.ts';
import type { HeaderSet } from '../testing/freeswitch-frames.ts';
import { type FreeswitchOptions, type FreeswitchPeer, startFreeswitchPeer } from '../testing/freeswitch-peer.ts';
import { metric, readiness, ready } from '../testing/source-process.ts';
import { gapsIn, isAccountedFor, startWorld, type SourceWorld } from '../testing/source-world.ts';

/** Makes calls without end, and notes the number of each event. */
const startLoad = (peer: FreeswitchPeer) => {
  const fired: { bootId: string; seq: number }[] = [];
  const fire = (event: HeaderSet): void => {
    peer.makeUnsent(Math.floor(Math.random() * 3));
    peer.fire([event]);
    fired.push({ bootId: peer.coreUuid(), seq: peer.lastSeq() });
  };
  const timer = setInterval(() => shortCall().forEach(fire), 2);
  return { fired, stop: () => clearInterval(timer) };
};

suite('the event socket source', { timeout: 300_000 }, () => {
  let world: SourceWorld;

  before(async () => {
    world = await startWorld();
  });
  after(async () => world.stop());

  /** A switch of a name of its own, and what was published of it. */
  const newSwitch = async (t: TestContext, options: FreeswitchOptions = {}) => {
    const name = world.newName();
    const peer = await startFreeswitchPeer({ switchName: name, ...options });
    t.after(async () => peer.close());
    return { name, peer, calls: () => world.calls(name), switches: () => world.switches(name) };
  };

  const startSource = async (t: TestContext, port: number, state: string, env: Readonly<Record<string, string>> = {}) =>
    world.start(t, 'esl', state, {
      TRUNKLINE_ESL_ADDRESS: `127.0.0.1:${port}`,
      TRUNKLINE_ESL_PASSWORD: 'ClueCon',
      ...env,
    });

  test('what the switch says is in Kafka, with its boot and its living channels', async (t) => {
    const { name, peer, calls: published, switches: told } = await newSwitch(t, { chunkBytes: 100 });
    peer.setChannels(['leg-1', 'leg-2']);
    const source = await startSource(t, peer.port, name, { TRUNKLINE_SOURCE_CHANNELS_INTERVAL_MS: '1000' });
    await ready(source);
    peer.fire([...shortCall('leg-1'), heartbeat]);
    await until(() => published().length === 3);
    assert.deepEqual(
      published().map(({ type }) => type),
      ['leg.created', 'leg.answered', 'leg.ended'],
    );
    const [created] = published() as [EventOf<'leg.created'>];
    assert.equal(created.payload.leg.caller_name, 'Zoë: 100%');
    await until(() => told().filter(({ type }) => type === 'switch.channels').length > 1);
    const types = told().map(({ type }) => type);
    assert.deepEqual([types.includes('switch.started'), types.includes('switch.heartbeat')], [true, true]);
    for (const event of told().filter(({ type }) => type === 'switch.channels'))
      assert.deepEqual({ ...event.payload }, { leg_ids: ['leg-1', 'leg-2'] });
    assert.ok(told().every(({ boot_id }) => boot_id === peer.coreUuid()));
    assert.equal(await metric(source, 'source_rejections_total'), 0);
    assert.equal(await source.end('SIGTERM'), 0);
  });

  test('a user of the directory may log in; who may not is told why, and gets in once he may', async (t) => {
    const { name, peer } = await newSwitch(t, { users: { 'trunkline@pbx': 's3cret' } });
    const env = { TRUNKLINE_ESL_USER: 'trunkline@pbx', TRUNKLINE_ESL_PASSWORD: 's3cret' };
    await ready(await startSource(t, peer.port, `${name}-user`, env));
    const wrong = await startSource(t, peer.port, `${name}-wrong`, { TRUNKLINE_ESL_PASSWORD: 'guess' });
    await until(async () => /refuses the password: -ERR invalid/.test((await readiness(wrong)).checks['switch'] ?? ''));
    await peer.close();
    const again = await startFreeswitchPeer({ port: peer.port, password: 'guess' });
    await ready(wrong);
    await again.close();
  });

  test('an unknown key publishes nothing', async (t) => {
    const { name, peer, calls: published } = await newSwitch(t);
    const source = await startSource(t, peer.port, name, { TRUNKLINE_SOURCE_API_KEY: newSecret() });
    await until(async () => /no key, or a revoked one/.test((await readiness(source)).checks['key'] ?? ''));
    peer.fire(shortCall());
    assert.equal(peer.listeners(), 0);
    assert.deepEqual(published(), []);
  });

  test('whatever is not published is named as a gap: connections cut at any byte, the source killed', async (t) => {
    const { name, peer, calls: published, switches: told } = await newSwitch(t);
    let source = await startSource(t, peer.port, name);
    await ready(source);
    const load = startLoad(peer);
    for (let round = 0; round < 6; round++) {
      const before = { fired: load.fired.length, connections: peer.connections() };
      await until(() => load.fired.length > before.fired + 100);
      if (round % 3 === 2) {
        await source.end('SIGKILL');
        source = await startSource(t, peer.port, name);
      } else if (round % 3 === 1) peer.disconnectAll('Disconnected, goodbye.\n');
      else peer.cutOnceAfter(Math.floor(Math.random() * 20_000));
      await until(() => peer.connections() > before.connections && peer.listeners() === 1);
    }
    load.stop();
    peer.fire([heartbeat]);
    const seqs = load.fired.map(({ seq }) => seq);
    await until(() => isAccountedFor(seqs, published(), told()));
    const seen = new Set(published().map(({ native }) => native.seq));
    assert.ok(seen.size > 300, `${seen.size} of ${seqs.length}`);
    const gaps = gapsIn(told());
    assert.ok(gaps.length >= 5, String(gaps.length));
    assert.ok(gaps.every(({ from_at, to_at, reason }) => reason === 'disconnected' && (from_at ?? 0) < (to_at ?? 0)));
  });

  test('two sources side by side miss nothing and count nothing twice, whichever is killed', async (t) => {
    const { name, peer, calls: published } = await newSwitch(t);
    const start = async (which: number) => startSource(t, peer.port, `${name}-${which}`);
    const sources = await Promise.all([start(0), start(1)]);
    await until(() => peer.listeners() === 2);
    const load = startLoad(peer);
    for (let round = 0; round < 4; round++) {
      const before = load.fired.length;
      await until(() => load.fired.length > before + 100);
      await sources[round % 2]?.end(round < 2 ? 'SIGKILL' : 'SIGTERM');
      await until(() => peer.listeners() === 1);
      sources[round % 2] = await start(round % 2);
      await until(() => peer.listeners() === 2);
    }
    load.stop();
    const distinct = (): Set<string> => new Set(published().map(({ event_id }) => event_id));
    await until(() => distinct().size >= load.fired.length);
    assert.equal(distinct().size, load.fired.length);
    assert.ok(published().length > load.fired.length);
    const contents = new Set(published().map((event) => contentHash(encodeEvent(event))));
    assert.equal(contents.size, load.fired.length);
  });

  test('a switch that dies and comes back is another boot', async (t) => {
    const { name, peer, switches: told } = await newSwitch(t);
    await peer.close();
    const startPeer = async (): Promise<ChildProcess & { ready: Promise<[{ coreUuid: string }]> }> => {
      const options = JSON.stringify({ port: peer.port, switchName: name, firstSeq: 500 });
      const child = fork(new URL('../testing/freeswitch-peer-main.ts', import.meta.url), [options]);
      t.after(() => child.kill('SIGKILL'));
      return Object.assign(child, { ready: once(child, 'message') as Promise<[{ coreUuid: string }]> });
    };
    const first = await startPeer();
    const [{ coreUuid: firstBoot }] = await first.ready;
    const source = await startSource(t, peer.port, name);
    await ready(source);
    first.send(shortCall());
    await until(() => told().length >= 2);
    first.kill('SIGKILL');
    await until(async () => !(await readiness(source)).ready);
    const second = await startPeer();
    const [{ coreUuid: secondBoot }] = await second.ready;
    await ready(source);
    await until(() => told().filter(({ type }) => type === 'switch.channels').length >= 2);
    const started = told().filter(({ type }) => type === 'switch.started');
    assert.deepEqual(
      started.map(({ boot_id }) => boot_id),
      [firstBoot, secondBoot],
    );
    const [gap] = gapsIn(told());
    assert.deepEqual([gap?.reason, gap?.from_seq], ['switch_restarted', 1]);
    assert.ok((await metric(source, 'source_reconnects_total')) >= 1);
    second.kill('SIGKILL');
  });

  test('while nothing can be published the switch keeps its events, and all of them come later', async (t) => {
    const { name, peer, calls: published } = await newSwitch(t);
    const env = { TRUNKLINE_SPOOL_MAX_BYTES: String(1024 * 1024), TRUNKLINE_INGEST_PUBLISH_TIMEOUT_MS: '300' };
    const source = await startSource(t, peer.port, name, env);
    await ready(source);
    await world.killBroker();
    const batch = Array.from({ length: 1000 }, () => shortCall()).flat();
    let fired = 0;
    while (peer.waiting() < 1000) {
      peer.fire(batch.map((event) => ({ ...event, 'Unique-ID': `${fired}`, 'Channel-Call-UUID': `${fired++}` })));
      await delay(50);
    }
    await until(async () => /nothing could be made safe/.test((await readiness(source)).checks['delivery'] ?? ''));
    assert.equal(peer.missed(), 0);
    await world.restartBroker();
    const distinct = (): number => new Set(published().map(({ event_id }) => event_id)).size;
    await until(() => distinct() >= fired);
    assert.equal(distinct(), fired);
    await ready(source);
    assert.equal(await source.end('SIGTERM'), 0);
  });

  test('a source that starts while Kafka is away listens at once, once it knows its key', async (t) => {
    const { name, peer, calls: published } = await newSwitch(t);
    const first = await startSource(t, peer.port, name);
    await ready(first);
    await world.killBroker();
    await first.end('SIGKILL');
    await until(() => peer.listeners() === 0);
    const second = await startSource(t, peer.port, name);
    await until(() => peer.listeners() === 1);
    peer.fire(shortCall());
    await until(async () => /wait for Kafka/.test((await readiness(second)).checks['spool'] ?? ''));
    // What the source says of itself may be the first to wait: the call must be safe too before the kill.
    await until(async () => (await metric(second, 'source_records_total', 'accepted')) >= shortCall().length);
    await until(async () => (await metric(second, 'source_waiting_bytes')) === 0);
    await second.end('SIGKILL');
    await world.restartBroker();
    await startSource(t, peer.port, name);
    await until(() => published().length === 3);
  });
});
