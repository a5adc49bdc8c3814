import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Writer } from './writer.ts';

export const TOPIC_RESOURCE = 2;
export const BROKER_RESOURCE = 4;

/** Where a value comes from, in Kafka's numbering. */
export const TOPIC_CONFIG = 1;
export const DEFAULT_CONFIG = 5;

/** `names: null` asks for every entry. */
export type ConfigResource = { type: number; name: string; names: string[] | null };

export type DescribedEntry = { name: string; value: string; readOnly: boolean; isDefault: boolean };

export type DescribedConfig = {
  errorCode: ErrorCode;
  errorMessage: string | null;
  type: number;
  name: string;
  entries: DescribedEntry[];
};

export const describeConfigs: Codec<{ resources: ConfigResource[] }, { resources: DescribedConfig[] }> = {
  key: 32,
  name: 'DescribeConfigs',
  minVersion: 0,
  maxVersion: 2,
  decode: (reader, version) => {
    const resources = reader.array(() => ({
      type: reader.int8(),
      name: reader.string(),
      names: reader.nullableArray(() => reader.string()),
    }));
    if (version >= 1) reader.boolean(); // include synonyms: there are none
    return { resources };
  },
  encode: (writer, version, response) => {
    writeThrottleTime(writer);
    writer.array(response.resources, (resource) => {
      writer.int16(resource.errorCode).nullableString(resource.errorMessage);
      writer.int8(resource.type).string(resource.name);
      writer.array(resource.entries, (entry) => writeEntry(writer, version, entry));
    });
  },
};

function writeEntry(writer: Writer, version: number, entry: DescribedEntry): void {
  writer.string(entry.name).nullableString(entry.value).boolean(entry.readOnly);
  if (version === 0) writer.boolean(entry.isDefault);
  else writer.int8(entry.isDefault ? DEFAULT_CONFIG : TOPIC_CONFIG);
  writer.boolean(false); // is_sensitive
  if (version >= 1) writer.int32(0); // synonyms
}
