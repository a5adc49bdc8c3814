import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type DescribedMember = {
  memberId: string;
  clientId: string;
  clientHost: string;
  metadata: Buffer;
  assignment: Buffer;
};

export type DescribedGroup = {
  errorCode: ErrorCode;
  groupId: string;
  state: string;
  protocolType: string;
  protocol: string;
  members: DescribedMember[];
};

export const describeGroups: Codec<{ groupIds: string[] }, { groups: DescribedGroup[] }> = {
  key: 15,
  name: 'DescribeGroups',
  minVersion: 0,
  maxVersion: 2,
  decode: (reader) => ({ groupIds: reader.array(() => reader.string()) }),
  encode: (writer, version, response) => {
    if (version >= 1) writeThrottleTime(writer);
    writer.array(response.groups, (group) => {
      writer.int16(group.errorCode).string(group.groupId).string(group.state);
      writer.string(group.protocolType).string(group.protocol);
      writer.array(group.members, (member) => {
        writer.string(member.memberId).string(member.clientId).string(member.clientHost);
        writer.bytes(member.metadata).bytes(member.assignment);
      });
    });
  },
};
