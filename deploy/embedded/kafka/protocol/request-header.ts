import type { Reader } from './reader.ts';

export type RequestHeader = {
  apiKey: number;
  apiVersion: number;
  correlationId: number;
  clientId: string;
};

/** Tagged fields, which only flexible versions have, are left to who knows the API. */
export function readRequestHeader(reader: Reader): RequestHeader {
  return {
    apiKey: reader.int16(),
    apiVersion: reader.int16(),
    correlationId: reader.int32(),
    clientId: reader.nullableString() ?? '',
  };
}
