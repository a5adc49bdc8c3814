import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type InitProducerIdResponse = { errorCode: ErrorCode; producerId: number; producerEpoch: number };

export const initProducerId: Codec<{ transactionalId: string | null }, InitProducerIdResponse> = {
  key: 22,
  name: 'InitProducerId',
  minVersion: 0,
  maxVersion: 1,
  decode: (reader) => {
    const transactionalId = reader.nullableString();
    reader.int32(); // transaction timeout
    return { transactionalId };
  },
  encode: (writer, _version, response) => {
    writeThrottleTime(writer);
    writer.int16(response.errorCode).int64(response.producerId).int16(response.producerEpoch);
  },
};
