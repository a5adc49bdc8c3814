import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { ConfigError, describeConfig, readConfig, Secret, setting } from './config.ts';
import { clickhouseSettings, kafkaSettings, processSettings, s3Settings } from './settings.ts';

const spec = {
  name: setting.string({ env: 'NAME', doc: 'a name' }),
  workers: setting.integer({ env: 'WORKERS', doc: 'how many', default: 2, min: 1, max: 8 }),
  address: setting.url({ env: 'ADDRESS', doc: 'where', optional: true }),
  verbose: setting.boolean({ env: 'VERBOSE', doc: 'talk', default: false }),
  brokers: setting.list({ env: 'BROKERS', doc: 'who', default: ['a:1'] }),
  mode: setting.choice({ env: 'MODE', doc: 'how', of: ['fast', 'safe'], default: 'safe' }),
  password: setting.secret({ env: 'PASSWORD', doc: 'hush', optional: true }),
};

test('values are typed, defaults fill what is unset, and an empty text counts as unset', () => {
  const config = readConfig(spec, { NAME: 'x', WORKERS: '', BROKERS: ' b:1 , c:2', VERBOSE: 'yes', MODE: 'fast' });
  const typed: { name: string; workers: number; address: string | undefined; mode: 'fast' | 'safe' } = config;
  assert.deepEqual(typed, {
    name: 'x',
    workers: 2,
    address: undefined,
    verbose: true,
    brokers: ['b:1', 'c:2'],
    mode: 'fast',
    password: undefined,
  });
});

test('all that is wrong is told at once, each with what is expected', () => {
  const wrong = { WORKERS: '9', ADDRESS: 'ftp://x', VERBOSE: 'perhaps', BROKERS: 'a,,b', MODE: 'slow' };
  assert.throws(
    () => readConfig(spec, wrong),
    (error) => {
      assert(error instanceof ConfigError);
      assert.deepEqual(error.message.split('\n'), [
        'NAME: is not set, expected a text',
        'WORKERS: is 9, expected an integer from 1 to 8',
        'ADDRESS: is no such address, expected an http:// or https:// address',
        'VERBOSE: is "perhaps", expected true or false',
        'BROKERS: has an empty entry, expected texts separated by commas',
        'MODE: is "slow", expected one of fast, safe',
      ]);
      return true;
    },
  );
});

test('a secret may stand in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'config-'));
  after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'password');
  await writeFile(file, 'hush hush\n');
  assert.equal(readConfig(spec, { NAME: 'x', PASSWORD_FILE: file }).password?.reveal(), 'hush hush');
  assert.throws(() => readConfig(spec, { NAME: 'x', PASSWORD_FILE: file, PASSWORD: 'y' }), {
    message: 'PASSWORD: is set and PASSWORD_FILE too: set one of them, expected a secret',
  });
  assert.throws(() => readConfig(spec, { NAME: 'x', PASSWORD_FILE: `${file}.none` }), { message: /cannot be read/ });
  assert.throws(() => readConfig(spec, { NAME_FILE: file }), { message: /NAME: is not set/ });
});

test('an integer is digits and nothing else', () => {
  for (const text of ['1.5', '1e3', '0x10', '12a', '9007199254740993', 'NaN']) {
    assert.throws(() => readConfig({ n: setting.integer({ env: 'N', doc: '' }) }, { N: text }), ConfigError, text);
  }
});

test('a url must not carry credentials, and loses the slash at its end', () => {
  const urls = { u: setting.url({ env: 'U', doc: '' }) };
  assert.equal(readConfig(urls, { U: 'https://host:1/' }).u, 'https://host:1');
  assert.throws(() => readConfig(urls, { U: 'https://me:pw@host' }), { message: /must not hold/ });
});

test('a secret is shown by nothing but reveal', () => {
  const config = readConfig(spec, { NAME: 'x', PASSWORD: 'hush-hush' });
  assert.equal(config.password?.reveal(), 'hush-hush');
  const shown = [
    inspect(config, { depth: 9, showHidden: true }),
    JSON.stringify(config),
    String(config.password),
    describeConfig(spec, config),
  ];
  for (const text of shown) {
    assert.doesNotMatch(text, /hush-hush/);
    assert.match(text, /\[set\]/);
  }
  assert.deepEqual(Object.keys(new Secret('x')), []);
});

test('the description has a line for each setting with its value', () => {
  const lines = describeConfig(spec, readConfig(spec, { NAME: 'x' })).split('\n');
  assert.equal(lines.length, Object.keys(spec).length);
  assert.match(lines[1] ?? '', /^WORKERS\s+2\s+how many$/);
  assert.match(lines[2] ?? '', /^ADDRESS\s+\[unset\]\s+where$/);
});

test('every shared setting has a default or is optional, and no name is used twice', () => {
  const shared = { ...kafkaSettings, ...clickhouseSettings, ...s3Settings, ...processSettings };
  readConfig(shared, {});
  const names = Object.values(shared).map(({ env }) => env);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^TRUNKLINE_[A-Z0-9_]+$/);
});
