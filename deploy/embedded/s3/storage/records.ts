import type { Checksum, ChecksumAlgorithm, ChecksumType } from '../protocol/checksums.ts';
import type { Tag } from '../protocol/tags.ts';

/** A stretch of an object's content: all of one blob. Multipart objects have one a part. */
export type Segment = { readonly blob: string; readonly size: number };

/** What is kept about an object besides its content. */
export type ObjectAttributes = {
  /** Content-Type and the other standard headers that are returned as they were given. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-*`, without that prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  readonly checksum: Checksum | null;
};

export type ObjectRecord = {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly attributes: ObjectAttributes;
  readonly segments: readonly Segment[];
};

/** What CreateMultipartUpload fixed for the object to come. */
export type UploadOptions = {
  readonly attributes: ObjectAttributes;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | null;
};

export type UploadRecord = {
  readonly id: string;
  readonly key: string;
  readonly startedMs: number;
  readonly options: UploadOptions;
};

export type PartRecord = {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | null;
  readonly segments: readonly Segment[];
};
