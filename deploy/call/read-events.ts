import { createReadStream } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { type Decoded, decodeEvent, encodeEvent } from '../../schemas/event-codec.ts';
import { type EventJson, eventFromJson } from '../../schemas/event-json.ts';
import { type Event, payloadRecords } from '../../schemas/events.ts';
import { CommandError } from '../cli/command-error.ts';

/** The events of a download of `GET /v1/calls/{id}/events`, one a line; `-` is standard input. */
export const readEventFile = async (file: string): Promise<Event[]> => {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const events: Event[] = [];
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== '') events.push(readEvent(text, `${file === '-' ? 'standard input' : file}:${line}`));
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`);
  }
  if (events.length === 0) throw new CommandError(`${file} has no events`);
  return events;
};

const readEvent = (text: string, place: string): Event => {
  const decoded = throughTheWire(jsonOf(text, place), place);
  if ('rejection' in decoded) throw new CommandError(`${place}: ${decoded.rejection}`);
  return decoded.event;
};

const jsonOf = (text: string, place: string): EventJson => {
  try {
    const json = JSON.parse(text) as EventJson;
    if (Object.hasOwn(payloadRecords, json.type)) return json;
  } catch {
    // Told below, as what is JSON and no event is.
  }
  throw new CommandError(`${place} is no event: download them with \`accept: application/x-ndjson\``);
};

/** The event as the processor would have it from the log: what the contract does not carry is refused. */
const throughTheWire = (json: EventJson, place: string): Decoded => {
  try {
    return decodeEvent(encodeEvent(eventFromJson(json)));
  } catch (error) {
    const reason = error instanceof TypeError ? 'fields are missing or of another type' : (error as Error).message;
    throw new CommandError(`${place}: no valid ${json.type}: ${reason}`);
  }
};
