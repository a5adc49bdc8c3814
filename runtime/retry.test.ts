import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jitteredDelayMs, pause, retry } from './retry.ts';

const quick = { baseDelayMs: 1, maxDelayMs: 2 };

test('gives the first success and tells of each failure before it', async () => {
  const told: unknown[] = [];
  const result = await retry(
    async (attempt) => {
      if (attempt < 3) throw new Error(`no ${attempt}`);
      return attempt;
    },
    { ...quick, isRetryable: () => true, onRetry: (error, attempt) => told.push(`${attempt}: ${String(error)}`) },
  );
  assert.equal(result, 3);
  assert.deepEqual(told, ['1: Error: no 1', '2: Error: no 2']);
});

test('throws the last error when tries are used up, the first when it is not retryable', async () => {
  let tries = 0;
  const failing = async (): Promise<never> => {
    tries += 1;
    throw new Error(`no ${tries}`);
  };
  await assert.rejects(retry(failing, { ...quick, attempts: 3, isRetryable: () => true }), { message: 'no 3' });
  await assert.rejects(retry(failing, { ...quick, isRetryable: () => false }), { message: 'no 4' });
  assert.equal(tries, 4);
});

test('a synchronous throw of the operation is a failure like any other', async () => {
  let tries = 0;
  const operation = (): Promise<number> => {
    tries += 1;
    if (tries === 1) throw new Error('at once');
    return Promise.resolve(tries);
  };
  assert.equal(await retry(operation, { ...quick, isRetryable: () => true }), 2);
});

test('aborting ends the wait with the reason, and nothing is tried after', async () => {
  const stop = new AbortController();
  const reason = new Error('stopping');
  let tries = 0;
  const running = retry(
    async () => {
      tries += 1;
      throw new Error('no');
    },
    {
      baseDelayMs: 60_000,
      maxDelayMs: 60_000,
      signal: stop.signal,
      isRetryable: () => true,
      onRetry: () => queueMicrotask(() => stop.abort(reason)),
    },
  );
  await assert.rejects(running, reason);
  assert.equal(tries, 1);
  await assert.rejects(
    retry(async () => tries++, { ...quick, signal: stop.signal, isRetryable: () => true }),
    reason,
  );
  assert.equal(tries, 1);
});

test('waits are random between nothing and the doubled base, never above the most', () => {
  for (let attempt = 1; attempt <= 2000; attempt += 1) {
    const delayMs = jitteredDelayMs(attempt, { baseDelayMs: 100, maxDelayMs: 1000 });
    assert(delayMs >= 0 && delayMs <= Math.min(1000, 100 * 2 ** (attempt - 1)));
  }
});

test('a pause under an aborted signal throws its reason', async () => {
  const reason = new Error('over');
  await assert.rejects(pause(60_000, AbortSignal.abort(reason)), reason);
});
