import { createRequire } from 'node:module';

/** kafkajs's own codecs: they encode requests and decode responses, the halves that the broker's do not have. */
type KafkajsCodec = {
  request: { encode: () => Promise<{ buffer: Buffer }> };
  response: { decode: (bytes: Buffer) => Promise<unknown> };
};

type Definition = {
  versions: string[];
  protocol: (options: { version: number }) => (request: object) => KafkajsCodec;
};

const require = createRequire(import.meta.url);
const { requests } = require('kafkajs/src/protocol/requests') as { requests: Record<string, Definition> };
const keys = require('kafkajs/src/protocol/requests/apiKeys') as Record<string, number>;

/** What kafkajs knows of the API: its versions, and for each how to write a request and read an answer. */
export function kafkajsDefinition(apiKey: number): Definition {
  const name = Object.keys(keys).find((candidate) => keys[candidate] === apiKey) ?? '';
  const definition = requests[name];
  if (definition === undefined) throw new Error(`kafkajs does not know API ${apiKey}`);
  return definition;
}
