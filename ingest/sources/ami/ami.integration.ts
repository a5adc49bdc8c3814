import assert from 'node:assert/strict';
import { after, before, suite, test, type TestContext } from 'node:test';
import { until } from '../../../runtime/testing/until.ts';
import { contentHash, encodeEvent } from '../../../schemas/event-codec.ts';
import { shortCall } from '../testing/asterisk-calls.ts';
import { type AsteriskOptions, type AsteriskPeer, startAsteriskPeer } from '../testing/asterisk-peer.ts';
import { metric, readiness, ready } from '../testing/source-process.ts';
import { gapsIn, isAccountedFor, startWorld, type SourceWorld } from '../testing/source-world.ts';

/** Makes calls without end, and notes the number of each event. */
const startLoad = (peer: AsteriskPeer) => {
  const fired: number[] = [];
  const timer = setInterval(() => {
    for (const event of shortCall()) {
      peer.fire([event]);
      fired.push(peer.lastSeq());
    }
  }, 2);
  return { fired, stop: () => clearInterval(timer) };
};

suite('the manager source', { timeout: 300_000 }, () => {
  let world: SourceWorld;

  before(async () => {
    world = await startWorld();
  });
  after(async () => world.stop());

  const newSwitch = async (t: TestContext, options: AsteriskOptions = {}) => {
    const name = world.newName();
    const peer = await startAsteriskPeer(options);
    t.after(async () => peer.close());
    return { name, peer, calls: () => world.calls(name), switches: () => world.switches(name) };
  };

  type More = { state?: string; env?: Readonly<Record<string, string>> };
  const startSource = async (t: TestContext, port: number, name: string, { state = name, env }: More = {}) =>
    world.start(t, 'ami', state, {
      TRUNKLINE_SOURCE_SWITCH: name,
      TRUNKLINE_AMI_ADDRESS: `127.0.0.1:${port}`,
      TRUNKLINE_AMI_SECRET: 's3cret',
      ...env,
    });

  for (const auth of ['md5', 'plain'])
    test(`what the switch says is in Kafka, after a login by ${auth}`, async (t) => {
      const { name, peer, calls, switches } = await newSwitch(t, { chunkBytes: 50 });
      peer.setChannels(['1772704790.1']);
      const source = await startSource(t, peer.port, name, { env: { TRUNKLINE_AMI_AUTH: auth } });
      await ready(source);
      await until(() => peer.listeners() === 1);
      peer.fire(shortCall());
      await until(() => calls().length === 3);
      assert.deepEqual(
        calls().map(({ type }) => type),
        ['leg.created', 'leg.answered', 'leg.ended'],
      );
      await until(() => switches().length === 2);
      const kinds = new Map(switches().map((event) => [event.type, event]));
      assert.deepEqual({ ...kinds.get('switch.channels')?.payload }, { leg_ids: [`${name}/1772704790.1`] });
      // It says that it is up for a minute.
      const startedAgoMs = Date.now() - (kinds.get('switch.started')?.occurred_at ?? 0) / 1000;
      assert.ok(startedAgoMs >= 60_000 && startedAgoMs < 120_000, String(startedAgoMs));
      assert.equal(await metric(source, 'source_rejections_total'), 0);
      assert.equal(await source.end('SIGTERM'), 0);
    });

  test('who may not log in is told why', async (t) => {
    const { name, peer } = await newSwitch(t);
    const source = await startSource(t, peer.port, name, { env: { TRUNKLINE_AMI_SECRET: 'guess' } });
    await until(async () =>
      /refuses the login: Authentication failed/.test((await readiness(source)).checks['switch'] ?? ''),
    );
  });

  test('whatever is not published is named as a gap: connections cut at any byte, the source killed', async (t) => {
    const { name, peer, calls, switches } = await newSwitch(t, { isNumbered: true });
    let source = await startSource(t, peer.port, name);
    await ready(source);
    const load = startLoad(peer);
    for (let round = 0; round < 6; round++) {
      const before = { fired: load.fired.length, connections: peer.connections() };
      await until(() => load.fired.length > before.fired + 100);
      if (round % 3 === 2) {
        await source.end('SIGKILL');
        source = await startSource(t, peer.port, name);
      } else if (round % 3 === 1) peer.disconnectAll();
      else peer.cutOnceAfter(Math.floor(Math.random() * 20_000));
      await until(() => peer.connections() > before.connections && peer.listeners() === 1);
    }
    load.stop();
    await until(async () => (await readiness(source)).ready);
    peer.fire(shortCall());
    await until(() => isAccountedFor(load.fired, calls(), switches()));
    assert.ok(gapsIn(switches()).length >= 5);
    assert.ok(calls().length > 300, `${calls().length} of ${load.fired.length}`);
  });

  test('two sources side by side miss nothing and count nothing twice, whichever is killed', async (t) => {
    const { name, peer, calls } = await newSwitch(t);
    const start = async (which: number) => startSource(t, peer.port, name, { state: `${name}-${which}` });
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
    const distinct = (): Set<string> => new Set(calls().map(({ event_id }) => event_id));
    await until(() => distinct().size >= load.fired.length);
    assert.equal(distinct().size, load.fired.length);
    assert.equal(new Set(calls().map((event) => contentHash(encodeEvent(event)))).size, load.fired.length);
    assert.ok(calls().length > load.fired.length);
  });

  test('a switch that starts anew is told, and one that ends the connection', async (t) => {
    const { name, peer, switches } = await newSwitch(t);
    const source = await startSource(t, peer.port, name);
    await ready(source);
    peer.restart('2026-03-05 09:30:00');
    await until(() => gapsIn(switches()).length === 1);
    peer.disconnectAll();
    await until(() => gapsIn(switches()).length === 2);
    assert.deepEqual(
      gapsIn(switches()).map(({ reason, from_seq, to_seq }) => [reason, from_seq, to_seq]),
      [
        ['switch_restarted', 0, 0],
        ['disconnected', 0, 0],
      ],
    );
    assert.ok((await metric(source, 'source_reconnects_total')) >= 2);
  });
});
