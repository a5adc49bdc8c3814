import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type ApiRange = { key: number; minVersion: number; maxVersion: number };
export type ApiVersionsResponse = { errorCode: ErrorCode; apis: readonly ApiRange[] };

export const apiVersions: Codec<void, ApiVersionsResponse> = {
  key: 18,
  name: 'ApiVersions',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 3,
  hasPlainAnswerHeader: true,
  decode: (reader, version) => {
    if (version < 3) return;
    reader.string(); // client software name
    reader.string(); // and its version
    reader.endStruct();
  },
  encode: (writer, version, response) => {
    writer.int16(response.errorCode);
    writer.array(response.apis, (api) => {
      writer.int16(api.key).int16(api.minVersion).int16(api.maxVersion).endStruct();
    });
    if (version >= 1) writeThrottleTime(writer);
    writer.endStruct();
  },
};
