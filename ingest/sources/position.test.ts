import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meet, type Position } from './position.ts';

const at = (seq: number, bootId = 'boot-1'): Position => ({ bootId, seq, atUs: seq * 10 });

test('the first event of all is a boot that was not known, and no gap', () => {
  assert.deepEqual(meet(null, at(7), true), { position: at(7), hasBooted: true, gap: null });
});

test('numbers left out while the connection stands mean nothing', () => {
  assert.deepEqual(meet(at(7), at(20), false), { position: at(20), hasBooted: false, gap: null });
});

test('numbers left out between two connections are a gap', () => {
  const gap = { fromSeq: 8, toSeq: 19, reason: 'disconnected', fromAtUs: 70, toAtUs: 200 };
  assert.deepEqual(meet(at(7), at(20), true), { position: at(20), hasBooted: false, gap });
});

test('where the numbers go on nothing was missed', () => {
  assert.deepEqual(meet(at(7), at(8), true), { position: at(8), hasBooted: false, gap: null });
});

test('an event that comes late does not move the position back', () => {
  assert.deepEqual(meet(at(7), at(6), false), { position: at(7), hasBooted: false, gap: null });
  assert.deepEqual(meet(at(7), at(7), true), { position: at(7), hasBooted: false, gap: null });
});

test('another boot begins its numbers anew, and what was said before the first is a gap', () => {
  const gap = { fromSeq: 1, toSeq: 4, reason: 'switch_restarted', fromAtUs: 70, toAtUs: 50 };
  assert.deepEqual(meet(at(7), at(5, 'boot-2'), true), { position: at(5, 'boot-2'), hasBooted: true, gap });
  assert.equal(meet(at(7), at(1, 'boot-2'), true).gap, null);
});

test('where numbers are unknown, whatever was said between two connections is a gap', () => {
  const unnumbered = (atUs: number, bootId = 'boot-1'): Position => ({ bootId, seq: null, atUs });
  const gap = { fromSeq: 0, toSeq: 0, reason: 'disconnected', fromAtUs: 70, toAtUs: 200 };
  assert.deepEqual(meet(unnumbered(70), unnumbered(200), true), { position: unnumbered(200), hasBooted: false, gap });
  assert.deepEqual(meet(at(7), unnumbered(200), true), { position: unnumbered(200), hasBooted: false, gap });
  assert.equal(meet(unnumbered(70), unnumbered(200), false).gap, null);
  const restarted = { ...gap, reason: 'switch_restarted' };
  assert.deepEqual(meet(unnumbered(70), unnumbered(200, 'boot-2'), true).gap, restarted);
});
