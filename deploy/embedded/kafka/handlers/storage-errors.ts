import type { Logger } from 'pino';
import { StorageFailure } from '../log/durable-file.ts';
import { LogClosed } from '../log/partition-log.ts';
import { ErrorCode } from '../protocol/error-codes.ts';

/** What a client is told when the disk let its request down; errors that are nobody's disk are thrown on. */
export function storageErrorCode(error: unknown, log: Logger): ErrorCode {
  if (error instanceof LogClosed) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (error instanceof StorageFailure || isSystemError(error)) {
    log.error({ err: error }, 'storage failed');
    return ErrorCode.KAFKA_STORAGE_ERROR;
  }
  throw error;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
