import { createHash, randomUUID } from 'node:crypto';
import { numberParameter, objectBody, xmlBody, type Exchange, type Reply } from '../exchange.ts';
import {
  checksumHeader,
  combineChecksums,
  toChecksumAlgorithm,
  type Checksum,
  type ChecksumType,
} from '../protocol/checksums.ts';
import { judgeWrite, toWriteCondition } from '../protocol/conditions.ts';
import { S3Error } from '../protocol/errors.ts';
import type { XmlElement } from '../protocol/xml.ts';
import type { ObjectRecord, PartRecord, UploadOptions, UploadRecord } from '../storage/records.ts';
import {
  commitSegments,
  receiveSegments,
  removeUpload,
  replaceObject,
  requireBucket,
  type Store,
} from '../storage/store.ts';
import { maxPartNumber } from '../storage/upload-table.ts';
import { checksumHeaders, readAttributes } from './attributes.ts';
import { checkSizes, choosePart, parsePartList, type ChosenPart } from './part-list.ts';
import { checkKey } from './put-object.ts';

export async function createUpload(exchange: Exchange): Promise<Reply> {
  const { store, bucket, key } = exchange;
  checkKey(key);
  const options: UploadOptions = { attributes: readAttributes(exchange), checksum: readChecksumOption(exchange) };
  await store.files.requireRoom(0);
  const upload: UploadRecord = { id: randomUUID(), key, startedMs: store.now(), options };
  await store.commit(() => store.uploads.insert(requireBucket(store, bucket).id, upload));
  const headers: Record<string, string> = {};
  if (options.checksum !== null) {
    headers['x-amz-checksum-algorithm'] = options.checksum.algorithm;
    headers['x-amz-checksum-type'] = options.checksum.type;
  }
  const content: XmlElement[] = [
    ['Bucket', bucket],
    ['Key', key],
    ['UploadId', upload.id],
  ];
  return { status: 200, headers, body: ['InitiateMultipartUploadResult', content] };
}

function readChecksumOption({ header }: Exchange): UploadOptions['checksum'] {
  const name = header('x-amz-checksum-algorithm');
  const type = header('x-amz-checksum-type')?.toUpperCase();
  if (name === undefined) {
    if (type === undefined) return null;
    throw new S3Error('InvalidRequest', 'The x-amz-checksum-type header needs x-amz-checksum-algorithm.');
  }
  const algorithm = toChecksumAlgorithm(name);
  const chosen = type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible: readonly ChecksumType[] =
    algorithm === 'CRC64NVME'
      ? ['FULL_OBJECT']
      : algorithm === 'SHA1' || algorithm === 'SHA256'
        ? ['COMPOSITE']
        : ['FULL_OBJECT', 'COMPOSITE'];
  const found = possible.find((candidate) => candidate === chosen);
  if (found === undefined) {
    throw new S3Error('InvalidRequest', `The ${chosen} checksum type cannot be used with ${algorithm}.`);
  }
  return { algorithm, type: found };
}

export async function uploadPart(exchange: Exchange): Promise<Reply> {
  const { store } = exchange;
  if (exchange.header('x-amz-copy-source') !== undefined) {
    throw new S3Error('NotImplemented', 'UploadPartCopy is not supported by this endpoint.');
  }
  const number = numberParameter(exchange, 'partNumber', { least: 1, most: Number.MAX_SAFE_INTEGER });
  if (number > maxPartNumber) {
    throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${maxPartNumber}.`);
  }
  const { id: uploadId, options } = requireUpload(exchange);
  const body = objectBody(exchange, options.checksum?.algorithm);
  const segments = await receiveSegments(store, body);
  const { size, md5, checksum = null } = body.digest();
  if (options.checksum !== null && checksum?.algorithm !== options.checksum.algorithm) {
    await store.files.discard(segments.map(({ blob }) => blob));
    throw new S3Error('InvalidRequest', `Checksum Type mismatch occurred, expected ${options.checksum.algorithm}.`);
  }
  const part: PartRecord = { number, size, etag: md5.toString('hex'), modifiedMs: store.now(), checksum, segments };
  await commitSegments(store, segments, () => {
    requireUpload(exchange);
    store.garbage.abandon(store.uploads.part(uploadId, number)?.segments ?? []);
    store.uploads.putPart(uploadId, part);
  });
  const tell: Checksum | null = checksum === null ? null : { ...checksum, type: 'FULL_OBJECT' };
  return { status: 200, headers: { etag: `"${part.etag}"`, ...checksumHeaders(tell) } };
}

/** The upload a request is about. Throws `NoSuchBucket` or `NoSuchUpload`. */
export function requireUpload({ store, bucket, key, parameter }: Exchange): UploadRecord {
  const upload = store.uploads.find(requireBucket(store, bucket).id, key, parameter('uploadId') ?? '');
  if (upload !== undefined) return upload;
  throw new S3Error('NoSuchUpload', 'The specified upload does not exist. It may have been aborted or completed.');
}

export async function abortUpload(exchange: Exchange): Promise<Reply> {
  const { store } = exchange;
  await store.commit(() => removeUpload(store, requireUpload(exchange).id));
  void store.garbage.collect();
  return { status: 204 };
}

/** CompleteMultipartUpload: the parts become the object's segments where they lie; nothing is copied. */
export async function completeUpload(exchange: Exchange): Promise<Reply> {
  const { store, bucket, key } = exchange;
  const condition = toWriteCondition(exchange.header);
  requireUpload(exchange);
  const chosen = parsePartList(await xmlBody(exchange, 'CompleteMultipartUpload', 'object'));
  const object = await store.commit(() => {
    const { id: bucketId } = requireBucket(store, bucket);
    const upload = requireUpload(exchange);
    judgeWrite(condition, store.objects.find(bucketId, key));
    const joined = joinParts(store, upload, chosen);
    checkDeclared(exchange, joined);
    replaceObject(store, bucketId, joined);
    removeUpload(store, upload.id, joined.segments);
    return joined;
  });
  void store.garbage.collect();
  const { checksum } = object.attributes;
  const content: XmlElement[] = [
    ['Location', `/${bucket}/${key}`],
    ['Bucket', bucket],
    ['Key', key],
    ['ETag', `"${object.etag}"`],
  ];
  if (checksum !== null) {
    content.push([`Checksum${checksum.algorithm}`, checksum.value], ['ChecksumType', checksum.type]);
  }
  return { status: 200, body: ['CompleteMultipartUploadResult', content] };
}

function joinParts(store: Store, upload: UploadRecord, chosen: readonly ChosenPart[]): ObjectRecord {
  const parts = chosen.map((one) => choosePart(one, store.uploads.part(upload.id, one.number)));
  checkSizes(parts);
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.etag, 'hex');
  const { attributes, checksum: option } = upload.options;
  const values = parts.map(({ checksum, size }) => ({ value: checksum?.value ?? '', size }));
  const checksum = option === null ? null : combineChecksums(option.algorithm, option.type, values);
  return {
    key: upload.key,
    size: parts.reduce((sum, part) => sum + part.size, 0),
    etag: `${md5.digest('hex')}-${parts.length}`,
    modifiedMs: store.now(),
    attributes: { ...attributes, checksum },
    segments: parts.flatMap((part) => part.segments),
  };
}

/** Compares what the client says of the whole object: its size and its checksum. */
function checkDeclared({ header }: Exchange, { size, attributes: { checksum } }: ObjectRecord): void {
  const declaredSize = header('x-amz-mp-object-size');
  if (declaredSize !== undefined && Number(declaredSize) !== size) {
    throw new S3Error('InvalidRequest', 'The x-amz-mp-object-size does not match the size of the parts.');
  }
  if (checksum === null) return;
  const declared = header(checksumHeader(checksum.algorithm));
  if (declared !== undefined && declared !== checksum.value) {
    throw new S3Error('BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
  }
}
