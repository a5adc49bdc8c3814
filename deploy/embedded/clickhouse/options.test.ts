import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../flags.ts';
import { parseOptions } from './options.ts';

const env = { CLICKHOUSE_USER: 'u', CLICKHOUSE_PASSWORD: 'p' };
const args = ['--data', 'd', '--port', '8123'];

test('flags and environment with their defaults', () => {
  const options = parseOptions([...args, '--with-parent'], { ...env, CLICKHOUSE_READS: '3' });
  assert.ok(options !== 'help');
  assert.equal(options.host, '127.0.0.1');
  assert.equal(options.port, 8123);
  assert.equal(options.withParent, true);
  assert.equal(options.reads, 3);
  assert.equal(options.limits.queryMemoryBytes, 2 ** 30);
});

test('help needs nothing else', () => {
  assert.equal(parseOptions(['--help'], {}), 'help');
});

test('mistakes are named', () => {
  const cases: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
    [['--port', '1'], env, /--data/],
    [['--data', 'd'], env, /--port/],
    [['--data', 'd', '--port', '70000'], env, /--port/],
    [[...args, '--nope'], env, /--nope/],
    [[...args, 'stray'], env, /stray/],
    [args, { CLICKHOUSE_USER: 'u' }, /CLICKHOUSE_PASSWORD/],
    [args, { ...env, CLICKHOUSE_QUEUE: '1.5' }, /CLICKHOUSE_QUEUE/],
  ];
  for (const [flags, environment, message] of cases) {
    assert.throws(
      () => parseOptions(flags, environment),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  }
});
