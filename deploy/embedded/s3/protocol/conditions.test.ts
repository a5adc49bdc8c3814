import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeRead, judgeWrite, toWriteCondition } from './conditions.ts';

const object = { etag: 'abc', modifiedMs: Date.parse('2026-05-01T10:00:00.700Z') };
const before = 'Fri, 01 May 2026 09:59:59 GMT';
const same = 'Fri, 01 May 2026 10:00:00 GMT';

function headersOf(headers: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => headers[name];
}

describe('a read', () => {
  for (const [headers, outcome] of [
    [{}, 'proceed'],
    [{ 'if-match': '"abc"' }, 'proceed'],
    [{ 'if-match': '"x", "abc"' }, 'proceed'],
    [{ 'if-match': '*' }, 'proceed'],
    [{ 'if-match': '"x"' }, 'failed'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'proceed'],
    [{ 'if-modified-since': same }, 'not-modified'],
    [{ 'if-modified-since': before }, 'proceed'],
    [{ 'if-modified-since': 'nonsense' }, 'proceed'],
    [{ 'if-unmodified-since': same }, 'proceed'],
    [{ 'if-unmodified-since': before }, 'failed'],
    // An entity tag is better than a date.
    [{ 'if-match': '"abc"', 'if-unmodified-since': before }, 'proceed'],
    [{ 'if-none-match': '"x"', 'if-modified-since': same }, 'proceed'],
  ] as const) {
    test(`${JSON.stringify(headers)}: ${outcome}`, () => {
      if (outcome === 'failed') {
        assert.throws(() => judgeRead(headersOf(headers), object), { code: 'PreconditionFailed' });
      } else {
        assert.equal(judgeRead(headersOf(headers), object), outcome);
      }
    });
  }

  test('of a copy source has headers of its own', () => {
    const headers = headersOf({ 'if-match': '"x"', 'x-amz-copy-source-if-match': '"abc"' });
    assert.equal(judgeRead(headers, object, 'x-amz-copy-source-'), 'proceed');
  });
});

describe('a write', () => {
  const judge = (headers: Readonly<Record<string, string>>, state: typeof object | undefined): void =>
    judgeWrite(toWriteCondition(headersOf(headers)), state);

  test('without condition goes on', () => {
    judge({}, object);
    judge({}, undefined);
  });

  test('If-None-Match: * is for what is absent', () => {
    judge({ 'if-none-match': '*' }, undefined);
    assert.throws(() => judge({ 'if-none-match': '*' }, object), { code: 'PreconditionFailed' });
    assert.throws(() => judge({ 'if-none-match': '"abc"' }, undefined), { code: 'NotImplemented' });
  });

  test('If-Match is for what is there and the same', () => {
    judge({ 'if-match': '"abc"' }, object);
    assert.throws(() => judge({ 'if-match': '"x"' }, object), { code: 'PreconditionFailed' });
    assert.throws(() => judge({ 'if-match': '"abc"' }, undefined), { code: 'NoSuchKey' });
  });

  test('both conditions are refused', () => {
    assert.throws(() => judge({ 'if-match': '*', 'if-none-match': '*' }, object), { code: 'InvalidRequest' });
  });
});
