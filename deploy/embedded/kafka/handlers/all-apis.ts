import { type ApiVersionsResponse, apiVersions } from '../protocol/api-versions.ts';
import { createPartitions } from '../protocol/create-partitions.ts';
import { createTopics } from '../protocol/create-topics.ts';
import { deleteGroups } from '../protocol/delete-groups.ts';
import { deleteRecords } from '../protocol/delete-records.ts';
import { deleteTopics } from '../protocol/delete-topics.ts';
import { describeConfigs } from '../protocol/describe-configs.ts';
import { describeGroups } from '../protocol/describe-groups.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import { fetch } from '../protocol/fetch.ts';
import { findCoordinator } from '../protocol/find-coordinator.ts';
import { heartbeat } from '../protocol/heartbeat.ts';
import { initProducerId } from '../protocol/init-producer-id.ts';
import { joinGroup } from '../protocol/join-group.ts';
import { leaveGroup } from '../protocol/leave-group.ts';
import { listGroups } from '../protocol/list-groups.ts';
import { listOffsets } from '../protocol/list-offsets.ts';
import { metadata } from '../protocol/metadata.ts';
import { offsetCommit } from '../protocol/offset-commit.ts';
import { offsetFetch } from '../protocol/offset-fetch.ts';
import { produce } from '../protocol/produce.ts';
import { syncGroup } from '../protocol/sync-group.ts';
import { type Api, api } from './api.ts';
import { handleDeleteRecords } from './delete-records.ts';
import { handleDescribeConfigs } from './describe-configs.ts';
import { handleFetch } from './fetch.ts';
import { handleDeleteGroups, handleFindCoordinator, handleLeaveGroup } from './groups.ts';
import { handleInitProducerId } from './init-producer-id.ts';
import { handleListOffsets } from './list-offsets.ts';
import { handleOffsetCommit, handleOffsetFetch } from './offsets.ts';
import { handleProduce } from './produce.ts';
import { handleCreatePartitions, handleCreateTopics, handleDeleteTopics, handleMetadata } from './topics.ts';

/** Everything the broker can be asked, by API key. */
export const ALL_APIS: ReadonlyMap<number, Api> = byKey([
  api(apiVersions, () => supportedVersions(ErrorCode.NONE)),
  api(metadata, handleMetadata),
  api(produce, handleProduce),
  api(fetch, handleFetch),
  api(listOffsets, handleListOffsets),
  api(findCoordinator, handleFindCoordinator),
  api(joinGroup, (request, { groups }, client) => groups.join(request, client)),
  api(syncGroup, (request, { groups }) => groups.sync(request)),
  api(heartbeat, (request, { groups }) => ({ errorCode: groups.heartbeat(request.groupId, request) })),
  api(leaveGroup, handleLeaveGroup),
  api(offsetCommit, handleOffsetCommit),
  api(offsetFetch, handleOffsetFetch),
  api(describeGroups, ({ groupIds }, { groups }) => ({ groups: groupIds.map((id) => groups.describe(id)) })),
  api(listGroups, (_request, { groups }) => ({ groups: groups.list() })),
  api(deleteGroups, handleDeleteGroups),
  api(createTopics, handleCreateTopics),
  api(deleteTopics, handleDeleteTopics),
  api(createPartitions, handleCreatePartitions),
  api(deleteRecords, handleDeleteRecords),
  api(describeConfigs, handleDescribeConfigs),
  api(initProducerId, handleInitProducerId),
]);

export function supportedVersions(errorCode: ErrorCode): ApiVersionsResponse {
  return { errorCode, apis: [...ALL_APIS.values()].sort((a, b) => a.key - b.key) };
}

function byKey(apis: Api[]): Map<number, Api> {
  return new Map(apis.map((each) => [each.key, each]));
}
