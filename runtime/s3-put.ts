import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ChecksumMismatch, errorCode, httpStatus } from './s3-errors.ts';

export type PutObject = {
  readonly key: string;
  readonly body: Readable;
  readonly contentLength: number;
  /** Declared to the store, which refuses other bytes. */
  readonly sha256Hex: string;
  readonly contentType: string;
  /** An object that is there already is never replaced. */
  readonly ifNoneMatch: true;
};

export async function putObject(client: S3Client, bucket: string, object: PutObject): Promise<'stored' | 'exists'> {
  const failed = new AbortController();
  const counted = countBytes(object);
  // The SDK would wait for ever for a body that fails or ends early.
  const feeding = pipeline(object.body, counted).catch((error: unknown) => failed.abort(error));
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: object.key,
    Body: counted,
    ContentLength: object.contentLength,
    ContentType: object.contentType,
    ChecksumSHA256: Buffer.from(object.sha256Hex, 'hex').toString('base64'),
    IfNoneMatch: '*',
  });
  try {
    await client.send(command, { abortSignal: failed.signal });
    return 'stored';
  } catch (error) {
    if (failed.signal.aborted) throw failed.signal.reason;
    if (httpStatus(error) === 412) return 'exists';
    if (errorCode(error) === 'BadDigest') throw new ChecksumMismatch(object.key, { cause: error });
    if (isLostConnection(error) && (await isThere(client, bucket, object.key))) return 'exists';
    throw error;
  } finally {
    counted.destroy();
    await feeding;
  }
}

/** A store may refuse while the body is still on its way and end the connection; then its refusal can be lost. */
function isLostConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
}

async function isThere(client: S3Client, Bucket: string, Key: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket, Key }));
    return true;
  } catch (error) {
    if (httpStatus(error) === 404) return false;
    throw error;
  }
}

function countBytes({ key, contentLength }: PutObject): Transform {
  let bytes = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      if (bytes > contentLength) done(new ChecksumMismatch(key));
      else done(null, chunk);
    },
    flush: (done) => {
      done(bytes === contentLength ? null : new ChecksumMismatch(key));
    },
  });
}
