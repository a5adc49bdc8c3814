import type { Codec } from '../protocol/codec.ts';
import type { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';
import type { BrokerState, RequestContext } from './broker-state.ts';

/** A codec and its handler, with their types forgotten so that all of them fit in one table. */
export type Api = {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** Null when the request must not be answered. */
  readonly serve: (
    reader: Reader,
    version: number,
    broker: BrokerState,
    context: RequestContext,
  ) => Promise<Writer | null>;
};

type Handler<Request, Response> = (
  request: Request,
  broker: BrokerState,
  context: RequestContext,
) => Response | null | Promise<Response | null>;

export function api<Request, Response>(codec: Codec<Request, Response>, handle: Handler<Request, Response>): Api {
  const { key, name, minVersion, maxVersion } = codec;
  return {
    key,
    name,
    minVersion,
    maxVersion,
    serve: async (reader, version, broker, context) => {
      const isFlexible = version >= (codec.flexibleFrom ?? Number.POSITIVE_INFINITY);
      if (isFlexible) reader.becomeFlexible().endStruct();
      const response = await handle(codec.decode(reader, version), broker, context);
      if (response === null) return null;
      const writer = new Writer();
      if (isFlexible) writer.becomeFlexible();
      if (codec.hasPlainAnswerHeader !== true) writer.endStruct();
      codec.encode(writer, version, response);
      return writer;
    },
  };
}
