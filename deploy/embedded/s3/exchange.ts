import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Authentication, SignedRequest } from './protocol/authenticate.ts';
import { verifyBody, type VerifiedBody } from './protocol/body.ts';
import { declaredChecksum, type ChecksumAlgorithm } from './protocol/checksums.ts';
import { S3Error } from './protocol/errors.ts';
import { parseXml, type ParsedElement, type XmlElement } from './protocol/xml.ts';
import type { Store } from './storage/store.ts';

/** One request, read and authenticated, with the store it is for. */
export type Exchange = {
  readonly store: Store;
  readonly bucket: string;
  readonly key: string;
  /** A query parameter. */
  readonly parameter: (name: string) => string | undefined;
  /** A header; in presigned requests `x-amz-*` headers may stand in the query. */
  readonly header: (name: string) => string | undefined;
  readonly headers: ReadonlyMap<string, string>;
  readonly authentication: Authentication;
  /** The body as it comes over the wire; asks for it first if the client waits for 100 Continue. */
  readonly rawBody: () => AsyncIterable<Buffer>;
};

/** What an operation answers. */
export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: XmlElement | Readable;
};

export type Operation = (exchange: Exchange) => Reply | Promise<Reply>;

/** Splits a path-style target: `/bucket/key`. */
export function splitPath(path: string): { bucket: string; key: string } {
  const slash = path.indexOf('/', 1);
  return slash === -1
    ? { bucket: path.slice(1), key: '' }
    : { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}

/** Reads method, path, query and headers of a request. Throws `InvalidURI` when the target is not well-formed UTF-8. */
export function readRequest(message: IncomingMessage): SignedRequest {
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  if (!path.startsWith('/')) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(message.headersDistinct)) headers.set(name, values?.join(',') ?? '');
  return { method: message.method ?? '', path: decode(path), query: parseQuery(query), headers };
}

function parseQuery(query: string): SignedRequest['query'] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** A single PUT, or a part, may have this many bytes. */
export const maxBodyBytes = 5 * 1024 ** 3;
const maxXmlBytes = 2 * 1024 ** 2;

/** The body of an object or a part, checked against everything the request declares about it. */
export function objectBody(exchange: Exchange, alsoCompute?: ChecksumAlgorithm): VerifiedBody {
  return verifyBody(exchange.rawBody(), {
    authentication: exchange.authentication,
    length: bodyLength(exchange, maxBodyBytes),
    contentMd5: exchange.header('content-md5'),
    checksum: declaredChecksum(exchange.header),
    alsoCompute,
  });
}

/** The body as a parsed document. `checksumOf` says what the request's checksum is about. */
export async function xmlBody(
  exchange: Exchange,
  rootName: string,
  checksumOf: 'body' | 'object' = 'body',
): Promise<ParsedElement> {
  const body = verifyBody(exchange.rawBody(), {
    authentication: exchange.authentication,
    length: bodyLength(exchange, maxXmlBytes),
    contentMd5: exchange.header('content-md5'),
    checksum: checksumOf === 'body' ? declaredChecksum(exchange.header) : undefined,
    alsoCompute: undefined,
  });
  const pieces: Buffer[] = [];
  for await (const piece of body.chunks) pieces.push(piece);
  return parseXml(Buffer.concat(pieces).toString('utf8'), rootName);
}

function bodyLength(exchange: Exchange, limit: number): number {
  const { kind } = exchange.authentication.payload;
  const chunked = kind === 'signed-chunks' || kind === 'unsigned-chunks';
  const declared = exchange.header(chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (declared === undefined || !/^\d{1,15}$/.test(declared)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(declared) > limit) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: declared,
      MaxSizeAllowed: String(limit),
    });
  }
  return Number(declared);
}

/** A whole-number parameter between `least` and `most`; `fallback` when absent. Throws `InvalidArgument`. */
export function numberParameter(
  exchange: Exchange,
  name: string,
  { least, most, fallback }: { least: number; most: number; fallback?: number },
): number {
  const text = exchange.parameter(name) ?? (fallback === undefined ? '' : String(fallback));
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least)) throw new S3Error('InvalidArgument', `${name} must be a whole number from ${least} on.`);
  return Math.min(value, most);
}
