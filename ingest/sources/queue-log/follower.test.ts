import assert from 'node:assert/strict';
import {
  appendFile,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createFollower, type Follower } from './follower.ts';
import type { FileMark } from './mark.ts';

type Step =
  | { do: 'write'; lines: number; torn: number }
  | { do: 'rename'; create: boolean }
  | { do: 'copytruncate' }
  | { do: 'compress' }
  | { do: 'poll' }
  | { do: 'wait' }
  | { do: 'kill'; forget: number };

/** A log, whoever writes it, whoever rotates it, and whoever follows it. */
const newLog = async (folder: string) => {
  const path = join(folder, 'queue_log');
  await writeFile(path, '');
  const written: string[] = [];
  const taken = new Set<string>();
  const marks: FileMark[] = [];
  const lost: FileMark[] = [];
  let count = 0;
  let torn = '';
  /** Where the writer writes: after a rename still to the old file, until it opens the log anew. */
  let target = path;
  let nowMs = 1_772_704_800_000;
  const touch = async (file: string): Promise<void> => utimes(file, nowMs / 1000, nowMs / 1000);
  await touch(path);

  const follow = (found: FileMark | null): Follower =>
    createFollower({
      path,
      found,
      take: async (lines, mark) => {
        for (const line of lines.toString().split('\n')) if (line !== '') taken.add(line);
        marks.push(mark);
      },
      onLost: async (mark) => void lost.push(mark),
      nowMs: () => nowMs,
    });
  let follower = follow(null);

  const rotated = async (): Promise<string[]> =>
    (await readdir(folder))
      .filter((name) => /^queue_log\.\d+(\.gz)?$/.test(name))
      .sort((a, b) => number(b) - number(a));
  const number = (name: string): number => Number(/\d+/.exec(name)?.[0]);
  /** As logrotate does: 1 becomes 2, and so on. */
  const shift = async (): Promise<void> => {
    for (const name of await rotated()) {
      const next = name.replace(/\d+/, (digits) => String(Number(digits) + 1));
      await rename(join(folder, name), join(folder, next));
      if (target === join(folder, name)) target = join(folder, next);
    }
  };

  const steps = {
    write: async ({ lines, torn: rest }: Extract<Step, { do: 'write' }>): Promise<void> => {
      const whole = Array.from(
        { length: lines },
        () => `1772704800|${count++}|queue|agent|ENTERQUEUE||${'x'.repeat(count % 50)}`,
      );
      written.push(...whole.map((line, at) => (at === 0 ? torn + line : line)));
      const next = lines > 0 ? '' : torn;
      torn = next + 't'.repeat(rest);
      await appendFile(target, whole.map((line) => `${line}\n`).join('') + 't'.repeat(rest));
      if (lines + rest > 0) await touch(target);
    },
    /** The writer ends its line and opens the log anew, as on `logger reload`. */
    reopen: async (): Promise<void> => {
      if (torn !== '') await steps.write({ do: 'write', lines: 1, torn: 0 });
      target = path;
      if (await stat(path).catch(() => null)) return;
      await writeFile(path, '');
      await touch(path);
    },
    rename: async ({ create }: Extract<Step, { do: 'rename' }>): Promise<void> => {
      if (target !== path) await steps.reopen();
      await shift();
      await rename(path, join(folder, 'queue_log.1'));
      target = join(folder, 'queue_log.1');
      if (!create) return;
      await writeFile(path, '');
      await touch(path);
    },
    copytruncate: async (): Promise<void> => {
      await steps.reopen();
      await shift();
      await copyFile(path, join(folder, 'queue_log.1'));
      await touch(join(folder, 'queue_log.1'));
      await truncate(path, 0);
      await touch(path);
    },
    compress: async (): Promise<void> => {
      for (const name of await rotated()) {
        const file = join(folder, name);
        if (name.endsWith('.gz') || file === target) continue;
        const { atime, mtime } = await stat(file);
        await writeFile(`${file}.gz`, gzipSync(await readFile(file)));
        await utimes(`${file}.gz`, atime, mtime);
        await unlink(file);
      }
    },
    poll: async (): Promise<void> => void (await follower.poll()),
    wait: async (): Promise<void> => {
      nowMs += 10_000;
    },
    kill: async ({ forget }: Extract<Step, { do: 'kill' }>): Promise<void> => {
      await follower.close();
      marks.splice(Math.max(1, marks.length - forget));
      follower = follow(marks.at(-1) ?? null);
    },
  };
  return { path, written, taken, lost, steps, close: async () => follower.close() };
};

const run = async (steps: readonly Step[]): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'queue-log-'));
  try {
    const log = await newLog(folder);
    await log.steps.poll();
    for (const step of steps) await log.steps[step.do](step as never);
    await log.steps.reopen();
    await log.steps.write({ do: 'write', lines: 1, torn: 0 });
    for (let polls = 0; polls < 4; polls++) await log.steps.poll();
    await log.close();
    const missing = log.written.filter((line) => !log.taken.has(line));
    assert.deepEqual([missing, log.lost], [[], []]);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('write' as const), lines: fc.nat({ max: 30 }), torn: fc.nat({ max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename' as const), create: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copytruncate' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('compress' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('poll' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), forget: fc.nat({ max: 3 }) }) },
);

/** The second copy is given the inode of the first, which was read, compressed and removed. */
const inodeGivenAgain: Step[] = [
  { do: 'copytruncate' },
  { do: 'write', lines: 0, torn: 1 },
  { do: 'poll' },
  { do: 'compress' },
  { do: 'copytruncate' },
];

test('every line is taken, whenever the log is rotated, compressed, or the follower killed', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), run);
  await fc.assert(property, { numRuns: 60, examples: [[inodeGivenAgain]] });
});

/** A folder with a log in it, followed from the beginning. */
const followed = async (t: TestContext, content: string | null) => {
  const folder = await mkdtemp(join(tmpdir(), 'queue-log-'));
  const path = join(folder, 'queue_log');
  if (content !== null) await writeFile(path, content);
  const taken: Buffer[] = [];
  const marks: FileMark[] = [];
  const lost: FileMark[] = [];
  const follow = (found: FileMark | null): Follower =>
    createFollower({
      path,
      found,
      take: async (lines, mark) => {
        taken.push(lines);
        marks.push(mark);
      },
      onLost: async (mark) => void lost.push(mark),
      nowMs: Date.now,
    });
  const followers: Follower[] = [];
  t.after(async () => {
    for (const follower of followers) await follower.close();
    await rm(folder, { recursive: true });
  });
  const start = (found: FileMark | null = null): Follower => {
    const follower = follow(found);
    followers.push(follower);
    return follower;
  };
  return { folder, path, start, marks, lost, taken: () => Buffer.concat(taken).toString('latin1') };
};

test('a file that appears later is read from its beginning', async (t) => {
  const log = await followed(t, null);
  const follower = log.start();
  assert.equal(await follower.poll(), false);
  await writeFile(log.path, '1772704800|1.1|q|a|ENTERQUEUE\n');
  assert.equal(await follower.poll(), true);
  assert.equal(log.taken(), '1772704800|1.1|q|a|ENTERQUEUE\n');
});

test('a line is taken when it is whole, and bytes that are no UTF-8 come as they are', async (t) => {
  const log = await followed(t, '1772704800|1.1|q|a');
  const follower = log.start();
  await follower.poll();
  assert.equal(log.taken(), '');
  await appendFile(log.path, Buffer.from('|ENTERQUEUE||\xff\xfe\n17727', 'latin1'));
  await follower.poll();
  assert.equal(log.taken(), '1772704800|1.1|q|a|ENTERQUEUE||\xff\xfe\n');
  assert.equal(log.marks.at(-1)?.lineAtUs, 1_772_704_800_000_000);
});

test('a huge backlog is taken in pieces, each behind the other', async (t) => {
  const line = '1772704800|1.1|queue|agent|ENTERQUEUE||+442079460123\n';
  const log = await followed(t, line.repeat(20_000));
  await log.start().poll();
  assert.equal(log.taken().length, line.length * 20_000);
  const sizes = log.marks.map(({ offset }, at) => offset - (log.marks[at - 1]?.offset ?? 0));
  assert.ok(sizes.length > 3 && sizes.every((size) => size <= 320 * 1024 && size % line.length === 0), String(sizes));
});

test('a line without end is taken in pieces, and does not fill the memory', async (t) => {
  const log = await followed(t, 'x'.repeat(3_000_000));
  await log.start().poll();
  assert.ok(log.taken().length > 2_900_000);
});

test('a file that is gone is told with the last time that was read, once', async (t) => {
  const log = await followed(t, `1772704800|1.1|q|a|ENTERQUEUE\n`);
  await log.start().poll();
  await unlink(log.path);
  const mark = log.marks.at(-1) ?? null;
  const restarted = log.start(mark);
  assert.equal(await restarted.poll(), false);
  assert.equal(await restarted.poll(), false);
  await writeFile(log.path, '1772704900|1.2|q|a|ENTERQUEUE\n');
  await restarted.poll();
  assert.deepEqual(log.lost, [mark]);
  assert.match(log.taken(), /1\.1.*1\.2/s);
});

test('files that were rotated away before the first start, and others beside them, are not read', async (t) => {
  const log = await followed(t, '1772704800|1.1|q|a|ENTERQUEUE\n');
  for (const name of ['queue_log.1', 'queue_log-20260304.gz', 'queue_log.bak']) {
    await writeFile(join(log.folder, name), 'not a line of ours\n');
    await utimes(join(log.folder, name), 1000, 1000);
  }
  await log.start().poll();
  assert.equal(log.taken(), '1772704800|1.1|q|a|ENTERQUEUE\n');
});
