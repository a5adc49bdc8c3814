import type { DeletedRecords, DeleteRecordsRequest, DeleteRecordsResponse } from '../protocol/delete-records.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { BrokerState } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

export async function handleDeleteRecords(
  request: DeleteRecordsRequest,
  broker: BrokerState,
): Promise<DeleteRecordsResponse> {
  const topics = request.topics.map(async ({ name, partitions }) => ({
    name,
    partitions: await Promise.all(partitions.map(({ index, offset }) => deleteBefore(broker, name, index, offset))),
  }));
  return { topics: await Promise.all(topics) };
}

async function deleteBefore(
  broker: BrokerState,
  topic: string,
  index: number,
  offset: number,
): Promise<DeletedRecords> {
  const log = broker.catalog.partition(topic, index);
  if (log === undefined) return { index, lowWatermark: -1, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
  try {
    const isThere = await log.deleteRecordsBefore(offset);
    if (!isThere) return { index, lowWatermark: -1, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
    return { index, lowWatermark: log.logStartOffset, errorCode: ErrorCode.NONE };
  } catch (error) {
    return { index, lowWatermark: -1, errorCode: storageErrorCode(error, broker.log) };
  }
}
