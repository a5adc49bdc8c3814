import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { eventFrame, frame, type HeaderSet } from './freeswitch-frames.ts';

// The other side of an inbound event socket, as mod_event_socket is read to behave: greeting, login, subscription, a
// bounded queue for each listener, and numbers that are drawn for events nobody is ever sent.

export type FreeswitchOptions = {
  readonly port?: number;
  readonly password?: string;
  /** Passwords of the directory's users, by user@domain. */
  readonly users?: Readonly<Record<string, string>>;
  readonly switchName?: string;
  readonly coreUuid?: string;
  readonly firstSeq?: number;
  /** Events kept for a listener that does not read; more are lost to it (MAX_QUEUE_LEN, 100,000). */
  readonly queueLength?: number;
  /** Events that may be lost to a listener before it is cut off (MAX_MISSED, 500). */
  readonly mostMissed?: number;
  /** Bytes written at a time; unset: as they come. */
  readonly chunkBytes?: number;
  /** Turns everybody away, as an ACL does. */
  readonly isRude?: boolean;
};

export type FreeswitchPeer = {
  readonly port: number;
  /** Makes events, numbers and stamps them, and sends each to those who asked for its name. */
  readonly fire: (events: readonly HeaderSet[]) => void;
  /** Draws numbers for events that are made and never sent, as each look into the XML does. */
  readonly makeUnsent: (count: number) => void;
  /** What `show channels` answers from now on. */
  readonly setChannels: (uuids: readonly string[]) => void;
  /** Breaks the connections there are after so many more bytes. */
  readonly cutOnceAfter: (bytes: number) => void;
  readonly disconnectAll: (notice?: string) => void;
  /** Ends all connections and is another boot, whose numbers begin at 1. */
  readonly restart: () => void;
  readonly coreUuid: () => string;
  readonly lastSeq: () => number;
  /** Connections that there were, ended ones included. */
  readonly connections: () => number;
  /** Connections that get events. */
  readonly listeners: () => number;
  /** Events that wait in listeners' queues. */
  readonly waiting: () => number;
  /** Events lost to listeners whose queue was full. */
  readonly missed: () => number;
  readonly commands: readonly string[];
  readonly close: () => Promise<void>;
};

type Listener = {
  readonly socket: Socket;
  wanted: ReadonlySet<string> | null;
  isAuthenticated: boolean;
  readonly queue: Buffer[];
  missed: number;
  bytesLeft: number;
};

type Core = {
  readonly options: FreeswitchOptions;
  readonly listeners: Set<Listener>;
  readonly commands: string[];
  coreUuid: string;
  seq: number;
  channels: readonly string[];
  connections: number;
  missed: number;
};

/** Starts a FreeSWITCH that has an event socket and nothing else. */
export const startFreeswitchPeer = async (options: FreeswitchOptions = {}): Promise<FreeswitchPeer> => {
  const { coreUuid = randomUUID(), firstSeq = 1, port = 0 } = options;
  const core: Core = {
    options,
    listeners: new Set(),
    commands: [],
    coreUuid,
    seq: firstSeq - 1,
    channels: [],
    connections: 0,
    missed: 0,
  };
  const server = createServer((socket) => accept(core, socket)).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    fire: (events) => {
      for (const event of events) fire(core, event);
    },
    makeUnsent: (count) => {
      core.seq += count;
    },
    setChannels: (uuids) => {
      core.channels = uuids;
    },
    cutOnceAfter: (bytes) => {
      for (const listener of core.listeners) listener.bytesLeft = bytes;
    },
    disconnectAll: (notice) => disconnectAll(core, notice),
    restart: () => {
      disconnectAll(core);
      core.coreUuid = randomUUID();
      core.seq = 0;
    },
    coreUuid: () => core.coreUuid,
    lastSeq: () => core.seq,
    connections: () => core.connections,
    listeners: () => [...core.listeners].filter(({ wanted }) => wanted !== null).length,
    waiting: () => [...core.listeners].reduce((sum, { queue }) => sum + queue.length, 0),
    missed: () => core.missed,
    commands: core.commands,
    close: async () => {
      disconnectAll(core);
      server.close();
      await once(server, 'close');
    },
  };
};

const disconnectAll = ({ listeners }: Core, notice?: string): void => {
  for (const { socket } of listeners) {
    if (notice === undefined) socket.destroy();
    else socket.end(frame('text/disconnect-notice', notice));
  }
};

const accept = (core: Core, socket: Socket): void => {
  socket.on('error', () => undefined);
  if (core.options.isRude === true) {
    socket.end(frame('text/rude-rejection', 'Access Denied, go away.\n'));
    return;
  }
  const listener: Listener = {
    socket,
    wanted: null,
    isAuthenticated: false,
    queue: [],
    missed: 0,
    bytesLeft: Number.POSITIVE_INFINITY,
  };
  core.listeners.add(listener);
  core.connections += 1;
  socket.on('close', () => core.listeners.delete(listener));
  socket.on('drain', () => flush(core, listener));
  let text = '';
  socket.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const command = text.slice(0, end).trim();
      text = text.slice(end + 2);
      obey(core, listener, command);
    }
  });
  say(core, listener, Buffer.from('Content-Type: auth/request\n\n'));
};

const reply = (core: Core, listener: Listener, text: string, more = ''): void =>
  say(core, listener, Buffer.from(`Content-Type: command/reply\nReply-Text: ${text}\n${more}\n`));

const obey = (core: Core, listener: Listener, command: string): void => {
  core.commands.push(command);
  const [verb, rest = ''] = split(command, ' ');
  if (!listener.isAuthenticated) {
    const isGood = verb === 'auth' ? rest === (core.options.password ?? 'ClueCon') : isUser(core, verb, rest);
    listener.isAuthenticated = isGood;
    reply(core, listener, isGood ? '+OK accepted' : '-ERR invalid', verb === 'userauth' ? 'Allowed-Events: all\n' : '');
    if (!isGood) listener.socket.end();
  } else if (command.startsWith('event plain ')) {
    listener.wanted = new Set(command.slice('event plain '.length).split(' '));
    reply(core, listener, '+OK event listener enabled plain');
  } else if (command === 'api show channels as json') {
    const rows = core.channels.map((uuid) => ({ uuid, direction: 'inbound', name: `sofia/internal/${uuid}` }));
    const answer = { row_count: rows.length, ...(rows.length > 0 && { rows }) };
    say(core, listener, frame('api/response', JSON.stringify(answer)));
    fire(core, { 'Event-Name': 'API', 'API-Command': 'show', 'API-Command-Argument': 'channels as json' });
  } else reply(core, listener, '-ERR command not found');
};

const isUser = ({ options }: Core, verb: string, rest: string): boolean => {
  const [user, password] = split(rest, ':');
  return verb === 'userauth' && password !== undefined && options.users?.[user] === password;
};

const split = (text: string, at: string): [string, string | undefined] => {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
};

const fire = (core: Core, headers: HeaderSet): void => {
  core.seq += 1;
  const name = headers['Event-Name'] ?? '';
  const listening = [...core.listeners].filter(
    ({ wanted }) => wanted?.has('ALL') === true || wanted?.has(name) === true,
  );
  if (listening.length === 0) return;
  const event = {
    'Event-Name': name,
    'Core-UUID': core.coreUuid,
    'FreeSWITCH-Switchname': core.options.switchName ?? 'pbx-1',
    'Event-Date-Timestamp': String(Date.now() * 1000),
    'Event-Sequence': String(core.seq),
    ...headers,
  };
  const bytes = eventFrame(event);
  for (const listener of listening) enqueue(core, listener, bytes);
};

const enqueue = (core: Core, listener: Listener, bytes: Buffer): void => {
  const { queueLength = 100_000, mostMissed = 500 } = core.options;
  if (listener.queue.length < queueLength) {
    listener.queue.push(bytes);
    flush(core, listener);
    return;
  }
  core.missed += 1;
  listener.missed += 1;
  if (listener.missed > mostMissed) listener.socket.destroy();
};

const flush = (core: Core, listener: Listener): void => {
  while (!listener.socket.writableNeedDrain && !listener.socket.destroyed) {
    const next = listener.queue.shift();
    if (next === undefined) return;
    say(core, listener, next);
  }
};

const say = (core: Core, listener: Listener, bytes: Buffer): void => {
  const { socket } = listener;
  const whole = bytes.subarray(0, listener.bytesLeft);
  listener.bytesLeft -= whole.length;
  const size = core.options.chunkBytes ?? whole.length;
  for (let at = 0; at < whole.length; at += size) socket.write(whole.subarray(at, at + size));
  if (listener.bytesLeft <= 0) socket.destroySoon();
};
