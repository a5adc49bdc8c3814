import { sameText, type ChunkSigning } from './aws-chunked.ts';
import { S3Error } from './errors.ts';
import { toPayload, type Payload } from './payload.ts';
import { algorithm, canonicalRequest, scopeText, sign, signingKey, stringToSign, type Scope } from './sigv4.ts';

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
};

/** A request as received: path and query decoded, header names in lower case. */
export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: ReadonlyMap<string, string>;
};

/** Proof that the request was signed with the credentials, and what its body is to be checked against. */
export type Authentication = { readonly payload: Payload; readonly chunkSigning: ChunkSigning };

type Claim = {
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly amzDate: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly contentSha256: string;
};

const maxSkewMs = 15 * 60_000;
const maxExpiresSeconds = 7 * 24 * 3600;

/** Verifies a request's SigV4 signature, in its headers or its query. Throws the `S3Error` to answer with. */
export function authenticate(request: SignedRequest, credentials: Credentials, nowMs: number): Authentication {
  const authorization = request.headers.get('authorization');
  const presigned = request.query.some(([name]) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Signature');
  if (authorization !== undefined && presigned) {
    throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed.');
  }
  if (authorization === undefined && !presigned) throw new S3Error('AccessDenied', 'Access Denied. Sign the request.');
  const claim = presigned ? presignedClaim(request, nowMs) : headerClaim(request, authorization ?? '', nowMs);
  return verify(request, claim, credentials, presigned);
}

function headerClaim(request: SignedRequest, authorization: string, nowMs: number): Claim {
  const match = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  if (match === null) {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed or not AWS4-HMAC-SHA256.');
  }
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const amzDate = request.headers.get('x-amz-date') ?? httpDateToAmzDate(request.headers.get('date'));
  if (Math.abs(nowMs - instantOf(amzDate)) > maxSkewMs) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        RequestTime: amzDate,
        ServerTime: new Date(nowMs).toISOString(),
        MaxAllowedSkewMilliseconds: String(maxSkewMs),
      },
    );
  }
  const contentSha256 = request.headers.get('x-amz-content-sha256');
  if (contentSha256 === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  return {
    ...parseCredential(credential, 'AuthorizationHeaderMalformed'),
    amzDate,
    signedHeaders: signedHeaders.split(';'),
    signature,
    contentSha256,
  };
}

function presignedClaim(request: SignedRequest, nowMs: number): Claim {
  const parameter = (name: string): string => {
    const values = request.query.filter(([other]) => other === name);
    if (values.length !== 1) {
      throw new S3Error('AuthorizationQueryParametersError', `The query must hold ${name} exactly once.`);
    }
    return values[0]?.[1] ?? '';
  };
  if (parameter('X-Amz-Algorithm') !== algorithm) {
    throw new S3Error('AuthorizationQueryParametersError', `X-Amz-Algorithm only supports "${algorithm}".`);
  }
  const amzDate = parameter('X-Amz-Date');
  const expires = parameter('X-Amz-Expires');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > maxExpiresSeconds) {
    throw new S3Error('AuthorizationQueryParametersError', `X-Amz-Expires must be 1 to ${maxExpiresSeconds} seconds.`);
  }
  checkLifetime(instantOf(amzDate), Number(expires), nowMs);
  const fromQuery = request.query.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256');
  return {
    ...parseCredential(parameter('X-Amz-Credential'), 'AuthorizationQueryParametersError'),
    amzDate,
    signedHeaders: parameter('X-Amz-SignedHeaders').split(';'),
    signature: parameter('X-Amz-Signature'),
    contentSha256: fromQuery?.[1] ?? request.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  };
}

function checkLifetime(signedAtMs: number, expiresSeconds: number, nowMs: number): void {
  if (signedAtMs - nowMs > maxSkewMs) throw new S3Error('AccessDenied', 'Request is not yet valid');
  const expiresAtMs = signedAtMs + expiresSeconds * 1000;
  if (nowMs > expiresAtMs) {
    throw new S3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': String(expiresSeconds),
      Expires: new Date(expiresAtMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    });
  }
}

function parseCredential(
  credential: string,
  code: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
): { accessKeyId: string; scope: Scope } {
  const match = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential);
  if (match === null) throw new S3Error(code, 'The credential must be KEY/YYYYMMDD/REGION/s3/aws4_request.');
  const [, accessKeyId = '', day = '', region = '', service = ''] = match;
  return { accessKeyId, scope: { day, region, service } };
}

function verify(request: SignedRequest, claim: Claim, credentials: Credentials, presigned: boolean): Authentication {
  if (request.headers.has('x-amz-security-token') || request.query.some(([name]) => name === 'X-Amz-Security-Token')) {
    throw new S3Error('InvalidToken', 'Session tokens are not supported.');
  }
  if (claim.accessKeyId !== credentials.accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  }
  checkScope(claim, credentials.region, presigned);
  checkSignedHeaders(request, claim.signedHeaders);
  const canonical = canonicalRequest({
    method: request.method,
    path: request.path,
    query: request.query.filter(([name]) => name !== 'X-Amz-Signature'),
    headers: claim.signedHeaders.map((name) => [name, request.headers.get(name) ?? '']),
    payloadHash: claim.contentSha256,
  });
  const key = signingKey(credentials.secretAccessKey, claim.scope);
  const expected = sign(key, stringToSign(claim.amzDate, claim.scope, canonical));
  if (!sameText(claim.signature, expected)) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
  return {
    payload: toPayload(claim.contentSha256),
    chunkSigning: { key, amzDate: claim.amzDate, scope: claim.scope, seedSignature: expected },
  };
}

function checkScope(claim: Claim, region: string, presigned: boolean): void {
  const expected = { day: claim.amzDate.slice(0, 8), region, service: 's3' };
  if (scopeText(claim.scope) === scopeText(expected)) return;
  throw new S3Error(
    presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed',
    `The credential's scope '${scopeText(claim.scope)}' is wrong; expecting '${scopeText(expected)}'.`,
    { Region: region },
  );
}

/** Every header that changes what S3 does must be signed, or a finder of a presigned URL could add his own. */
function checkSignedHeaders(request: SignedRequest, signedHeaders: readonly string[]): void {
  const signed = new Set(signedHeaders);
  const missing = [...request.headers.keys()].filter((name) => name.startsWith('x-amz-') && !signed.has(name));
  if (!signed.has('host')) missing.push('host');
  if (missing.length > 0) {
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: missing.join(', '),
    });
  }
}

function instantOf(amzDate: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate);
  const [, year, month, day, hour, minute, second] = match ?? [];
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(instant)) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  return instant;
}

function httpDateToAmzDate(date: string | undefined): string {
  const instant = Date.parse(date ?? '');
  return Number.isNaN(instant) ? '' : `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
