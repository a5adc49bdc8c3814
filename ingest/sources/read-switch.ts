import type { Socket } from 'node:net';
import type { Logger } from '../../runtime/logger.ts';
import type { Event } from '../../schemas/events.ts';
import type { Source } from '../dialect.ts';
import type { SentRecord } from '../records.ts';
import type { Feed } from './feed.ts';
import { type Address, ConnectionEnded, keepConnected } from './keep-connected.ts';
import type { Gap, Position } from './position.ts';
import type { Reader } from './run-source.ts';
import type { SourceMetrics } from './source-metrics.ts';

/** What some bytes from a switch come to. */
export type Heard = {
  /** To be written to the socket. */
  send: string;
  /** Events of the source's own, which go before the records. */
  own: Event[];
  records: SentRecord[];
  /** Why the connection is of no more use; null while it is. */
  ended: string | null;
};

/** One connection to a switch, from greeting to end, without the socket. */
export type Conversation = {
  readonly hear: (chunk: Buffer, source: Source) => Heard;
  readonly isListening: () => boolean;
  /** How far the switch was read and told of; null before the first event of all. */
  readonly position: () => Position | null;
};

/** What every conversation is begun with. */
export type Beginning = {
  /** How far the switch was read over the connection before. */
  readonly before: Position | null;
  readonly onGap: (gap: Gap) => void;
  /** Told how long after it was made an event came, µs. */
  readonly onLag: (us: number) => void;
};

/** Something to say again and again while the switch is listened to, at `nowUs` by our clock. */
export type Routine<Talk> = { readonly everyMs: number; readonly say: (talk: Talk, nowUs: number) => string };

export type SwitchParts<Talk extends Conversation> = {
  readonly address: Address;
  readonly begin: (beginning: Beginning) => Talk;
  readonly routines: readonly Routine<Talk>[];
  /** A switch that says nothing for so long is taken for dead. */
  readonly silentAfterMs: number;
  readonly feed: Feed<Position | null>;
  readonly found: Position | null;
  readonly metrics: SourceMetrics;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/** Reads a switch until the signal aborts, over as many connections as that takes. */
export const readSwitch = <Talk extends Conversation>(parts: SwitchParts<Talk>): Reader => {
  const { address, metrics, logger, signal } = parts;
  let position = parts.found;
  let talk: Talk | null = null;
  let lastEnd = '';

  const converse = async (socket: Socket): Promise<string> => {
    talk = parts.begin({
      before: position,
      onGap: (gap) => {
        metrics.gap(gap.reason);
        logger.warn({ ...gap }, 'the switch may have said what was not heard');
      },
      onLag: (us) => metrics.lag(us / 1_000_000),
    });
    try {
      return await readSocket(socket, talk, parts);
    } finally {
      position = talk.position();
      talk = null;
      metrics.connected(false);
    }
  };

  return {
    health: () =>
      talk?.isListening() === true
        ? { ready: true, state: 'listening' }
        : { ready: false, state: lastEnd === '' ? 'connecting' : `not connected: ${lastEnd}` },
    ended: keepConnected({
      address,
      converse,
      onEnd: (reason) => {
        lastEnd = reason;
        metrics.reconnecting();
      },
      logger,
      signal,
    }),
  };
};

const readSocket = async <Talk extends Conversation>(
  socket: Socket,
  talk: Talk,
  { feed, routines, silentAfterMs, metrics, logger }: SwitchParts<Talk>,
): Promise<string> => {
  const silence = watchSilence(socket, silentAfterMs);
  const timers = routines.map(({ everyMs, say }) =>
    setInterval(() => {
      if (socket.writable && talk.isListening()) socket.write(say(talk, Date.now() * 1000));
    }, everyMs),
  );
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      silence.stop();
      const wasListening = talk.isListening();
      const source = await feed.source(Date.now() * 1000);
      const { send, own, records, ended } = talk.hear(chunk, source);
      socket.write(send);
      if (!wasListening && talk.isListening()) {
        metrics.connected(true);
        logger.info('listening to the switch');
      }
      if (own.length > 0 || records.length > 0) await feed.take({ own, records, source, mark: talk.position() });
      if (ended !== null) return ended;
      silence.start();
    }
    return 'the switch closed the connection';
  } finally {
    silence.stop();
    for (const timer of timers) clearInterval(timer);
  }
};

/** Ends a connection over which nothing comes; the time that we take before we read on does not count. */
const watchSilence = (socket: Socket, silentAfterMs: number): { start: () => void; stop: () => void } => {
  let timer: NodeJS.Timeout;
  const start = (): void => {
    timer = setTimeout(() => {
      socket.destroy(new ConnectionEnded(`the switch said nothing for ${silentAfterMs / 1000} s`));
    }, silentAfterMs);
  };
  start();
  return { start, stop: () => clearTimeout(timer) };
};
