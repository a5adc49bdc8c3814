import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TOPIC_CONFIG, describeTopicConfig, parseTopicConfig } from './topic-config.ts';

const parse = (entries: Record<string, string | null>): ReturnType<typeof parseTopicConfig> =>
  parseTopicConfig(Object.entries(entries).map(([name, value]) => ({ name, value })));

test('entries replace the defaults', () => {
  assert.deepEqual(parse({}), { config: DEFAULT_TOPIC_CONFIG });
  assert.deepEqual(parse({ 'retention.ms': '-1', 'retention.bytes': '5000', 'cleanup.policy': 'delete' }), {
    config: { ...DEFAULT_TOPIC_CONFIG, retentionMs: -1, retentionBytes: 5_000 },
  });
});

test('the largest number of the protocol means for ever', () => {
  const parsed = parse({ 'retention.ms': '9223372036854775807' });
  assert.ok('config' in parsed && parsed.config.retentionMs === Number.MAX_SAFE_INTEGER);
});

const REFUSED: [string, string | null, RegExp][] = [
  ['cleanup.policy', 'compact', /cleanup\.policy can only be "delete"/],
  ['cleanup.policy', 'compact,delete', /cleanup\.policy/],
  ['min.insync.replicas', '2', /can only be "1"/],
  ['retention.ms', 'soon', /whole number/],
  ['retention.ms', '-2', /must be from -1/],
  ['retention.ms', '', /whole number/],
  ['segment.bytes', '3000000000', /must be from/],
  ['max.message.bytes', '0', /must be from/],
  ['retention.ms', null, /no value/],
  ['flush.messages', '1', /not supported/],
  ['toString', '1', /not supported/],
];

for (const [name, value, problem] of REFUSED) {
  test(`${name}=${value} is refused with a reason`, () => {
    const parsed = parse({ [name]: value });
    assert.ok('problem' in parsed);
    assert.match(parsed.problem, problem);
  });
}

test('a description tells what differs from the defaults, and can be read back', () => {
  const parsed = parse({ 'retention.ms': '1000' });
  assert.ok('config' in parsed);
  const described = describeTopicConfig(parsed.config);
  assert.deepEqual(
    described.filter(({ isDefault }) => !isDefault).map(({ name }) => name),
    ['retention.ms'],
  );
  assert.deepEqual(parseTopicConfig(described), parsed);
});
