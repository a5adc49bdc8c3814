import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Writer } from './writer.ts';

export type ApiRange = { key: number; minVersion: number; maxVersion: number };
export type ApiVersionsResponse = { errorCode: ErrorCode; apis: readonly ApiRange[] };

export const apiVersions: Codec<void, ApiVersionsResponse> = {
  key: 18,
  name: 'ApiVersions',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 3,
  decode: (reader, version) => {
    if (version < 3) return;
    reader.compactString(); // client software name
    reader.compactString(); // and its version
    reader.skipTaggedFields();
  },
  encode: (writer, version, response) => {
    writer.int16(response.errorCode);
    if (version >= 3) {
      writeCompact(writer, response.apis);
      return;
    }
    writer.array(response.apis, (api) => writeRange(writer, api));
    if (version >= 1) writeThrottleTime(writer);
  },
};

function writeCompact(writer: Writer, apis: readonly ApiRange[]): void {
  writer.unsignedVarint(apis.length + 1);
  for (const api of apis) {
    writeRange(writer, api);
    writer.noTaggedFields();
  }
  writeThrottleTime(writer);
  writer.noTaggedFields();
}

function writeRange(writer: Writer, api: ApiRange): void {
  writer.int16(api.key).int16(api.minVersion).int16(api.maxVersion);
}
