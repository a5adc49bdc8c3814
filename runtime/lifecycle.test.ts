import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { createOwned } from './lifecycle.ts';
import { createLogger } from './logger.ts';

const logger = createLogger('test', 'silent');

test('what is owned is stopped in the reverse order of its start, one after the other', async () => {
  const order: string[] = [];
  const owned = createOwned(logger);
  for (const name of ['a', 'b', 'c']) {
    owned.add(name, async () => {
      order.push(`stopping ${name}`);
      await Promise.resolve();
      order.push(`stopped ${name}`);
    });
  }
  assert.equal(await owned.stopAll(1000), true);
  assert.deepEqual(order, ['stopping c', 'stopped c', 'stopping b', 'stopped b', 'stopping a', 'stopped a']);
});

test('a stop that fails does not keep the others from theirs, but is told', async () => {
  const order: string[] = [];
  const owned = createOwned(logger);
  owned.add('a', () => {
    order.push('a');
  });
  owned.add('b', () => {
    throw new Error('no');
  });
  assert.equal(await owned.stopAll(1000), false);
  assert.deepEqual(order, ['a']);
});

test('stops that take too long are left', async () => {
  const owned = createOwned(logger);
  owned.add('hangs', async () => new Promise<void>(() => undefined));
  assert.equal(await owned.stopAll(1), false);
});

test('what is started while stopping is stopped too', async () => {
  const owned = createOwned(logger);
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  await owned.stopAll(1000);
  owned.add('late', resolve);
  await stopped;
});

type Outcome = { readonly code: number | null; readonly out: string; readonly log: string };

/** Runs a service whose start is the given code, sends what `act` does once it printed `up`, and waits for its end. */
async function runChild(
  start: string,
  act: (child: ReturnType<typeof spawn>) => void,
  stopTimeoutMs = 300,
): Promise<Outcome> {
  const lifecycle = new URL('lifecycle.ts', import.meta.url).href;
  const config = new URL('config.ts', import.meta.url).href;
  const code = `
    import { runService, stopWithParent } from '${lifecycle}';
    import { ConfigError } from '${config}';
    const hold = setInterval(() => {}, 1000);
    await runService('child', async (own) => { ${start} }, { stopTimeoutMs: ${stopTimeoutMs} });
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], { stdio: 'pipe' });
  let out = '';
  let log = '';
  child.stderr.on('data', (data: Buffer) => {
    log += String(data);
  });
  child.stdout.on('data', (data: Buffer) => {
    out += String(data);
    if (String(data).includes('up')) act(child);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { code: exitCode, out, log };
}

suite('a service', { timeout: 20_000, concurrency: 4 }, () => {
  test('stops cleanly on SIGTERM and SIGINT with code 0', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { code, out } = await runChild(
        `own.stop('a', () => console.log('a stopped')); own.stop('b', () => console.log('b stopped', own.signal.aborted));`,
        (child) => child.kill(signal),
      );
      assert.deepEqual([code, out], [0, 'up\nb stopped true\na stopped\n']);
    }
  });

  test('exits with 1 when a stop hangs or fails', async () => {
    const hanging = await runChild(`own.stop('x', () => new Promise(() => {}));`, (child) => child.kill());
    assert.equal(hanging.code, 1);
    assert.match(hanging.log, /stopping took too long/);
    const failing = await runChild(`own.stop('x', () => { throw new Error('no'); });`, (child) => child.kill());
    assert.equal(failing.code, 1);
  });

  test('exits at once on a second signal', async () => {
    const again = `setInterval(() => process.kill(process.pid, 'SIGTERM'), 250);`;
    const { code, log } = await runChild(
      `own.stop('x', () => new Promise(() => { ${again} }));`,
      (child) => child.kill(),
      10_000,
    );
    assert.equal(code, 1);
    assert.doesNotMatch(log, /too long/);
  });

  test('takes a signal that several pass on for one', async () => {
    const { code, out } = await runChild(
      `own.stop('x', async () => { process.kill(process.pid, 'SIGINT'); await new Promise(setImmediate); console.log('stopped'); });`,
      (child) => child.kill(),
    );
    assert.deepEqual([code, out], [0, 'up\nstopped\n']);
  });

  test('whose settings are wrong stops what it started, says so in plain lines and exits with 2', async () => {
    const { code, out, log } = await runChild(
      `own.stop('a', () => console.log('a stopped')); throw new ConfigError(['PORT: is not set, expected a number']);`,
      () => undefined,
    );
    assert.equal(code, 2);
    assert.match(out, /a stopped/);
    assert.match(log, /wrong settings:\n *PORT: is not set, expected a number\n/);
  });

  test('exits with 1 on what nobody handled, after stopping', async () => {
    for (const failure of [
      `setTimeout(() => { throw new Error('uncaught thing'); }, 1);`,
      `setTimeout(() => { Promise.reject(new Error('uncaught thing')); }, 1);`,
      `setTimeout(() => own.fail(new Error('uncaught thing')), 1);`,
    ]) {
      const { code, out, log } = await runChild(
        `own.stop('a', () => console.log('a stopped')); ${failure}`,
        () => undefined,
      );
      assert.equal(code, 1);
      assert.match(out, /a stopped/);
      assert.match(log, /uncaught thing/);
    }
  });

  test('stops when the one who started it is gone', async () => {
    const { code, out } = await runChild(`stopWithParent(); own.stop('a', () => console.log('a stopped'));`, (child) =>
      child.stdin?.end(),
    );
    assert.deepEqual([code, out], [0, 'up\na stopped\n']);
  });
});
