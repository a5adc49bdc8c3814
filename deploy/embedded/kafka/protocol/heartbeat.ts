import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type HeartbeatRequest = { groupId: string; generation: number; memberId: string };
export type HeartbeatResponse = { errorCode: ErrorCode };

export const heartbeat: Codec<HeartbeatRequest, HeartbeatResponse> = {
  key: 12,
  name: 'Heartbeat',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode: (reader, version) => {
    const request = { groupId: reader.string(), generation: reader.int32(), memberId: reader.string() };
    if (version >= 3) reader.nullableString(); // group instance id, refused when joining
    reader.endStruct();
    return request;
  },
  encode: (writer, version, response) => {
    if (version >= 1) writeThrottleTime(writer);
    writer.int16(response.errorCode).endStruct();
  },
};
