import { ClickHouseError } from '@clickhouse/client';

/** ClickHouse did not answer in the time given; whether it did the work is not known. */
export class ClickHouseTimeout extends Error {
  override readonly name = 'ClickHouseTimeout';
}

/** Codes of ClickHouse for troubles that pass: load, memory, parts, disk, replicas, network. */
const passingCodes = new Set([
  '159', // TIMEOUT_EXCEEDED
  '198', // DNS_ERROR
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '203', // NO_FREE_CONNECTION
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '225', // NO_ZOOKEEPER
  '236', // ABORTED
  '241', // MEMORY_LIMIT_EXCEEDED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '252', // TOO_MANY_PARTS
  '279', // ALL_CONNECTION_TRIES_FAILED
  '285', // TOO_FEW_LIVE_REPLICAS
  '286', // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  '319', // UNKNOWN_STATUS_OF_INSERT
  '394', // QUERY_WAS_CANCELLED
  '439', // CANNOT_SCHEDULE_TASK
  '999', // KEEPER_EXCEPTION
]);

/** Whether ClickHouse refuses the user or the password. */
export function isClickHouseLoginRefused(error: unknown): boolean {
  return error instanceof ClickHouseError && error.type === 'AUTHENTICATION_FAILED';
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether the same statement may succeed later. An insert's outcome is then unknown: repeat only what is idempotent. */
export function isRetryableClickHouseError(error: unknown): boolean {
  if (error instanceof ClickHouseTimeout) return true;
  if (error instanceof ClickHouseError) return passingCodes.has(error.code);
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') return networkCodes.has(error.code);
  // The client throws a bare Error for an answer that is not ClickHouse's, such as a proxy's 502 or 503.
  return error.constructor === Error;
}
