import { xmlBody, type Exchange, type Reply } from '../exchange.ts';
import { judgeWrite, toWriteCondition } from '../protocol/conditions.ts';
import { S3Error } from '../protocol/errors.ts';
import { childrenOf, requiredTextOf, textOf, type ParsedElement, type XmlElement } from '../protocol/xml.ts';
import { removeObject, requireBucket } from '../storage/store.ts';

const maxKeys = 1000;

export async function deleteObject({ store, bucket, key, header }: Exchange): Promise<Reply> {
  const condition = toWriteCondition(header);
  await store.commit(() => {
    const { id } = requireBucket(store, bucket);
    judgeWrite(condition, store.objects.find(id, key));
    removeObject(store, id, key);
  });
  void store.garbage.collect();
  return { status: 204 };
}

/** DeleteObjects: all or none, as they share a transaction. */
export async function deleteObjects(exchange: Exchange): Promise<Reply> {
  const { store, bucket } = exchange;
  const root = await xmlBody(exchange, 'Delete');
  const objects = childrenOf(root, 'Object');
  if (objects.length === 0 || objects.length > maxKeys) {
    throw new S3Error('MalformedXML', `A request may delete 1 to ${maxKeys} objects.`);
  }
  const keys = objects.map(keyOf);
  await store.commit(() => {
    const { id } = requireBucket(store, bucket);
    for (const key of keys) removeObject(store, id, key);
  });
  void store.garbage.collect();
  const quiet = textOf(root, 'Quiet') === 'true';
  const deleted = quiet ? [] : keys.map((key): XmlElement => ['Deleted', [['Key', key]]]);
  return { status: 200, body: ['DeleteResult', deleted] };
}

function keyOf(object: ParsedElement): string {
  const other = object.children.find(({ name }) => name !== 'Key');
  if (other !== undefined)
    throw new S3Error('NotImplemented', `Object/${other.name} is not supported by this endpoint.`);
  return requiredTextOf(object, 'Key');
}
