import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { answerSignal } from './answer-signal.ts';

const responseThatIs = (writableFinished: boolean): ServerResponse =>
  Object.assign(new EventEmitter(), { writableFinished }) as unknown as ServerResponse;

test('it is aborted when the connection closes before the answer, and not after it', async () => {
  for (const finished of [true, false]) {
    const raw = responseThatIs(finished);
    const signal = answerSignal({ raw });
    assert.equal(signal.aborted, false);
    raw.emit('close');
    await turn();
    assert.equal(signal.aborted, !finished);
  }
});
