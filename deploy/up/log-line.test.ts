import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableLogLine } from './log-line.ts';

const cases: readonly (readonly [line: string, readable: string])[] = [
  ['{"level":30,"time":"2026-01-31T09:00:00.123Z","msg":"listening"}', '09:00:00.123 info listening'],
  ['{"level":50,"time":1769850000123,"msg":"disk is full"}', '09:00:00.123 error disk is full'],
  ['{"level":60,"msg":"ended","err":{"message":"no port"}}', 'fatal ended (no port)'],
  ['{"level":40,"time":"later","msg":"odd clock"}', 'later warn odd clock'],
  ['{"level":30,"time":null,"msg":"no clock"}', '00:00:00.000 info no clock'],
  ['{"not":"a log entry"}', '{"not":"a log entry"}'],
  ['{broken', '{broken'],
  ['ready 127.0.0.1:4002', 'ready 127.0.0.1:4002'],
];

for (const [line, readable] of cases) {
  test(`a log line for the terminal: ${line}`, () => {
    assert.equal(readableLogLine(line), readable);
  });
}
