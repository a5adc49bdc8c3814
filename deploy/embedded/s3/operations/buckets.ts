import { xmlBody, type Exchange, type Reply } from '../exchange.ts';
import { S3Error } from '../protocol/errors.ts';
import { lifecycleDocument, parseLifecycle } from '../protocol/lifecycle-rules.ts';
import { textOf } from '../protocol/xml.ts';
import { removeUpload, requireBucket } from '../storage/store.ts';

const owner = [
  'Owner',
  [
    ['ID', 'embedded'],
    ['DisplayName', 'embedded'],
  ],
] as const;

export function listBuckets({ store }: Exchange): Reply {
  const buckets = store.buckets.all().map(
    ({ name, createdMs }) =>
      [
        'Bucket',
        [
          ['Name', name],
          ['CreationDate', isoTime(createdMs)],
        ],
      ] as const,
  );
  return { status: 200, body: ['ListAllMyBucketsResult', [owner, ['Buckets', buckets]]] };
}

export async function createBucket(exchange: Exchange): Promise<Reply> {
  const { store, bucket } = exchange;
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket);
  if (!wellFormed || bucket.includes('..') || /^[\d.]+$/.test(bucket)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: bucket });
  }
  if ((exchange.header('content-length') ?? '0') !== '0') await checkLocation(exchange);
  await store.commit(() => {
    if (store.buckets.find(bucket) !== undefined) {
      throw new S3Error('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded.');
    }
    store.buckets.insert(bucket, store.now());
  });
  return { status: 200, headers: { location: `/${bucket}` } };
}

async function checkLocation(exchange: Exchange): Promise<void> {
  const asked = textOf(await xmlBody(exchange, 'CreateBucketConfiguration'), 'LocationConstraint');
  const { region } = exchange.authentication.chunkSigning.scope;
  if (asked === undefined || asked === '' || asked === region) return;
  throw new S3Error('IllegalLocationConstraintException', `The location constraint must be ${region}.`);
}

export function headBucket({ store, bucket }: Exchange): Reply {
  requireBucket(store, bucket);
  return { status: 200 };
}

export async function deleteBucket({ store, bucket }: Exchange): Promise<Reply> {
  await store.commit(() => {
    const { id } = requireBucket(store, bucket);
    if (!store.objects.isEmpty(id)) {
      throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: bucket });
    }
    const uploads = store.uploads.scan(id, Buffer.alloc(0), '', Number.MAX_SAFE_INTEGER);
    for (const upload of uploads) removeUpload(store, upload.id);
    store.buckets.remove(id);
  });
  void store.garbage.collect();
  return { status: 204 };
}

export function getBucketLocation({ store, bucket, authentication }: Exchange): Reply {
  requireBucket(store, bucket);
  const { region } = authentication.chunkSigning.scope;
  // The oldest region is written as nothing, as S3 does.
  return { status: 200, body: ['LocationConstraint', region === 'us-east-1' ? '' : region] };
}

export function getLifecycle({ store, bucket }: Exchange): Reply {
  const { lifecycle } = requireBucket(store, bucket);
  if (lifecycle.length === 0) {
    throw new S3Error('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
  }
  return { status: 200, body: lifecycleDocument(lifecycle) };
}

export async function putLifecycle(exchange: Exchange): Promise<Reply> {
  const { store, bucket } = exchange;
  const rules = parseLifecycle(await xmlBody(exchange, 'LifecycleConfiguration'));
  await store.commit(() => store.buckets.setLifecycle(requireBucket(store, bucket).id, rules));
  return { status: 200 };
}

export async function deleteLifecycle({ store, bucket }: Exchange): Promise<Reply> {
  await store.commit(() => store.buckets.setLifecycle(requireBucket(store, bucket).id, []));
  return { status: 204 };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
