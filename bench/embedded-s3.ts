import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { tinyYoungSpace } from '../deploy/up/plan.ts';
import { cpuSeconds, residentMiB } from './support/process-cost.ts';
import { type Measurement, perSecond, progress } from './support/report.ts';
import { startWarmEngine } from './support/warm-engine.ts';

const mebibyte = 1024 ** 2;
const smallBytes = 100 * 1024;
const smallObjects = 4000;
const atOnce = 16;
const largeBytes = 5 * 1024 * mebibyte;
const partBytes = 64 * mebibyte;
const partsAtOnce = 4;
const Bucket = 'bench';

/** Calls it for every number, some at once; gives the elapsed ms. */
const forEach = async (
  count: number,
  concurrency: number,
  one: (number: number) => Promise<unknown>,
): Promise<number> => {
  const startedAt = performance.now();
  let next = 0;
  const goOn = async (): Promise<void> => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, goOn));
  return performance.now() - startedAt;
};

const block = Buffer.alloc(mebibyte, 'recording');

/** A body that is made while it is sent. */
const streamOf = (bytes: number): Readable =>
  Readable.from(
    (function* () {
      for (let sent = 0; sent < bytes; sent += mebibyte) yield block;
    })(),
  );

const uploadInParts = async (s3: S3Client): Promise<void> => {
  const Key = 'parts';
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  await forEach(largeBytes / partBytes, partsAtOnce, async (number) => {
    const part = { PartNumber: number + 1, Body: streamOf(partBytes), ContentLength: partBytes };
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, ...part }));
    Parts[number] = { PartNumber: number + 1, ETag };
  });
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
};

const download = async (s3: S3Client, Key: string): Promise<void> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  let bytes = 0;
  for await (const chunk of Body as Readable) bytes += (chunk as Buffer).length;
  if (bytes !== largeBytes) throw new Error(`${Key} has ${bytes} bytes`);
};

const throughput = (elapsedMs: number): string => `${Math.round((largeBytes * 1000) / elapsedMs / mebibyte)} MiB/s`;

const row = (what: string, figure: string, how: string, bar = 'none'): Measurement => ({ what, figure, bar, how });

const measureLarge = async (s3: S3Client): Promise<Measurement[]> => {
  progress('embedded-s3: 5 GiB at once, in parts, and back ...');
  const whole = { Bucket, Key: 'whole', Body: streamOf(largeBytes), ContentLength: largeBytes };
  const wholeMs = await forEach(1, 1, async () => s3.send(new PutObjectCommand(whole)));
  const partsMs = await forEach(1, 1, async () => uploadInParts(s3));
  const backMs = await forEach(1, 1, async () => download(s3, 'parts'));
  return [
    row('embedded S3: one object of 5 GiB stored', throughput(wholeMs), 'one PUT, synced'),
    row('– in parts of 64 MiB', throughput(partsMs), `${partsAtOnce} at once, each synced`),
    row('– and read', throughput(backMs), 'one GET'),
  ];
};

const measureSmall = async (s3: S3Client, pid: number): Promise<Measurement[]> => {
  const Body = block.subarray(0, smallBytes);
  const key = (number: number): string => `calls/${number}.wav`;
  const put = async (number: number) => s3.send(new PutObjectCommand({ Bucket, Key: key(number), Body }));
  const get = async (number: number) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key: key(number) }))).Body?.transformToByteArray();
  const measured = async (what: string, one: (number: number) => Promise<unknown>): Promise<Measurement> => {
    const before = cpuSeconds(pid);
    const elapsedMs = await forEach(smallObjects, atOnce, one);
    const micros = Math.round(((cpuSeconds(pid) - before) * 1e6) / smallObjects);
    return row(
      what,
      perSecond(smallObjects, elapsedMs),
      `${atOnce} at once by the AWS SDK; CPU an object: ${micros} µs`,
    );
  };
  return [await measured('– objects of 100 KiB stored, synced', put), await measured('– and read', get)];
};

/** The embedded S3 alone, driven by the AWS SDK on the same machine. */
export const measureEmbeddedS3 = async (): Promise<Measurement[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-bench-s3-'));
  const [accessKeyId, secretAccessKey] = ['bench', 'only-for-measuring'];
  const env = {
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    NODE_OPTIONS: tinyYoungSpace,
    NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
  };
  const options = { dataDir: join(folder, 'data'), env };
  const server = await startWarmEngine('s3', options);
  const s3 = new S3Client({
    endpoint: `http://${server.host}:${server.port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  let mostMiB = 0;
  const watch = setInterval(() => (mostMiB = Math.max(mostMiB, residentMiB(server.pid))), 50);
  const memory = (what: string, how: string, bar?: string) => row(what, `${mostMiB} MiB`, how, bar);
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    const large = await measureLarge(s3);
    const ofLarge = memory('– resident memory', 'the most over the three of 5 GiB', '128 MiB');
    const small = await measureSmall(s3, server.pid);
    return [...large, ofLarge, ...small, memory('– resident memory', `the most, ${smallObjects} small ones included`)];
  } finally {
    clearInterval(watch);
    s3.destroy();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
