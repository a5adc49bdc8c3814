import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export const TRANSACTION_COORDINATOR = 1;

/** `keys` are groups: one broker coordinates them all. */
export type FindCoordinatorRequest = { keyType: number; keys: string[] };

export type FindCoordinatorResponse = {
  keys: string[];
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
  maxVersion: 4,
  flexibleFrom: 3,
  decode: (reader, version) => {
    const key = version <= 3 ? reader.string() : '';
    const keyType = version >= 1 ? reader.int8() : 0;
    const keys = version >= 4 ? reader.array(() => reader.string()) : [key];
    reader.endStruct();
    return { keyType, keys };
  },
  encode: (writer, version, { keys, errorCode, errorMessage, nodeId, host, port }) => {
    if (version >= 1) writeThrottleTime(writer);
    if (version >= 4) {
      writer.array(keys, (key) => {
        writer.string(key).int32(nodeId).string(host).int32(port);
        writer.int16(errorCode).nullableString(errorMessage).endStruct();
      });
    } else {
      writer.int16(errorCode);
      if (version >= 1) writer.nullableString(errorMessage);
      writer.int32(nodeId).string(host).int32(port);
    }
    writer.endStruct();
  },
};
