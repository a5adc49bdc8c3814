import { validateHeaderValue } from 'node:http';
import type { Exchange } from '../exchange.ts';
import { checksumHeader, type Checksum } from '../protocol/checksums.ts';
import { S3Error } from '../protocol/errors.ts';
import { parseTaggingHeader } from '../protocol/tags.ts';
import type { ObjectAttributes, ObjectRecord } from '../storage/records.ts';

/** Standard headers that are stored with an object and returned with it. */
const keptHeaders = [
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'cache-control',
  'expires',
] as const;

const metadataPrefix = 'x-amz-meta-';
const maxMetadataBytes = 2048;

/** What a request may ask for that S3 has and this endpoint has not: refused, for to ignore it would be to lie. */
const refusedHeaders = [
  /^x-amz-server-side-encryption/,
  /^x-amz-(bucket-)?object-lock-/,
  /^x-amz-grant-/,
  /^x-amz-website-redirect-location$/,
  /^x-amz-write-offset-bytes$/,
  /^x-amz-if-match-/,
  /^x-amz-expected-bucket-owner$/,
];
const onlyValue: Readonly<Record<string, readonly string[]>> = {
  'x-amz-storage-class': ['STANDARD'],
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
};

/** Refuses what a request asks for and would not get. Throws `NotImplemented`. */
export function refuseUnsupported(headers: ReadonlyMap<string, string>): void {
  for (const [name, value] of headers) {
    const refused = refusedHeaders.some((pattern) => pattern.test(name));
    if (refused || onlyValue[name]?.includes(value) === false) {
      throw new S3Error('NotImplemented', `The header ${name} is not supported by this endpoint.`, { Header: name });
    }
  }
}

/** Reads what a write says about its object, besides the content. */
export function readAttributes(exchange: Exchange): ObjectAttributes {
  return {
    headers: readKeptHeaders(exchange),
    metadata: readMetadata(exchange.headers),
    tags: parseTaggingHeader(exchange.header('x-amz-tagging')),
    checksum: null,
  };
}

function readKeptHeaders({ header }: Exchange): Record<string, string> {
  const kept = keptHeaders.flatMap((name) => {
    const value = name === 'content-encoding' ? withoutAwsChunked(header(name)) : header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept) };
}

/** `aws-chunked` is how the body came, not what it is. */
function withoutAwsChunked(encoding: string | undefined): string | undefined {
  const codings = encoding?.split(',').map((coding) => coding.trim()) ?? [];
  const own = codings.filter((coding) => coding !== 'aws-chunked' && coding !== '');
  return own.length === 0 ? undefined : own.join(',');
}

function readMetadata(headers: ReadonlyMap<string, string>): Record<string, string> {
  const metadata = [...headers]
    .filter(([name]) => name.startsWith(metadataPrefix))
    .map(([name, value]) => [name.slice(metadataPrefix.length), value] as const);
  const bytes = metadata.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes > maxMetadataBytes) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return Object.fromEntries(metadata);
}

/** The headers that describe an object in the answer to GET and HEAD. */
export function objectHeaders(exchange: Exchange, object: ObjectRecord): Record<string, string> {
  const { headers, metadata, tags, checksum } = object.attributes;
  const described: Record<string, string> = {
    ...headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [metadataPrefix + name, value])),
    ...responseOverrides(exchange),
  };
  if (tags.length > 0) described['x-amz-tagging-count'] = String(tags.length);
  if (checksum !== null && exchange.header('x-amz-checksum-mode') === 'ENABLED') {
    Object.assign(described, checksumHeaders(checksum));
  }
  return described;
}

/** The headers that tell an object's checksum. */
export function checksumHeaders(checksum: Checksum | null): Record<string, string> {
  if (checksum === null) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** `response-content-type=…` and the like, which a presigned URL fixes for its reader. */
function responseOverrides({ parameter }: Exchange): Record<string, string> {
  const overrides = keptHeaders.flatMap((name) => {
    const value = parameter(`response-${name}`);
    return value === undefined ? [] : [[name, checkedHeaderValue(name, value)] as const];
  });
  return Object.fromEntries(overrides);
}

function checkedHeaderValue(name: string, value: string): string {
  try {
    validateHeaderValue(name, value);
    return value;
  } catch {
    throw new S3Error('InvalidArgument', `response-${name} cannot be sent as a header.`);
  }
}
