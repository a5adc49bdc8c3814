import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../publishing.ts';
import { createDelivery, type Delivery } from './delivery.ts';

class Away extends Error {}

const message = (text: string, bytes = 1): Message => ({ topic: 't', key: text, value: Buffer.alloc(bytes) });

type Sink = { publish: (messages: readonly Message[]) => Promise<void>; safe: string[] };

/** A sink that fails as told, in turn, and then no more. */
const sinkFailing = (failures: readonly boolean[]): Sink => {
  const left = [...failures];
  const safe: string[] = [];
  return {
    safe,
    publish: async (messages) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (left.shift() === true) throw new Away();
      safe.push(...messages.map(({ key }) => key));
    },
  };
};

const open = (sink: Pick<Sink, 'publish'>) => {
  const marks: number[] = [];
  const fatal: unknown[] = [];
  const delivery: Delivery<number> = createDelivery<number>({
    publish: sink.publish,
    isPassing: (error) => error instanceof Away,
    onSafe: (mark) => marks.push(mark),
    onWaiting: () => undefined,
    onRetry: () => undefined,
    onFatal: (error) => fatal.push(error),
  });
  return { delivery, marks, fatal };
};

test('a mark is told only when all before it is safe, in order, once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 30 }), async (sizes) => {
      const sink = sinkFailing([]);
      const { delivery, marks } = open(sink);
      const expected: string[] = [];
      for (const [mark, size] of sizes.entries()) {
        const texts = Array.from({ length: size }, (_, index) => `${mark}.${index}`);
        expected.push(...texts);
        await delivery.send(
          texts.map((text) => message(text)),
          mark,
        );
      }
      await delivery.stop(1000);
      assert.deepEqual(sink.safe, expected);
      assert.equal(marks.at(-1), sizes.length === 0 ? undefined : sizes.length - 1);
      assert.deepEqual(
        marks,
        [...marks].sort((a, b) => a - b),
      );
    }),
  );
});

test('what could not be published is tried again, and nothing later goes before it', async () => {
  const sink = sinkFailing([true, true]);
  const { delivery, marks } = open(sink);
  await delivery.send([message('a')], 1);
  await delivery.send([message('b')], 2);
  assert.notEqual(delivery.waitsSinceMs(), null);
  await delivery.stop(60_000);
  assert.deepEqual(sink.safe, ['a', 'b']);
  assert.deepEqual(marks.at(-1), 2);
  assert.equal(delivery.waitsSinceMs(), null);
});

test('while nothing can be published reading waits, and memory is bounded', async () => {
  const { promise: opened, resolve: letThrough } = Promise.withResolvers<void>();
  const safe: number[] = [];
  const { delivery } = open({
    publish: async (messages) => {
      await opened;
      safe.push(messages.length);
    },
  });
  const mebibyte = 1024 * 1024;
  for (let sent = 0; sent < 3; sent++) await delivery.send([message('x', mebibyte)], sent);
  let hasRoom = false;
  const sendLast = async (): Promise<void> => {
    await delivery.send([message('x', mebibyte)], 3);
    hasRoom = true;
  };
  const sending = sendLast();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(hasRoom, false);
  letThrough();
  await sending;
  await delivery.stop(1000);
  assert.equal(
    safe.reduce((sum, count) => sum + count, 0),
    4,
  );
});

test('a stop that comes before things are safe leaves the mark where it was', async () => {
  const { delivery, marks, fatal } = open({
    publish: async () => {
      throw new Away();
    },
  });
  await delivery.send([message('a')], 1);
  await delivery.send([], 2);
  await delivery.stop(1);
  assert.deepEqual([marks, fatal], [[], []]);
  await assert.rejects(delivery.send([message('b')], 3), /stopped/);
});

test('what no repetition would help is told, and nothing after it is marked', async () => {
  const { delivery, marks, fatal } = open({
    publish: async () => {
      throw new Error('too large');
    },
  });
  await delivery.send([message('a')], 1);
  await delivery.stop(1000);
  await assert.rejects(delivery.send([], 2));
  assert.equal(fatal.length, 1);
  assert.deepEqual(marks, []);
});
