import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encodeEvent } from '../../schemas/event-codec.ts';
import { at, eventTable } from '../testing/event-table.ts';
import { given } from '../testing/given.ts';
import { batchOf } from '../testing/record-batch.ts';
import type { CallView } from './call-view.ts';
import type { Glance } from './look.ts';
import { notifyBatch, type NotifyPorts } from './notify-batch.ts';
import { createPassage } from './passage.ts';

const never = new AbortController().signal;
const ended: CallView = given('0 leg.created a dir=in\n9 leg.ended a q850=16').row();
const batch = batchOf('call-events', [
  ...eventTable('0 leg.created a dir=in\n9 leg.ended a q850=16').map(encodeEvent),
  Buffer.from('no event'),
  null,
]);

/** Ports that note what is asked of them; the call awaits its grace at the first look. */
const recorded = (awaits: boolean) => {
  const asked: string[] = [];
  const glances: Glance[] = [];
  const ports: NotifyPorts = {
    find: async (refs) => {
      asked.push(`find ${refs.map(({ call_key }) => call_key).join()}`);
      return [ended];
    },
    look: async (glance) => {
      asked.push('look');
      glances.push(glance);
      return { awaiting: awaits && glances.length === 1 ? new Map([[ended.call_id, ended]]) : new Map() };
    },
    passed: async (partition, offset) => void asked.push(`passed ${partition}/${offset}`),
    nowUs: () => at(10),
    wait: async (ms) => void asked.push(`wait ${ms}`),
  };
  return { asked, glances, ports };
};

suite('a batch', () => {
  test('waits for the calls processor, then looks once at each call', async () => {
    const { asked, ports } = recorded(false);
    await notifyBatch(batch, ports, never);
    assert.deepEqual(asked, ['passed 0/4', 'find a', 'look']);
  });

  test('looks again at what ended, after the grace and if nothing changed since', async () => {
    const { asked, glances, ports } = recorded(true);
    await notifyBatch(batch, ports, never);
    assert.deepEqual(asked, ['passed 0/4', 'find a', 'look', 'wait 5000', 'look']);
    assert.deepEqual(
      glances.map(({ nowUs, versions }) => [nowUs, versions?.get(ended.call_id)]),
      [
        [at(10), undefined],
        [Number.POSITIVE_INFINITY, ended.version],
      ],
    );
  });

  test('is not done, and comes again, where the partition is taken away meanwhile', async () => {
    const { ports } = recorded(false);
    const taken = AbortSignal.abort(new Error('taken'));
    await assert.rejects(notifyBatch(batch, ports, taken), /taken/);
  });

  test('of nothing asks for nothing', async () => {
    const { asked, ports } = recorded(false);
    await notifyBatch(batchOf('call-events', [null, Buffer.from('no event')]), ports, never);
    assert.deepEqual(asked, []);
  });
});

test('a batch passes when the other group has committed all of it, and not before', async () => {
  const commits = [new Map(), new Map([[1, 9n]]), new Map([[1, 10n]])];
  let looks = 0;
  const passed = createPassage({ committed: async () => commits[looks++] ?? new Map() });
  await passed(1, 10n, never);
  assert.equal(looks, 3);
});
