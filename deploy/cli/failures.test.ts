import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** Runs the command line to its end. Port 9 of this machine (discard) is nobody's. */
const run = async (args: readonly string[], env: Record<string, string> = {}): Promise<[number | null, string]> => {
  const away = { TRUNKLINE_KAFKA_BROKERS: '127.0.0.1:9' };
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...away, ...env }, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      said += String(data);
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return [code, said];
};

test('without Kafka: one sentence with its address and the setting', { timeout: 60_000 }, async () => {
  assert.deepEqual(await run(['migrate']), [
    1,
    'trunkline: Kafka does not answer at 127.0.0.1:9: start it, or set TRUNKLINE_KAFKA_BROKERS to where it is\n',
  ]);
});

for (const service of [['ingest'], ['api'], ['processor', 'quarantine']]) {
  test(`wrong settings of ${service.join(' ')}: its lines, and exit code 2`, { timeout: 60_000 }, async () => {
    const [code, said] = await run(service, { TRUNKLINE_HTTP_PORT: 'abc' });
    assert.equal(code, 2, said);
    assert.match(said, /^[\w-]+: wrong settings:\n *TRUNKLINE_HTTP_PORT: is "?abc"?, expected an integer.*\n$/);
  });
}

test('the API answers /livez though it has never reached Kafka, and is not ready', { timeout: 60_000 }, async (t) => {
  const child = spawn(process.execPath, [main, 'api'], {
    env: { ...process.env, TRUNKLINE_KAFKA_BROKERS: '127.0.0.1:9', TRUNKLINE_HTTP_PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let log = '';
  let port: string | undefined;
  for await (const data of child.stderr) {
    log += String(data);
    port = /"port":(\d+),"msg":"listening"/.exec(log)?.[1];
    if (port !== undefined) break;
  }
  assert.ok(port, log);
  assert.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200);
  assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 503);
});

for (const [args, said] of [
  [['list', '--tenant', 'Acme!'], /--tenant "Acme!": give up to 63/],
  [['revoke', '--tenant', 'Acme!', 'key_1'], /--tenant "Acme!": give up to 63/],
  [['create', '--tenant', 'acme', '--name', 'x\u001b[31m'], /--name: give 1 to 100 characters, without blanks/],
  [['create', '--tenant', 'acme', '--name', 'x', '--switch', 'p'.repeat(129)], /--switch: give a name of 1 to 128/],
  [['create', '--tenant', 'acme', '--name', 'x', '--switch', 'pbx\u202e1'], /without control and invisible characters/],
  [
    ['create', '--tenant', 'acme', '--name', 'x', '--switch', 'pbx', '--scopes', 'calls:read'],
    /a switch cannot have calls:read/,
  ],
] as const) {
  test(`keys ${args.join(' ').slice(0, 60)}: refused before anything is asked`, { timeout: 60_000 }, async () => {
    const [code, text] = await run(['keys', ...args]);
    assert.equal(code, 2, text);
    assert.match(text, said);
  });
}

for (const args of [
  ['--data', '/nowhere', 'freeswitch', 'f.json'],
  ['freeswitch', '--data', '/nowhere', 'f.json'],
  ['freeswitch', 'f.json', '--data', '/nowhere'],
]) {
  test(`feed ${args.join(' ')}: the option is known where it stands`, { timeout: 60_000 }, async () => {
    const [code, text] = await run(['feed', ...args]);
    assert.equal(code, 1, text);
    assert.match(text, /\/nowhere/);
    assert.doesNotMatch(text, /unknown option/);
  });
}

for (const [args, said] of [
  [['audit', '--api', 'nonsense'], /argument 'nonsense' is invalid. Give an address such as/],
  [['call', 'show', 'x', '--api', 'ftp://x'], /Give an address such as/],
  [['feed', 'canonical', '--ingest', '', 'f.json'], /Give an address such as/],
  [['demo', '--ingest', 'http://user:secret@x'], /Give an address such as/],
  [['audit', '--api', 'http://127.0.0.1:9', '--key', 'sk_live_\u202e'], /the API key has blanks or characters/],
  [['audit', '--api', 'http://127.0.0.1:9', '--key', ''], /with --api give --key or set TRUNKLINE_API_KEY/],
] as const) {
  test(`${args.join(' ')}: refused before anything is asked`, { timeout: 60_000 }, async () => {
    const [code, text] = await run(args);
    assert.equal(code, 2, text);
    assert.match(text, said);
  });
}
