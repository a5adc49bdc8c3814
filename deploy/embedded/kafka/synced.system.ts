/** What the kernel was asked for, and in which order: a batch is acknowledged only after its fdatasync has ended well. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { until } from '../../../runtime/testing/until.ts';
import { startBrokerProcess } from './testing/broker-process.ts';

const skip = spawnSync('strace', ['-V']).status === 0 ? false : 'strace is not installed';
const sends = 50;

type Call = { readonly name: string; readonly file: string; readonly isEnd: boolean };

/** The calls of a trace by `strace -f -y`, those that others interrupt as a beginning and an end. */
const callsOf = (trace: string): Call[] => {
  const begun = new Map<string, Call>();
  return trace.split('\n').flatMap((line): Call[] => {
    const resumed = /^(\d+) +<\.\.\. (\w+) resumed>.* = (-?\d+)/.exec(line);
    if (resumed !== null) {
      const call = begun.get(String(resumed[1]));
      return call === undefined || Number(resumed[3]) < 0 ? [] : [{ ...call, isEnd: true }];
    }
    const [, thread = '', name = '', file = '', rest = ''] = /^(\d+) +(\w+)\(\d+<([^>]*)>(.*)$/.exec(line) ?? [];
    if (name === '') return [];
    const call = { name, file, isEnd: false };
    if (rest.endsWith('<unfinished ...>')) begun.set(thread, call);
    else return / = -\d+/.test(rest) ? [] : [call, { ...call, isEnd: true }];
    return [call];
  });
};

test('nothing is acknowledged before it is synced', { skip, timeout: 60_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-kafka-synced-'));
  t.after(async () => rm(folder, { recursive: true }));
  const broker = await startBrokerProcess(join(folder, 'data'));
  t.after(async () => broker.end('SIGKILL'));
  const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic: 'synced', numPartitions: 1 }] });
  await producer.send({ topic: 'synced', acks: -1, messages: [{ value: 'before' }] });
  await admin.disconnect();

  const output = join(folder, 'trace');
  const calls = 'trace=write,writev,pwrite64,pwritev,pwritev2,fdatasync,fsync,sendmsg,sendto';
  const strace = spawn('strace', ['-f', '-y', '-s', '0', '-e', calls, '-o', output, '-p', String(broker.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  strace.stderr.on('data', (data: Buffer) => (said += String(data)));
  await until(() => said.includes('attached') || strace.exitCode !== null);
  assert.equal(strace.exitCode, null, said);
  for (let number = 0; number < sends; number++)
    await producer.send({ topic: 'synced', acks: -1, messages: [{ value: String(number) }] });
  strace.kill('SIGINT');
  await once(strace, 'exit');
  await producer.disconnect();

  let [unsynced, synced, acknowledged] = [false, 0, 0];
  for (const { name, file, isEnd } of callsOf(await readFile(output, 'utf8'))) {
    const isLog = file.endsWith('.log');
    if (isLog && name.includes('write')) unsynced = true;
    else if (isLog && name.includes('sync') && isEnd) {
      unsynced = false;
      synced += 1;
    } else if (/^(TCP|socket):/.test(file) && !isEnd) {
      assert.equal(unsynced, false, `answer ${acknowledged} was sent with something unsynced`);
      acknowledged += 1;
    }
  }
  assert.ok(synced >= sends && acknowledged >= sends, `${synced} syncs, ${acknowledged} answers`);
});
