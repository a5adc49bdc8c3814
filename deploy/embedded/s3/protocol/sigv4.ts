import { createHash, createHmac } from 'node:crypto';

/** AWS Signature Version 4, as S3 uses it: the path is encoded once and never normalised. */
export const algorithm = 'AWS4-HMAC-SHA256';

export type CanonicalParts = {
  readonly method: string;
  /** Decoded path, starting with `/`. */
  readonly path: string;
  /** Decoded names and values, without `X-Amz-Signature`, in any order. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The signed headers, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly payloadHash: string;
};

/** What a signature is valid for: `day/region/service/aws4_request`. */
export type Scope = { readonly day: string; readonly region: string; readonly service: string };

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function canonicalRequest(parts: CanonicalParts): string {
  const headers = parts.headers.toSorted(([a], [b]) => compare(a, b));
  return [
    parts.method,
    parts.path.split('/').map(uriEncode).join('/'),
    canonicalQuery(parts.query),
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    headers.map(([name]) => name).join(';'),
    parts.payloadHash,
  ].join('\n');
}

function canonicalQuery(query: CanonicalParts['query']): string {
  return query
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function scopeText(scope: Scope): string {
  return `${scope.day}/${scope.region}/${scope.service}/aws4_request`;
}

export function stringToSign(amzDate: string, scope: Scope, canonical: string): string {
  // Header values hold one character a byte, as Node's parser hands them over: hash those bytes.
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  return [algorithm, amzDate, scopeText(scope), hash].join('\n');
}

/** What the signature of one body chunk covers: it is chained to the one before. */
export function chunkStringToSign(amzDate: string, scope: Scope, previousSignature: string, dataHash: string): string {
  const lines = [`${algorithm}-PAYLOAD`, amzDate, scopeText(scope), previousSignature, sha256Hex(''), dataHash];
  return lines.join('\n');
}

/** What the signature over the trailing headers covers. */
export function trailerStringToSign(amzDate: string, scope: Scope, previousSignature: string, trailer: string): string {
  return [`${algorithm}-TRAILER`, amzDate, scopeText(scope), previousSignature, sha256Hex(trailer)].join('\n');
}

export function signingKey(secretAccessKey: string, scope: Scope): Buffer {
  const parts = [scope.day, scope.region, scope.service, 'aws4_request'];
  const secret: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  return parts.reduce((key, part) => createHmac('sha256', key).update(part).digest(), secret);
}

/** The signature in lower-case hex. */
export function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
