import { setFlagsFromString } from 'node:v8';
import pino from 'pino';
import { lockFolder } from '../../../runtime/folder-lock.ts';
import { type Flags, flagsHelp, parseFlags, readOrExit } from '../flags.ts';
import { startBroker } from './broker.ts';

const help = `Usage: node deploy/embedded/kafka/main.ts --data DIR --port N [--host 127.0.0.1] [--with-parent]

Serves Kafka's protocol from a folder, without authentication. Prints "ready HOST:PORT" when it does; logs go to standard
error. SIGTERM and SIGINT stop it.

${flagsHelp}
`;

const STOP_WITHIN_MS = 4_500;

await run(readOrExit(help, () => parseFlags(process.argv.slice(2))));

async function run({ data, host, port, withParent }: Flags): Promise<void> {
  // Buffers come and go fast; V8 would let its heap grow rather than collect them. Costs no throughput worth the memory.
  setFlagsFromString('--optimize-for-size');
  const log = pino({ name: 'embedded-kafka' }, pino.destination({ fd: 2, sync: true }));
  const stopRequested = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
    if (withParent) {
      // A pipe closes, a file ends: whichever comes.
      for (const end of ['end', 'close', 'error']) process.stdin.once(end, () => resolve('end of standard input'));
      process.stdin.resume();
    }
  });
  try {
    const unlock = await lockFolder(data);
    const broker = await startBroker({ folder: data, host, port, log });
    process.stdout.write(`ready ${host}:${broker.port}\n`);
    log.info({ reason: await stopRequested }, 'stopping');
    // What a stop that hangs leaves undone, the next start repairs as after a crash.
    setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    await broker.stop();
    await unlock();
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'the broker cannot run');
    process.exit(1);
  }
}
