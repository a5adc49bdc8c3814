import type { FetchedMessage } from './kafka-internals.ts';

/** A record as read from a topic. */
export type LogRecord = {
  readonly offset: string;
  readonly key: Buffer | null;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  /** ms since the epoch, as the producer or the broker stamped it. */
  readonly timestampMs: number;
  readonly headers: FetchedMessage['headers'];
};

export function toLogRecord(message: FetchedMessage): LogRecord {
  return {
    offset: message.offset,
    key: message.key,
    value: message.value,
    timestampMs: Number(message.timestamp),
    headers: message.headers,
  };
}

/** A header's text, the first when there are several of the name. */
export function headerText({ headers }: Pick<LogRecord, 'headers'>, name: string): string | undefined {
  const header = headers?.[name];
  const first = Array.isArray(header) ? header[0] : header;
  return first?.toString();
}
