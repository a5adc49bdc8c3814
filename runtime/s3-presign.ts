import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl, S3RequestPresigner } from '@aws-sdk/s3-request-presigner';

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

type Base = Pick<SignableRequest, 'protocol' | 'hostname' | 'query'> & {
  readonly port?: number;
  readonly path: string;
};
type SignableRequest = Parameters<S3RequestPresigner['presign']>[0];

/**
 * Presigns reads of one bucket. `getSignedUrl` runs the SDK's whole request pipeline for each URL; this asks it once
 * where the bucket is and then signs prebuilt requests, about ten times as fast, with the same signatures.
 */
export function createPresigner(client: S3Client, bucket: string): Presign {
  const signer = new S3RequestPresigner({ ...client.config });
  let base: Promise<Base> | undefined;

  return async (key, options) => {
    base ??= locate(client, bucket);
    const at = await base.catch((error: unknown) => {
      base = undefined;
      throw error;
    });
    const signed = await signer.presign(toRequest(at, key, options), {
      expiresIn: options.expiresInSeconds,
      ...(options.signingDate !== undefined && { signingDate: options.signingDate }),
    });
    return toUrl(signed);
  };
}

const probeKey = 'key';

async function locate(client: S3Client, bucket: string): Promise<Base> {
  const url = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: probeKey })));
  const added = [...url.searchParams].filter(([name]) => !name.startsWith('X-Amz-'));
  return {
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname.slice(0, -probeKey.length),
    query: Object.fromEntries(added),
    ...(url.port !== '' && { port: Number(url.port) }),
  };
}

function toRequest(base: Base, key: string, { contentDisposition, contentType }: PresignOptions): SignableRequest {
  return {
    ...base,
    method: 'GET',
    headers: {},
    path: base.path + key.split('/').map(encode).join('/'),
    query: {
      ...base.query,
      ...(contentDisposition !== undefined && { 'response-content-disposition': contentDisposition }),
      ...(contentType !== undefined && { 'response-content-type': contentType }),
    },
  };
}

function toUrl({ protocol, hostname, port, path, query }: SignableRequest): string {
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${encode(name)}=${encode(String(value))}`);
  return `${protocol}//${host}${path}?${pairs.join('&')}`;
}

/** As RFC 3986 has it; `encodeURIComponent` leaves five more letters as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
