import type { Socket } from 'node:net';
import { createClockOffset } from '../clock-offset.ts';
import { addressOf, ConnectionEnded, keepConnected } from '../keep-connected.ts';
import type { Reader, SourceParts } from '../run-source.ts';
import { type Conversation, createConversation } from './conversation.ts';
import type { Position } from './position.ts';
import type { settings } from './settings.ts';

/** What is safe up to; null before the first event. */
export type Mark = Position | null;

/** FreeSWITCH sends a HEARTBEAT every 20 s, unless told otherwise (event-heartbeat-interval). */
const silentAfterMs = 70_000;

/** Reads a FreeSWITCH's event socket until the signal aborts, over as many connections as that takes. */
export const readEsl = (parts: SourceParts<typeof settings, Mark>): Reader => {
  const { config, logger, metrics, signal } = parts;
  const clock = createClockOffset();
  let position: Mark = parts.found;
  let conversation: Conversation | null = null;
  let lastEnd = '';

  const converse = async (socket: Socket): Promise<string> => {
    conversation = createConversation({
      login: { user: config.user, password: config.password.reveal() },
      clock,
      before: position,
      onGap: (gap) => {
        metrics.gap(gap.reason);
        logger.warn({ ...gap }, 'the switch may have said what was not heard');
      },
      onLag: (us) => metrics.lag(us / 1_000_000),
      logger,
    });
    try {
      return await readSocket(socket, conversation, parts);
    } finally {
      position = conversation.position();
      conversation = null;
      metrics.connected(false);
    }
  };

  return {
    health: () =>
      conversation?.isListening() === true
        ? { ready: true, state: 'listening' }
        : { ready: false, state: lastEnd === '' ? 'connecting' : `not connected: ${lastEnd}` },
    ended: keepConnected({
      address: addressOf(config.address),
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

const readSocket = async (
  socket: Socket,
  conversation: Conversation,
  { config, feed, metrics, logger }: SourceParts<typeof settings, Mark>,
): Promise<string> => {
  const silence = watchSilence(socket);
  const asking = setInterval(
    () => socket.write(conversation.askChannels(Date.now() * 1000)),
    config.channelsIntervalMs,
  );
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      silence.stop();
      const wasListening = conversation.isListening();
      const source = await feed.source(Date.now() * 1000);
      const { send, own, records, ended } = conversation.hear(chunk, source);
      socket.write(send);
      if (!wasListening && conversation.isListening()) {
        metrics.connected(true);
        logger.info('listening to the switch');
      }
      if (own.length > 0 || records.length > 0)
        await feed.take({ own, records, source, mark: conversation.position() });
      if (ended !== null) return ended;
      silence.start();
    }
    return 'the switch closed the connection';
  } finally {
    silence.stop();
    clearInterval(asking);
  }
};

/** Ends a connection over which nothing comes; the time that we take before we read on does not count. */
const watchSilence = (socket: Socket): { start: () => void; stop: () => void } => {
  let timer: NodeJS.Timeout;
  const start = (): void => {
    timer = setTimeout(() => {
      socket.destroy(new ConnectionEnded(`the switch said nothing for ${silentAfterMs / 1000} s`));
    }, silentAfterMs);
  };
  start();
  return { start, stop: () => clearTimeout(timer) };
};
