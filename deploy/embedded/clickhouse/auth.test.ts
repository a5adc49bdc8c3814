import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticator } from './auth.ts';

const refusal = authenticator({ user: 'u', password: 'p:w' });
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

test('the right credentials pass by either way', () => {
  assert.equal(refusal(basic('u:p:w')), undefined);
  assert.equal(refusal({ 'x-clickhouse-user': 'u', 'x-clickhouse-key': 'p:w' }), undefined);
});

test('wrong ones fail with 516 and do not show the password', () => {
  for (const headers of [basic('u:wrong'), basic('v:p:w'), { 'x-clickhouse-user': 'u' }]) {
    const error = refusal(headers);
    assert.equal(error?.code, 516);
    assert.doesNotMatch(error?.message ?? '', /wrong|p:w/);
  }
});

test('none at all are asked for with 194', () => {
  for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: 'Basic !' }, basic('no-colon')]) {
    assert.equal(refusal(headers)?.code, 194);
  }
});
