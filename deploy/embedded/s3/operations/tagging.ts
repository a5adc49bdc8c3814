import { xmlBody, type Exchange, type Reply } from '../exchange.ts';
import { parseTagging, taggingDocument, type Tag } from '../protocol/tags.ts';
import { requireBucket, requireObject } from '../storage/store.ts';

export function getTagging({ store, bucket, key }: Exchange): Reply {
  return { status: 200, body: taggingDocument(requireObject(store, bucket, key).attributes.tags) };
}

export async function putTagging(exchange: Exchange): Promise<Reply> {
  const tags = parseTagging(await xmlBody(exchange, 'Tagging'));
  await exchange.store.files.requireRoom(0);
  await setTags(exchange, tags);
  return { status: 200 };
}

export async function deleteTagging(exchange: Exchange): Promise<Reply> {
  await setTags(exchange, []);
  return { status: 204 };
}

function setTags({ store, bucket, key }: Exchange, tags: readonly Tag[]): Promise<void> {
  return store.commit(() => {
    const { attributes } = requireObject(store, bucket, key);
    store.objects.setAttributes(requireBucket(store, bucket).id, key, { ...attributes, tags });
  });
}
