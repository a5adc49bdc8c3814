import { ErrorCode } from '../protocol/error-codes.ts';
import type { InitProducerIdResponse } from '../protocol/init-producer-id.ts';
import type { BrokerState } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

export async function handleInitProducerId(
  request: { transactionalId: string | null },
  broker: BrokerState,
): Promise<InitProducerIdResponse> {
  const refused = (errorCode: ErrorCode): InitProducerIdResponse => ({ errorCode, producerId: -1, producerEpoch: -1 });
  if (request.transactionalId !== null) return refused(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  try {
    return { errorCode: ErrorCode.NONE, producerId: await broker.catalog.nextProducerId(), producerEpoch: 0 };
  } catch (error) {
    return refused(storageErrorCode(error, broker.log));
  }
}
