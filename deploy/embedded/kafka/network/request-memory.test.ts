import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestMemory } from './request-memory.ts';

const nothing = (): void => undefined;

test('below the limit all requests grow, whatever they announced', () => {
  const memory = new RequestMemory(100);
  const shares = [memory.open(nothing), memory.open(nothing), memory.open(nothing)];
  for (const share of shares) share.update(33);
  assert.deepEqual(
    shares.map((share) => share.mayGrow()),
    [true, true, true],
  );
});

test('at the limit all wait for what is complete to be served', () => {
  const memory = new RequestMemory(100);
  const [served, first] = [memory.open(nothing), memory.open(nothing)];
  served.update(100);
  served.complete();
  assert.equal(first.mayGrow(), false);
  served.release();
  assert.equal(first.mayGrow(), true);
});

test('at the limit with nothing complete, the oldest goes on until it is', () => {
  const memory = new RequestMemory(100);
  const [first, second] = [memory.open(nothing), memory.open(nothing)];
  first.update(50);
  second.update(50);
  assert.deepEqual([first.mayGrow(), second.mayGrow()], [true, false]);
  first.update(80);
  first.complete();
  assert.equal(second.mayGrow(), false);
  first.release();
  assert.equal(second.mayGrow(), true);
});

test('room that is made is announced to those that wait', () => {
  const memory = new RequestMemory(100);
  const heard: string[] = [];
  const served = memory.open(() => heard.push('served'));
  served.update(90);
  served.complete();
  const first = memory.open(() => heard.push('first'));
  const second = memory.open(() => heard.push('second'));
  second.update(20);
  assert.equal(second.mayGrow(), false);
  served.release();
  assert.deepEqual(heard, ['first', 'second']);
  assert.equal(second.mayGrow(), true);
  second.update(100);
  assert.equal(second.mayGrow(), false);
  first.release(); // given up
  assert.equal(second.mayGrow(), true);
});

test('releasing twice gives back once', () => {
  const memory = new RequestMemory(100);
  const [one, two, three] = [memory.open(nothing), memory.open(nothing), memory.open(nothing)];
  one.update(60);
  two.update(60);
  one.release();
  one.release();
  three.update(50);
  assert.equal(three.mayGrow(), false);
});
