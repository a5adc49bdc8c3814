import type { Dispatch } from '../network/connection.ts';
import { apiVersions } from '../protocol/api-versions.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import { produce } from '../protocol/produce.ts';
import { MalformedRequest, Reader } from '../protocol/reader.ts';
import { readRequestHeader } from '../protocol/request-header.ts';
import { type Part, Writer } from '../protocol/writer.ts';
import { ALL_APIS, supportedVersions } from './all-apis.ts';
import type { BrokerState } from './broker-state.ts';

/** Serves a request by its header. Throws for what cannot be answered in a form the client would understand. */
export function createDispatch(broker: BrokerState): Dispatch {
  return async (frame, client) => {
    const reader = new Reader(frame);
    const { apiKey, apiVersion, correlationId, clientId } = readRequestHeader(reader);
    const api = ALL_APIS.get(apiKey);
    if (api === undefined) throw new MalformedRequest(`API ${apiKey} is not supported`);
    if (apiVersion < api.minVersion || apiVersion > api.maxVersion) {
      // Only this API has an answer that every client can read whatever version it asked for.
      if (apiKey === apiVersions.key) return framed(correlationId, unsupportedVersion());
      throw new MalformedRequest(`version ${apiVersion} of ${api.name} is not supported`);
    }
    const { host: clientHost, ...rest } = client;
    const body = await api.serve(reader, apiVersion, broker, { ...rest, clientId, clientHost });
    return body === null ? null : framed(correlationId, body);
  };
}

/** Produce requests join one group commit, so they need not wait for each other. */
export function mayOverlap(frame: Buffer): boolean {
  return frame.length >= 2 && frame.readInt16BE(0) === produce.key;
}

function unsupportedVersion(): Writer {
  const body = new Writer();
  apiVersions.encode(body, 0, supportedVersions(ErrorCode.UNSUPPORTED_VERSION));
  return body;
}

function framed(correlationId: number, body: Writer): Part[] {
  const head = new Writer(8).int32(4 + body.length).int32(correlationId);
  return [...head.parts(), ...body.parts()];
}
