import { type Codec, writeThrottleTime } from './codec.ts';

export type ListGroupsResponse = { groups: { groupId: string; protocolType: string }[] };

export const listGroups: Codec<void, ListGroupsResponse> = {
  key: 16,
  name: 'ListGroups',
  minVersion: 0,
  maxVersion: 2,
  decode: () => undefined,
  encode: (writer, version, response) => {
    if (version >= 1) writeThrottleTime(writer);
    writer.int16(0);
    writer.array(response.groups, (group) => {
      writer.string(group.groupId).string(group.protocolType);
    });
  },
};
