import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { at } from '../testing/event-table.ts';
import { given } from '../testing/given.ts';
import type { CallView } from './call-view.ts';
import { type Glance, look } from './look.ts';
import type { Announcement, NotificationStores } from './ports.ts';
import { callsAtOnce, findTogether, groupsOf } from './together.ts';

const ended = (call: string): CallView =>
  ({
    ...given(`0 leg.created ${call} dir=in\n9 leg.ended ${call} q850=16`).row(),
    call_key: call,
    call_id: `id-${call}`,
  }) satisfies CallView;

const nobody = { tenant_id: 'acme', call_started_at: 0 };

const glanceOf = (calls: number): Glance => ({
  calls: Array.from({ length: calls }, (_, at) => ({ ...nobody, call_id: `c${at}` })),
  nowUs: 0,
});

test('glances are looked at together up to a thousand calls, in their order', () => {
  const sizes = (...calls: readonly number[]): number[][] =>
    groupsOf(calls.map(glanceOf)).map((group) => group.map((glance) => glance.calls.length));
  assert.deepEqual(sizes(), []);
  assert.deepEqual(sizes(1, 2, 3), [[1, 2, 3]]);
  assert.deepEqual(sizes(callsAtOnce, callsAtOnce, 1, 2), [[callsAtOnce], [callsAtOnce], [1, 2]]);
  assert.deepEqual(sizes(999, 1, 1), [[999, 1], [1]]);
  assert.deepEqual(sizes(0, 0), [[0, 0]]);
});

test('keys are looked up together, and everybody gets the calls of their own', async () => {
  const asked: number[] = [];
  const known = ['a', 'b'].map((call_key) => ({ ...nobody, call_key, call_id: `id-${call_key}` }));
  const find: NotificationStores['find'] = async (refs) => {
    asked.push(refs.length);
    return known.filter(({ call_key }) => refs.some((ref) => ref.call_key === call_key));
  };
  const refs = (...keys: readonly string[]) => keys.map((call_key) => ({ tenant_id: 'acme', call_key }));
  const found = await findTogether([refs('a', 'x'), refs('b', 'a'), refs('x')], { find });
  assert.deepEqual(
    found.map((calls) => calls.map(({ call_key }) => call_key)),
    [['a'], ['b', 'a'], []],
  );
  assert.deepEqual(asked, [3]);
});

/** Stores with these rows, which note what is told. */
const stores = (rows: readonly CallView[]) => {
  const told: string[] = [];
  let announced: readonly Announcement[] = [];
  const ports: NotificationStores = {
    find: async () => [],
    rows: async (calls) => rows.filter(({ call_id }) => calls.some((call) => call.call_id === call_id)),
    announced: async () => announced,
    insert: async (announcements) => void (announced = announcements),
    publish: async () => undefined,
  };
  return {
    told,
    ports,
    note: ({ type, call_key }: { type: string; call_key: string }) => void told.push(`${type} ${call_key}`),
  };
};

suite('a look for several glances', () => {
  const [a, b] = [ended('a'), ended('b')];

  test('tells of each call what its own glance may tell', async () => {
    const { told, ports, note } = stores([a, b]);
    const early = { calls: [a], nowUs: at(10) };
    const late = { calls: [b], nowUs: Number.POSITIVE_INFINITY, versions: new Map([[b.call_id, b.version]]) };
    const [first, second] = await look([early, late], ports, note);
    assert.deepEqual(told, ['call.started a', 'call.started b', 'call.ended b']);
    assert.deepEqual([...(first?.awaiting.keys() ?? [])], [a.call_id]);
    assert.deepEqual([...(second?.awaiting.keys() ?? [])], []);
  });

  test('passes over what changed since, but for the glance that knows nothing of it', async () => {
    const { told, ports, note } = stores([a]);
    const outdated = { calls: [a], nowUs: Number.POSITIVE_INFINITY, versions: new Map([[a.call_id, a.version - 1]]) };
    await look([outdated], ports, note);
    assert.deepEqual(told, []);
    const [first, second] = await look([outdated, { calls: [a], nowUs: at(10) }], ports, note);
    assert.deepEqual(told, ['call.started a']);
    assert.equal(first?.awaiting.size, 0);
    assert.deepEqual([...(second?.awaiting.keys() ?? [])], [a.call_id]);
  });

  test('an event of a part is an event of the whole: who looks at the part waits for the whole', async () => {
    const part: CallView = { ...ended('p'), state: 'merged', merged_into: 'call_01m8bcq58cechagwb5a8ns1mwf' };
    const whole: CallView = { ...ended('w'), call_id: part.merged_into };
    const { told, ports, note } = stores([part, whole]);
    const grace = { calls: [whole], nowUs: Number.POSITIVE_INFINITY, versions: new Map([[whole.call_id, 0]]) };
    const [ofPart, ofWhole] = await look([{ calls: [part], nowUs: at(10) }, grace], ports, note);
    assert.deepEqual(told, ['call.started w']);
    assert.deepEqual([...(ofPart?.awaiting.keys() ?? [])], [whole.call_id]);
    assert.equal(ofWhole?.awaiting.size, 0);
  });
});
