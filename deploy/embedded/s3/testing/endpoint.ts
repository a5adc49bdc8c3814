import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { S3Client } from '@aws-sdk/client-s3';

/** Where an S3 endpoint is and how to sign for it. */
export type Endpoint = {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

const accessKeyId = 'AKTESTING';
const secretAccessKey = 'a-secret/for+tests';

/** A running embedded endpoint. */
export type EmbeddedS3 = Endpoint & {
  readonly child: ChildProcess;
  /** Everything it wrote to standard error. */
  readonly errors: () => string;
};

/** Runs main.ts; it ends with this process, whatever ends that. */
export function spawnMain(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const main = join(import.meta.dirname, '..', 'main.ts');
  const credentials = { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, S3_REGION: 'us-east-1' };
  return spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...credentials, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Starts the embedded endpoint on a free port and waits until it serves. */
export async function startEmbeddedS3(directory: string): Promise<EmbeddedS3> {
  const child = spawnMain(['--data', directory, '--port', '0', '--with-parent']);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the streams are pipes');
  let errors = '';
  stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const ready = await new Promise<string>((resolve, reject) => {
    createInterface(stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the endpoint ended with ${code}: ${errors}`)));
  });
  const url = `http://${ready.replace(/^ready /, '')}`;
  return { url, region: 'us-east-1', accessKeyId, secretAccessKey, child, errors: () => errors };
}

/** Sends a signal and waits for the end; returns the exit code, or the signal that ended it. */
export async function endWith(child: ChildProcess, signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
  return child.exitCode ?? child.signalCode ?? 'unknown';
}

/** A folder for one test. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'embedded-s3-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The SDK warns on the console of every refusal of a stream, and of every presigned PUT. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** A client as Trunkline makes its own, which does not retry. */
export function clientFor({ url, region, accessKeyId: key, secretAccessKey: secret }: Endpoint): S3Client {
  return new S3Client({
    endpoint: url,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: key, secretAccessKey: secret },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    logger: silent,
  });
}
