import { setFlagsFromString } from 'node:v8';
import pino from 'pino';
import { lockFolder } from '../../../runtime/folder-lock.ts';
import { startBroker } from './broker.ts';
import { type Flags, HELP, parseFlags } from './flags.ts';

const STOP_WITHIN_MS = 4_500;

const parsed = parseFlags(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    process.stdout.write(HELP);
    break;
  case 'wrong':
    process.stderr.write(`${parsed.reason}\n\n${HELP}`);
    process.exitCode = 2;
    break;
  case 'run':
    await run(parsed.flags);
}

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
