import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type DeleteGroupsResponse = { groups: { groupId: string; errorCode: ErrorCode }[] };

export const deleteGroups: Codec<{ groupIds: string[] }, DeleteGroupsResponse> = {
  key: 42,
  name: 'DeleteGroups',
  minVersion: 0,
  maxVersion: 1,
  decode: (reader) => ({ groupIds: reader.array(() => reader.string()) }),
  encode: (writer, _version, response) => {
    writeThrottleTime(writer);
    writer.array(response.groups, (group) => {
      writer.string(group.groupId).int16(group.errorCode);
    });
  },
};
