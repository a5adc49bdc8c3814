import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callCentre } from '../../demo/call-centre.ts';
import { differences, type StoredCall } from './stored-calls.ts';

const truths = [0, 1, 2].map((which) => callCentre('seed').callAt(which, 1_750_000_000_000_000).truth);
const stored: readonly StoredCall[] = truths.map(({ legs, ...truth }) => ({
  ...truth,
  state: 'ended',
  legs: legs.length,
}));
const [first, second, third] = stored as [StoredCall, StoredCall, StoredCall];

test('calls as their truth says are no difference, in whatever order', () => {
  assert.deepEqual(differences([third, first, second], truths), []);
});

test('what is wrong, missing, twice or nobody’s is named', () => {
  const wrong = { ...first, talk_ms: first.talk_ms + 1, state: 'active', legs: 9 };
  assert.deepEqual(differences([wrong, second], truths), [
    `${first.call_key}: talk_ms ${first.talk_ms + 1}, not ${first.talk_ms}`,
    `${first.call_key}: 9 legs, not ${truths[0]?.legs.length}`,
    `${first.call_key}: active, not ended`,
    `${third.call_key}: not stored`,
  ]);
  const others = differences([...stored, second, { ...third, call_key: 'x' }], truths);
  assert.deepEqual(
    others.map((sentence) => sentence.split(':')[0]),
    [second.call_key, 'x'],
  );
});
