import { MessageTooLarge } from './kafka-errors.ts';
import type { Outgoing } from './kafka-produce.ts';

export type Part = { readonly messages: readonly Outgoing[]; readonly bytes: number };

/** Lengths, times and attributes of a record besides its key, value and headers: an upper bound. */
const recordOverheadBytes = 64;

/** Cuts a call into parts that each fit into a request; throws `MessageTooLarge` for messages that fit into none. */
export function splitBySize(messages: readonly Outgoing[], maxBytes: number): readonly Part[] {
  const parts: Part[] = [];
  const tooLarge: number[] = [];
  let taken: Outgoing[] = [];
  let bytes = 0;
  messages.forEach((message, index) => {
    const more = messageBytes(message);
    if (more > maxBytes) tooLarge.push(index);
    if (taken.length > 0 && bytes + more > maxBytes) {
      parts.push({ messages: taken, bytes });
      taken = [];
      bytes = 0;
    }
    taken.push(message);
    bytes += more;
  });
  if (tooLarge.length > 0) throw new MessageTooLarge(`larger than ${maxBytes} bytes`, tooLarge);
  return taken.length === 0 ? parts : [...parts, { messages: taken, bytes }];
}

function messageBytes({ key, value, headers }: Outgoing): number {
  let bytes = recordOverheadBytes + Buffer.byteLength(key) + (value?.length ?? 0);
  for (const [name, header] of Object.entries(headers ?? {})) {
    bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(header);
  }
  return bytes;
}
