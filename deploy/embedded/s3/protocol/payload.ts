import { S3Error } from './errors.ts';

/** How a request protects its body, by `x-amz-content-sha256`. */
export type Payload =
  | { readonly kind: 'hashed'; readonly sha256: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'signed-chunks' }
  | { readonly kind: 'unsigned-chunks' };

/** Reads `x-amz-content-sha256`. Throws `InvalidArgument`, or `NotImplemented` for what S3 has and this has not. */
export function toPayload(contentSha256: string): Payload {
  switch (contentSha256) {
    case 'UNSIGNED-PAYLOAD':
      return { kind: 'unsigned' };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'unsigned-chunks' };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'signed-chunks' };
  }
  if (/^[0-9a-f]{64}$/.test(contentSha256)) return { kind: 'hashed', sha256: contentSha256 };
  if (contentSha256.startsWith('STREAMING-AWS4-ECDSA-')) {
    throw new S3Error('NotImplemented', 'Signature version 4A is not supported.');
  }
  throw new S3Error(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- value, or a valid sha256 value.',
  );
}
