import type { XmlElement } from './xml.ts';

/** The S3 error codes this endpoint answers with, and their HTTP status. */
const statusOf = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IllegalLocationConstraintException: 400,
  IncompleteBody: 400,
  InsufficientStorage: 507,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidTag: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

export type S3ErrorCode = keyof typeof statusOf;

/** An answer the client is to see: becomes S3's error document. Anything else thrown is a 500. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly details: Readonly<Record<string, string>>;

  constructor(code: S3ErrorCode, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.status = statusOf[code];
    this.details = details;
  }
}

const fullDiskCodes = new Set(['ENOSPC', 'EDQUOT']);
const exhaustionCodes = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);
/** SQLITE_FULL */
const sqliteFull = 13;

/** Turns whatever an operation threw into the answer: a full disk is 507, a process out of handles 503. */
export function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number };
  if ((code !== undefined && fullDiskCodes.has(code)) || errcode === sqliteFull) {
    return new S3Error('InsufficientStorage', 'The disk is full. Nothing of this request was kept.');
  }
  if (code !== undefined && exhaustionCodes.has(code)) {
    return new S3Error('ServiceUnavailable', 'The server is out of resources. Please retry.');
  }
  return new S3Error('InternalError', 'We encountered an internal error. Please try again.');
}

/** S3's error document. */
export function errorDocument(error: S3Error, resource: string, requestId: string): XmlElement {
  return [
    'Error',
    [
      ['Code', error.code],
      ['Message', error.message],
      ...Object.entries(error.details),
      ['Resource', resource],
      ['RequestId', requestId],
    ],
  ];
}
