import { S3Error } from './errors.ts';

/** What conditions are judged against; undefined when there is no such object. */
export type ObjectState = { readonly etag: string; readonly modifiedMs: number };

type HeaderLookup = (name: string) => string | undefined;

/** Judges the four conditional headers of a read, in the order of RFC 9110 13.2.2. Throws `PreconditionFailed`. */
export function judgeRead(header: HeaderLookup, object: ObjectState, prefix = ''): 'proceed' | 'not-modified' {
  const ifMatch = header(`${prefix}if-match`);
  const ifUnmodifiedSince = instantOf(header(`${prefix}if-unmodified-since`));
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) throw failed('If-Match');
  } else if (ifUnmodifiedSince !== undefined && seconds(object.modifiedMs) > seconds(ifUnmodifiedSince)) {
    throw failed('If-Unmodified-Since');
  }
  const ifNoneMatch = header(`${prefix}if-none-match`);
  const ifModifiedSince = instantOf(header(`${prefix}if-modified-since`));
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object.etag) ? 'not-modified' : 'proceed';
  const unchanged = ifModifiedSince !== undefined && seconds(object.modifiedMs) <= seconds(ifModifiedSince);
  return unchanged ? 'not-modified' : 'proceed';
}

/** The condition a write carries. */
export type WriteCondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'matches'; readonly etag: string };

/** Reads the condition of a write. S3 takes `If-None-Match` with `*` only. */
export function toWriteCondition(header: HeaderLookup): WriteCondition {
  const ifNoneMatch = header('if-none-match');
  const ifMatch = header('if-match');
  if (ifNoneMatch !== undefined && ifMatch !== undefined) {
    throw new S3Error('InvalidRequest', 'If-Match and If-None-Match cannot be used together.');
  }
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', 'On a write If-None-Match must be *.');
  }
  if (ifNoneMatch !== undefined) return { kind: 'absent' };
  return ifMatch === undefined ? { kind: 'none' } : { kind: 'matches', etag: ifMatch };
}

/** Throws `PreconditionFailed`, or `NoSuchKey` where S3 does, unless the write may go on. */
export function judgeWrite(condition: WriteCondition, object: ObjectState | undefined): void {
  switch (condition.kind) {
    case 'none':
      return;
    case 'absent':
      if (object !== undefined) throw failed('If-None-Match');
      return;
    case 'matches':
      if (object === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
      if (!matches(condition.etag, object.etag)) throw failed('If-Match');
  }
}

function matches(list: string, etag: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((entry) => entry === '*' || entry === etag);
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}

function instantOf(date: string | undefined): number | undefined {
  const instant = Date.parse(date ?? '');
  return Number.isNaN(instant) ? undefined : instant;
}

/** HTTP dates have no milliseconds. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
