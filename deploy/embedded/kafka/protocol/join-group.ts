import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type GroupProtocol = { name: string; metadata: Buffer };

export type JoinGroupRequest = {
  groupId: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  memberId: string;
  groupInstanceId: string | null;
  protocolType: string;
  protocols: GroupProtocol[];
  /** From version 4 on a new member first asks for its id, so that a lost answer leaves no ghost behind. */
  mustKnowItsId: boolean;
};

export type JoinGroupResponse = {
  errorCode: ErrorCode;
  generation: number;
  protocolName: string;
  leader: string;
  memberId: string;
  members: { memberId: string; metadata: Buffer }[];
};

export const joinGroup: Codec<JoinGroupRequest, JoinGroupResponse> = {
  key: 11,
  name: 'JoinGroup',
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 6,
  decode: (reader, version) => {
    const groupId = reader.string();
    const sessionTimeoutMs = reader.int32();
    const request = {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs: version >= 1 ? reader.int32() : sessionTimeoutMs,
      memberId: reader.string(),
      groupInstanceId: version >= 5 ? reader.nullableString() : null,
      protocolType: reader.string(),
      protocols: reader.array(() => {
        const protocol = { name: reader.string(), metadata: reader.bytes() };
        reader.endStruct();
        return protocol;
      }),
      mustKnowItsId: version >= 4,
    };
    reader.endStruct();
    return request;
  },
  encode: (writer, version, response) => {
    if (version >= 2) writeThrottleTime(writer);
    writer.int16(response.errorCode).int32(response.generation);
    writer.string(response.protocolName).string(response.leader).string(response.memberId);
    writer.array(response.members, (member) => {
      writer.string(member.memberId);
      if (version >= 5) writer.nullableString(null); // group instance id
      writer.bytes(member.metadata).endStruct();
    });
    writer.endStruct();
  },
};
