import { createHmac, hash } from 'node:crypto';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

export type PresignOptions = {
  /** At most a week; the URL ends earlier when the credentials do. */
  readonly expiresInSeconds: number;
  /** Value of the answer's Content-Disposition. */
  readonly contentDisposition?: string;
  /** Value of the answer's Content-Type. */
  readonly contentType?: string;
  /** The time from which it counts; now unless given. */
  readonly signingDate?: Date;
};

export type Presign = (key: string, options: PresignOptions) => Promise<string>;

/** Where the bucket is and how its requests are signed, as the SDK has it. */
type Place = {
  readonly origin: string;
  readonly host: string;
  /** Path of the bucket, with a slash at its end. */
  readonly path: string;
  /** Parameters that the SDK adds by itself. */
  readonly added: readonly (readonly [string, string])[];
  /** Region, service and terminator of the credential scope. */
  readonly scope: readonly string[];
};

/**
 * Presigns reads of one bucket. `getSignedUrl` runs the SDK's whole request pipeline for each URL, which a page of 50
 * recordings would wait for; this asks it once, takes over what it says of the place, and does the arithmetic of
 * Signature Version 4 with a signing key kept for the day. The signatures are the same.
 */
export function createPresigner(client: S3Client, bucket: string): Presign {
  const signingKeyOf = keepSigningKey();
  let place: Promise<Place> | undefined;

  return async (key, options) => {
    place ??= locate(client, bucket);
    const at = await place.catch((error: unknown) => {
      place = undefined;
      throw error;
    });
    const credentials = await client.config.credentials();
    const time = (options.signingDate ?? new Date()).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = [time.slice(0, 8), ...at.scope];
    const path = at.path + key.split('/').map(encode).join('/');
    const query = canonicalQuery(at, options, { time, scope, ...credentials });
    const request = ['GET', path, query, `host:${at.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), hash('sha256', request)].join('\n');
    const signature = hmac(signingKeyOf(credentials.secretAccessKey, scope), text).toString('hex');
    return `${at.origin}${path}?${query}&X-Amz-Signature=${signature}`;
  };
}

const probeKey = 'key';

async function locate(client: S3Client, bucket: string): Promise<Place> {
  const url = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: probeKey })));
  const [, , ...scope] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/');
  return {
    origin: url.origin,
    host: url.host,
    path: url.pathname.slice(0, -probeKey.length),
    added: [...url.searchParams].filter(([name]) => !name.startsWith('X-Amz-')),
    scope,
  };
}

type Signer = {
  readonly time: string;
  readonly scope: readonly string[];
  readonly accessKeyId: string;
  readonly sessionToken?: string | undefined;
};

/** The parameters in the order of their names, as they are signed and sent. */
function canonicalQuery(place: Place, options: PresignOptions, signer: Signer): string {
  const parameters: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'],
    ['X-Amz-Credential', [signer.accessKeyId, ...signer.scope].join('/')],
    ['X-Amz-Date', signer.time],
    ['X-Amz-Expires', String(options.expiresInSeconds)],
    ['X-Amz-SignedHeaders', 'host'],
    ...place.added.map(([name, value]): [string, string] => [name, value]),
  ];
  if (signer.sessionToken !== undefined) parameters.push(['X-Amz-Security-Token', signer.sessionToken]);
  if (options.contentDisposition !== undefined) {
    parameters.push(['response-content-disposition', options.contentDisposition]);
  }
  if (options.contentType !== undefined) parameters.push(['response-content-type', options.contentType]);
  return parameters
    .map(([name, value]) => `${name}=${encode(value)}`)
    .sort((one, other) => (one < other ? -1 : 1))
    .join('&');
}

/** The signing key changes with the day and with the credentials, so the last one is nearly always the one. */
function keepSigningKey(): (secret: string, scope: readonly string[]) => Buffer {
  let keptFor = '';
  let kept: Buffer = Buffer.alloc(0);
  return (secret, scope) => {
    const wanted = `${scope.join('/')} ${secret}`;
    if (wanted !== keptFor) {
      kept = scope.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
      keptFor = wanted;
    }
    return kept;
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** As RFC 3986 has it; `encodeURIComponent` leaves five more letters as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
