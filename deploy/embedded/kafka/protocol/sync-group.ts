import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type SyncGroupRequest = {
  groupId: string;
  generation: number;
  memberId: string;
  assignments: { memberId: string; assignment: Buffer }[];
};

export type SyncGroupResponse = { errorCode: ErrorCode; assignment: Buffer };

export const syncGroup: Codec<SyncGroupRequest, SyncGroupResponse> = {
  key: 14,
  name: 'SyncGroup',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode: (reader, version) => {
    const groupId = reader.string();
    const generation = reader.int32();
    const memberId = reader.string();
    if (version >= 3) reader.nullableString(); // group instance id, refused when joining
    const assignments = reader.array(() => {
      const assigned = { memberId: reader.string(), assignment: reader.bytes() };
      reader.endStruct();
      return assigned;
    });
    reader.endStruct();
    return { groupId, generation, memberId, assignments };
  },
  encode: (writer, version, response) => {
    if (version >= 1) writeThrottleTime(writer);
    writer.int16(response.errorCode).bytes(response.assignment).endStruct();
  },
};
