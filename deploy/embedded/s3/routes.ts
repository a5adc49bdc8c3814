import type { Operation } from './exchange.ts';
import * as buckets from './operations/buckets.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteObject, deleteObjects } from './operations/delete-objects.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { listObjects } from './operations/list-objects.ts';
import { listParts, listUploads } from './operations/multipart-listing.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './operations/multipart-upload.ts';
import { putObject } from './operations/put-object.ts';
import { deleteTagging, getTagging, putTagging } from './operations/tagging.ts';
import { S3Error } from './protocol/errors.ts';

type Target = 'service' | 'bucket' | 'object';

type Route = {
  readonly method: string;
  readonly target: Target;
  /** The parameter that tells this operation from the plain one of the same method. */
  readonly by?: string;
  /** Or the header that does. */
  readonly byHeader?: string;
  /** Other query parameters it understands. */
  readonly takes?: readonly string[];
  readonly run: Operation;
};

const responseOverrides = ['type', 'disposition', 'encoding', 'language']
  .map((name) => `response-content-${name}`)
  .concat('response-cache-control', 'response-expires');
const listParameters = [
  'list-type',
  'prefix',
  'delimiter',
  'continuation-token',
  'start-after',
  'max-keys',
  'encoding-type',
];

/** Every operation there is; the plain one of a method comes last. */
const routes: readonly Route[] = [
  { method: 'GET', target: 'service', run: buckets.listBuckets },
  { method: 'PUT', target: 'bucket', by: 'lifecycle', run: buckets.putLifecycle },
  { method: 'GET', target: 'bucket', by: 'lifecycle', run: buckets.getLifecycle },
  { method: 'DELETE', target: 'bucket', by: 'lifecycle', run: buckets.deleteLifecycle },
  { method: 'GET', target: 'bucket', by: 'location', run: buckets.getBucketLocation },
  {
    method: 'GET',
    target: 'bucket',
    by: 'uploads',
    takes: ['prefix', 'key-marker', 'upload-id-marker', 'max-uploads'],
    run: listUploads,
  },
  { method: 'POST', target: 'bucket', by: 'delete', run: deleteObjects },
  { method: 'PUT', target: 'bucket', run: buckets.createBucket },
  { method: 'HEAD', target: 'bucket', run: buckets.headBucket },
  { method: 'DELETE', target: 'bucket', run: buckets.deleteBucket },
  { method: 'GET', target: 'bucket', takes: listParameters, run: listObjects },
  { method: 'PUT', target: 'object', by: 'tagging', run: putTagging },
  { method: 'GET', target: 'object', by: 'tagging', run: getTagging },
  { method: 'DELETE', target: 'object', by: 'tagging', run: deleteTagging },
  { method: 'POST', target: 'object', by: 'uploads', run: createUpload },
  { method: 'PUT', target: 'object', by: 'uploadId', takes: ['partNumber'], run: uploadPart },
  { method: 'GET', target: 'object', by: 'uploadId', takes: ['max-parts', 'part-number-marker'], run: listParts },
  { method: 'POST', target: 'object', by: 'uploadId', run: completeUpload },
  { method: 'DELETE', target: 'object', by: 'uploadId', run: abortUpload },
  { method: 'PUT', target: 'object', byHeader: 'x-amz-copy-source', run: copyObject },
  { method: 'PUT', target: 'object', run: putObject },
  { method: 'GET', target: 'object', takes: responseOverrides, run: getObject },
  { method: 'HEAD', target: 'object', takes: responseOverrides, run: headObject },
  { method: 'DELETE', target: 'object', run: deleteObject },
];

export type RouteInput = {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** Names of the query's parameters, signature and `x-amz-*` ones left out. */
  readonly parameters: readonly string[];
  readonly hasHeader: (name: string) => boolean;
};

/**
 * Finds the operation asked for. A parameter that it does not understand is answered with 501: most name a
 * sub-resource or a version, and to serve the object instead would be a wrong answer.
 */
export function findOperation({ method, bucket, key, parameters, hasHeader }: RouteInput): Operation {
  const target: Target = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const route = routes.find(
    (candidate) =>
      candidate.method === method &&
      candidate.target === target &&
      (candidate.by === undefined || parameters.includes(candidate.by)) &&
      (candidate.byHeader === undefined || hasHeader(candidate.byHeader)),
  );
  if (route === undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      Method: method,
    });
  }
  const unknown = parameters.find((name) => name !== 'x-id' && name !== route.by && !route.takes?.includes(name));
  if (unknown !== undefined) {
    throw new S3Error('NotImplemented', `The parameter ${unknown} is not supported by this endpoint.`, {
      Parameter: unknown,
    });
  }
  return route.run;
}
