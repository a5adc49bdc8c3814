import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { ConfigError } from './config.ts';
import type { Logger } from './logger.ts';
import { errorCode, httpStatus, RangeNotSatisfiable } from './s3-errors.ts';
import { createPresigner, type PresignOptions } from './s3-presign.ts';
import { type PutObject, putObject } from './s3-put.ts';
import type { S3Config } from './settings.ts';

export {
  ChecksumMismatch,
  isBadS3Request,
  isRetryableS3Error,
  isS3LoginRefused,
  isWithoutKeys,
  RangeNotSatisfiable,
} from './s3-errors.ts';
export type { PresignOptions } from './s3-presign.ts';
export type { PutObject } from './s3-put.ts';

export type ObjectHead = {
  readonly bytes: number;
  /** Null for an object that was stored without one. */
  readonly sha256Hex: string | null;
  readonly contentType: string;
  readonly lastModified: Date;
};

export type ObjectBody = {
  readonly body: Readable;
  /** Length of the body, which may be a part of the object. */
  readonly bytes: number;
  readonly contentType: string;
  /** `bytes 0-99/1234` when a range was asked for. */
  readonly contentRange: string | null;
};

export type ObjectStore = {
  /** Throws `ChecksumMismatch` when the bytes are not those declared; the body cannot be sent again, so nothing is retried. */
  put(object: PutObject): Promise<'stored' | 'exists'>;
  head(key: string): Promise<ObjectHead | null>;
  /** `range` as in HTTP: `bytes=0-99`. Null when there is no such object; throws `RangeNotSatisfiable`. */
  get(key: string, range?: string): Promise<ObjectBody | null>;
  remove(key: string): Promise<void>;
  /** A URL by which anyone can read the object until it expires; costs no request. */
  presignGet(key: string, options: PresignOptions): Promise<string>;
  /** Creates the bucket unless it is there. */
  ensureBucket(): Promise<void>;
  /** True when the bucket can be reached with these credentials. */
  ping(): Promise<boolean>;
  close(): void;
};

export function createObjectStore(config: S3Config, logger: Logger): ObjectStore {
  const client = connect(config, logger);
  const Bucket = config.s3Bucket;
  const presigner = createPresigner(client, Bucket);
  return {
    put: async (object) => putObject(client, Bucket, object),
    head: async (key) => headObject(client, Bucket, key),
    get: async (key, range) => getObject(client, Bucket, key, range),
    remove: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    },
    presignGet: async (key, options) => presigner(key, options),
    ensureBucket: async () => {
      if (await bucketExists(client, Bucket)) return;
      try {
        await client.send(new CreateBucketCommand({ Bucket }));
        logger.info({ bucket: Bucket }, 'created the bucket');
      } catch (error) {
        if (errorCode(error) !== 'BucketAlreadyOwnedByYou') throw error;
      }
    },
    ping: async () => {
      try {
        return await bucketExists(client, Bucket);
      } catch (error) {
        logger.debug({ err: error }, 'the object store does not answer');
        return false;
      }
    },
    close: () => {
      client.destroy();
    },
  };
}

function connect(config: S3Config, logger: Logger): S3Client {
  const { s3AccessKeyId: accessKeyId, s3SecretAccessKey: secret, s3SessionToken: token, s3Endpoint: endpoint } = config;
  if ((accessKeyId === undefined) !== (secret === undefined)) {
    const missing = secret === undefined ? 'TRUNKLINE_S3_SECRET_ACCESS_KEY' : 'TRUNKLINE_S3_ACCESS_KEY_ID';
    throw new ConfigError([`${missing}: is not set, expected both keys or none`]);
  }
  const ca = config.s3TlsCaFile;
  return new S3Client({
    region: config.s3Region,
    forcePathStyle: config.s3ForcePathStyle ?? endpoint !== undefined,
    // Stores other than AWS do not all know the checksums that the SDK adds by itself; we declare SHA-256.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    logger: quiet(logger),
    // A store that falls silent ends the request: above the time an upload may be silent, below that of a connection.
    requestHandler: {
      connectionTimeout: 3000,
      socketTimeout: 40_000,
      ...(ca !== undefined && { httpsAgent: { ca: readFileSync(ca) } }),
    },
    ...(endpoint !== undefined && { endpoint }),
    ...(accessKeyId !== undefined &&
      secret !== undefined && {
        credentials: {
          accessKeyId,
          secretAccessKey: secret.reveal(),
          ...(token !== undefined && { sessionToken: token.reveal() }),
        },
      }),
  });
}

/** Every error is thrown, and the caller logs it with what it was doing; the SDK would print to the console. */
function quiet(logger: Logger): NonNullable<S3ClientConfig['logger']> {
  const ignore = (): void => undefined;
  const relay = (...parts: unknown[]): void => logger.debug({ sdk: parts.map(String) }, 'the AWS SDK says');
  return { trace: ignore, debug: ignore, info: ignore, warn: relay, error: relay };
}

async function headObject(client: S3Client, Bucket: string, Key: string): Promise<ObjectHead | null> {
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    return {
      bytes: head.ContentLength ?? 0,
      sha256Hex: head.ChecksumSHA256 === undefined ? null : Buffer.from(head.ChecksumSHA256, 'base64').toString('hex'),
      contentType: head.ContentType ?? 'application/octet-stream',
      lastModified: head.LastModified ?? new Date(0),
    };
  } catch (error) {
    if (httpStatus(error) === 404) return null;
    throw error;
  }
}

async function getObject(client: S3Client, Bucket: string, Key: string, range?: string): Promise<ObjectBody | null> {
  try {
    const got = await client.send(new GetObjectCommand({ Bucket, Key, ...(range !== undefined && { Range: range }) }));
    return {
      // In Node the SDK gives the response itself.
      body: got.Body as Readable,
      bytes: got.ContentLength ?? 0,
      contentType: got.ContentType ?? 'application/octet-stream',
      contentRange: got.ContentRange ?? null,
    };
  } catch (error) {
    if (httpStatus(error) === 404) return null;
    if (httpStatus(error) === 416) throw new RangeNotSatisfiable(Key, { cause: error });
    throw error;
  }
}

async function bucketExists(client: S3Client, Bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket }));
    return true;
  } catch (error) {
    if (httpStatus(error) === 404) return false;
    throw error;
  }
}
