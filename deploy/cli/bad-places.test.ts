import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'trunkline-places-'));
after(() => rmSync(root, { recursive: true }));

const file = join(root, 'file');
writeFileSync(file, '');

/** A data folder with such a file in it. */
const folderWith = (name: string, content: string): string => {
  const folder = mkdtempSync(join(root, 'data-'));
  writeFileSync(join(folder, name), content);
  return folder;
};

/** Exit code and standard error of a run whose standard output is nobody's. */
const run = async (args: readonly string[], stdout: 'ignore' | number = 'ignore'): Promise<[number, string]> => {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', stdout, 'pipe'] });
  const [said, [code]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'close')]);
  return [code as number, said];
};

const folderInTheWay = join(root, 'data-with-folder');
mkdirSync(join(folderInTheWay, 'run.json'), { recursive: true });

const refusals: readonly [args: readonly string[], code: number, said: RegExp][] = [
  [
    ['up', '--data', file],
    2,
    /^trunkline: --data \S+file cannot be used as a folder: there is a file; take another\n$/,
  ],
  [
    ['up', '--data', join(file, 'x')],
    2,
    /^trunkline: --data \S+ cannot be used as a folder: there is a file; [^\n]+\n$/,
  ],
  [['up', '--data', ''], 2, /Give a folder/],
  [
    ['up', '--data', folderWith('credentials.json', '{"api_key"')],
    1,
    /^[^\n]+credentials.json cannot be used: [^\n]+\n$/,
  ],
  [
    ['up', '--data', folderWith('credentials.json', '{}')],
    1,
    /it lacks clickhouse_password, .*; restore it, or move it/,
  ],
  [['audit', '--data', folderWith('run.json', '{')], 1, /^trunkline: \S+run.json cannot be used: [^\n]+\n$/],
  [
    ['keys', 'list', '--tenant', 'demo', '--data', folderWith('run.json', '{}')],
    1,
    /run.json cannot be used: it lacks api,/,
  ],
  [['api', '--data', folderWith('run.json', 'null')], 1, /run.json cannot be used: it is no JSON object; [^\n]+\n$/],
  [['migrate', '--data', file], 1, /^trunkline: \S+run.json cannot be used: ENOTDIR[^\n]+\n$/],
  [['call', 'show', 'x', '--data', folderInTheWay], 1, /^trunkline: \S+run.json cannot be used: EISDIR[^\n]+\n$/],
  [['reassemble', '--from', '2026-01-01', '--to', '2026-02-01'], 2, /nobody can be asked here: give --yes/],
];
const onLinux: typeof refusals = [
  [['up', '--data', '/proc/x'], 2, /^trunkline: --data \/proc\/x cannot be used as a folder: ENOENT[^\n]+\n$/],
  [['up', '--data', '/proc/1'], 2, /^trunkline: --data \/proc\/1 cannot be used as a folder: [^\n]+\n$/],
];

for (const [args, code, said] of process.platform === 'linux' ? [...refusals, ...onLinux] : refusals) {
  test(`${args.join(' ').replaceAll(root, '')}: refused in a line`, { timeout: 60_000 }, async () => {
    const [ended, message] = await run(args);
    assert.equal(ended, code, message);
    assert.match(message, said);
    assert.doesNotMatch(message, /\n +at /, 'a stack');
  });
}

test('a reader that has seen enough ends a command without a word', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [main, 'config'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.deepEqual([code, said], [141, '']);
});

const fullDisk = { skip: process.platform !== 'linux', timeout: 60_000 };
for (const args of [['config'], ['--help']]) {
  test(`${args.join(' ')} onto a full disk: told in a line`, fullDisk, async (t) => {
    const full = openSync('/dev/full', 'w');
    t.after(() => closeSync(full));
    assert.deepEqual(await run(args, full), [
      1,
      'trunkline: standard output cannot be written: ENOSPC: no space left on device, write\n',
    ]);
  });
}
