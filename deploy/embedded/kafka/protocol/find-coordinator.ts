import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export const TRANSACTION_COORDINATOR = 1;

export type FindCoordinatorRequest = { keyType: number };

export type FindCoordinatorResponse = {
  errorCode: ErrorCode;
  errorMessage: string | null;
  nodeId: number;
  host: string;
  port: number;
};

export const findCoordinator: Codec<FindCoordinatorRequest, FindCoordinatorResponse> = {
  key: 10,
  name: 'FindCoordinator',
  minVersion: 0,
  maxVersion: 2,
  decode: (reader, version) => {
    reader.string(); // the group: one broker coordinates them all
    return { keyType: version >= 1 ? reader.int8() : 0 };
  },
  encode: (writer, version, response) => {
    if (version >= 1) writeThrottleTime(writer);
    writer.int16(response.errorCode);
    if (version >= 1) writer.nullableString(response.errorMessage);
    writer.int32(response.nodeId).string(response.host).int32(response.port);
  },
};
