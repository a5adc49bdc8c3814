import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CallFacts, decodeNotification, type Notification } from '../../schemas/notifications.ts';
import { at, eventTable } from '../testing/event-table.ts';
import { rowOf } from '../testing/given.ts';
import { createReplacingTable } from '../testing/replacing-table.ts';
import type { CallView } from './call-view.ts';
import { factsOf } from './call-facts.ts';
import { revisionOf } from './clickhouse-stores.ts';
import { look } from './look.ts';
import type { Announcement, NotificationStores } from './ports.ts';

const story = eventTable(`
  0  leg.created      a dir=in kind=user from=1001 to=1002
  1  leg.created      b dir=out kind=user to=1002
  5  leg.answered     b
  5  leg.bridged      a with=b
  60 leg.ended        b q850=16
  60 leg.ended        a q850=16
  62 recording.stored a
  63 leg.ended        b q850=16 sip=200 by=far`);

/** The call's row after each of its events. */
const rows = story.map((_, index): CallView => rowOf(story.slice(0, index + 1), at(0)));
const last = rows.at(-1) as CallView;

type Step = { readonly row: number; readonly waited: boolean; readonly crashAt: number };

/** What a subscriber holds who takes each id once and keeps what it is told. */
const subscriber = (notifications: readonly Notification[]) => {
  const seen = new Map<string, Notification>();
  for (const one of notifications) {
    const known = seen.get(one.notification_id);
    if (known === undefined) seen.set(one.notification_id, one);
    else assert.deepEqual(one, known, 'one id, two contents');
  }
  const distinct = [...seen.values()];
  let call: CallFacts | null = null;
  let version = 0;
  for (const one of distinct) if (one.version >= version) ({ call, version } = one);
  return { types: distinct.map(({ type }) => type), call };
};

class Crash extends Error {}

const world = () => {
  const table = createReplacingTable<Announcement>(({ call_id }) => call_id, revisionOf);
  const log: Notification[] = [];
  let row: CallView | null = null;
  let effects = 0;
  let crashAt = Number.POSITIVE_INFINITY;
  /** Before its nth effect the process dies. */
  const step = (): void => {
    if (effects++ === crashAt) throw new Crash();
  };
  const stores: NotificationStores = {
    find: async () => [],
    rows: async () => (row === null ? [] : [row]),
    announced: async () => table.final(),
    insert: async (announcements) => {
      step();
      table.insert(announcements);
    },
    publish: async (messages) => {
      step();
      for (const { value } of messages) log.push(decodeNotification(value));
    },
  };
  const lookOnce = async (shown: CallView, waited: boolean, dies: number): Promise<void> => {
    row = shown;
    effects = 0;
    crashAt = dies;
    const nowUs = waited ? Number.POSITIVE_INFINITY : at(64);
    await look([{ calls: [shown], nowUs }], stores).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  };
  return { log, lookOnce };
};

test('whenever it looks and wherever it dies: each is told once, and the last told is true', async () => {
  const step: fc.Arbitrary<Step> = fc.record({
    row: fc.nat(rows.length - 1),
    waited: fc.boolean(),
    crashAt: fc.constantFrom(0, 1, 2, 9, 9, 9),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { log, lookOnce } = world();
      // The row only ever becomes newer; what died looks again, since its batch was not committed.
      for (const { row, waited, crashAt } of steps.toSorted((a, b) => a.row - b.row)) {
        await lookOnce(rows[row] as CallView, waited, crashAt);
      }
      await lookOnce(last, true, Number.POSITIVE_INFINITY);
      const { types, call } = subscriber(log);
      assert.equal(types.filter((type) => type === 'call.started').length, 1);
      assert.equal(types.filter((type) => type === 'call.ended').length, 1);
      // Read from Avro, nested records have prototypes of their own.
      assert.equal(JSON.stringify(call), JSON.stringify(factsOf(last)));
      // The whole log again, from its beginning, with the row as it is and as it is built anew.
      const told = log.length;
      for (const row of [last, ...rows, last]) await lookOnce(row, true, Number.POSITIVE_INFINITY);
      assert.equal(log.length, told, 'a replay told something');
    }),
    { numRuns: 500 },
  );
});
