import type { DeleteGroupsResponse } from '../protocol/delete-groups.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import {
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
  TRANSACTION_COORDINATOR,
} from '../protocol/find-coordinator.ts';
import type { LeaveGroupRequest, LeaveGroupResponse } from '../protocol/leave-group.ts';
import { type BrokerState, NODE_ID, type RequestContext } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

export function handleFindCoordinator(
  request: FindCoordinatorRequest,
  _broker: BrokerState,
  context: RequestContext,
): FindCoordinatorResponse {
  if (request.keyType === TRANSACTION_COORDINATOR) {
    return {
      keys: request.keys,
      errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      errorMessage: 'the embedded broker has no transactions',
      nodeId: -1,
      host: '',
      port: -1,
    };
  }
  const { brokerHost: host, brokerPort: port } = context;
  return { keys: request.keys, errorCode: ErrorCode.NONE, errorMessage: null, nodeId: NODE_ID, host, port };
}

export function handleLeaveGroup(request: LeaveGroupRequest, broker: BrokerState): LeaveGroupResponse {
  const members = request.memberIds.map((memberId) => ({
    memberId,
    errorCode: broker.groups.leave(request.groupId, memberId),
  }));
  return { members };
}

export async function handleDeleteGroups(
  request: { groupIds: string[] },
  broker: BrokerState,
): Promise<DeleteGroupsResponse> {
  const groups: DeleteGroupsResponse['groups'] = [];
  for (const groupId of request.groupIds) groups.push({ groupId, errorCode: await deleteGroup(groupId, broker) });
  return { groups };
}

async function deleteGroup(groupId: string, broker: BrokerState): Promise<ErrorCode> {
  try {
    return await broker.groups.delete(groupId);
  } catch (error) {
    return storageErrorCode(error, broker.log);
  }
}
