import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type LeaveGroupRequest = { groupId: string; memberIds: string[] };
export type LeaveGroupResponse = { members: { memberId: string; errorCode: ErrorCode }[] };

export const leaveGroup: Codec<LeaveGroupRequest, LeaveGroupResponse> = {
  key: 13,
  name: 'LeaveGroup',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode: (reader, version) => {
    const groupId = reader.string();
    if (version < 3) return { groupId, memberIds: [reader.string()] };
    const memberIds = reader.array(() => {
      const memberId = reader.string();
      reader.nullableString(); // group instance id, refused when joining
      reader.endStruct();
      return memberId;
    });
    reader.endStruct();
    return { groupId, memberIds };
  },
  encode: (writer, version, response) => {
    if (version >= 1) writeThrottleTime(writer);
    if (version < 3) {
      writer.int16(response.members[0]?.errorCode ?? 0);
      return;
    }
    writer.int16(0);
    writer.array(response.members, (member) => {
      writer.string(member.memberId).nullableString(null).int16(member.errorCode).endStruct();
    });
    writer.endStruct();
  },
};
