import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

// The other side of a manager's socket, as Asterisk's manager.c is read to behave: greeting, login plain and by
// challenge, events to all who are logged in, and an end for whoever does not read.

export type Fields = Readonly<Record<string, string>>;

export type AsteriskOptions = {
  readonly port?: number;
  readonly user?: string;
  readonly secret?: string;
  /** `timestampevents`. */
  readonly isTimed?: boolean;
  /** `debug`: events have numbers. */
  readonly isNumbered?: boolean;
  readonly systemName?: string;
  /** When it started, as CoreStatus tells it. */
  readonly started?: string;
  /** Whether the user may ask (`write = reporting`). */
  readonly mayAsk?: boolean;
  /** Bytes that may wait for somebody who does not read before he is cut off (`writetimeout`). */
  readonly mostWaiting?: number;
  readonly chunkBytes?: number;
};

export type AsteriskPeer = {
  readonly port: number;
  /** Makes events, numbers and stamps them, and sends them to everybody. */
  readonly fire: (events: readonly Fields[]) => void;
  readonly setChannels: (uniqueIds: readonly string[]) => void;
  /** Breaks the connections there are after so many more bytes. */
  readonly cutOnceAfter: (bytes: number) => void;
  readonly disconnectAll: () => void;
  /** Ends all connections, and has started at another time; numbers begin at 0. */
  readonly restart: (started: string) => void;
  readonly lastSeq: () => number;
  readonly connections: () => number;
  readonly listeners: () => number;
  readonly actions: readonly Fields[];
  readonly close: () => Promise<void>;
};

type Session = { readonly socket: Socket; challenge: string; isIn: boolean; bytesLeft: number };

type Core = {
  readonly options: AsteriskOptions;
  readonly sessions: Set<Session>;
  readonly actions: Fields[];
  started: string;
  seq: number;
  channels: readonly string[];
  connections: number;
};

/** Starts an Asterisk that has a manager and nothing else. */
export const startAsteriskPeer = async (options: AsteriskOptions = {}): Promise<AsteriskPeer> => {
  const { started = '2026-03-05 08:00:00' } = options;
  const core: Core = { options, sessions: new Set(), actions: [], started, seq: 0, channels: [], connections: 0 };
  const server = createServer((socket) => accept(core, socket)).listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const disconnectAll = (): void => {
    for (const { socket } of core.sessions) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    fire: (events) => {
      for (const event of events) fire(core, event);
    },
    setChannels: (uniqueIds) => {
      core.channels = uniqueIds;
    },
    cutOnceAfter: (bytes) => {
      for (const session of core.sessions) session.bytesLeft = bytes;
    },
    disconnectAll,
    restart: (at) => {
      disconnectAll();
      core.started = at;
      core.seq = 0;
    },
    lastSeq: () => core.seq - 1,
    connections: () => core.connections,
    listeners: () => [...core.sessions].filter(({ isIn }) => isIn).length,
    actions: core.actions,
    close: async () => {
      disconnectAll();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Fields as a manager sends them. */
export const block = (fields: Fields): Buffer =>
  Buffer.from(
    `${Object.entries(fields)
      .map(([key, value]) => `${key}: ${value}\r\n`)
      .join('')}\r\n`,
  );

const accept = (core: Core, socket: Socket): void => {
  socket.on('error', () => undefined);
  const session: Session = { socket, challenge: '', isIn: false, bytesLeft: Number.POSITIVE_INFINITY };
  core.sessions.add(session);
  core.connections += 1;
  socket.on('close', () => core.sessions.delete(session));
  let text = '';
  socket.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
      const lines = text.slice(0, end).split('\r\n');
      text = text.slice(end + 4);
      const fields = Object.fromEntries(lines.map((line) => line.split(': ', 2) as [string, string]));
      core.actions.push(fields);
      obey(core, session, fields);
    }
  });
  say(core, session, Buffer.from('Asterisk Call Manager/9.0.0\r\n'));
};

const obey = (core: Core, session: Session, action: Fields): void => {
  const { Action: name = '', ActionID: id = '' } = action;
  const reply = (fields: Fields): void => {
    const { Response: response = 'Success', ...rest } = fields;
    say(core, session, block({ Response: response, ActionID: id, ...rest }));
  };
  if (name === 'Challenge') {
    session.challenge = '840415273';
    reply({ Challenge: session.challenge });
  } else if (name === 'Login') login(core, session, action, reply);
  else if (!session.isIn) reply({ Response: 'Error', Message: 'Permission denied' });
  else if (name === 'Ping') reply({ Ping: 'Pong', Timestamp: now() });
  else if (core.options.mayAsk === false) reply({ Response: 'Error', Message: 'Permission denied' });
  else answer(core, session, name, reply);
};

type Reply = (fields: Fields) => void;

const login = (core: Core, session: Session, action: Fields, reply: Reply): void => {
  const { user = 'trunkline', secret = 's3cret' } = core.options;
  const key = createHash('md5').update(session.challenge).update(secret).digest('hex');
  const isRight = action['AuthType'] === 'MD5' ? action['Key'] === key : action['Secret'] === secret;
  session.isIn = isRight && action['Username'] === user;
  if (session.isIn) {
    reply({ Message: 'Authentication accepted' });
    say(core, session, block({ Event: 'FullyBooted', Privilege: 'system,all', Uptime: '60', Status: 'Fully Booted' }));
  } else {
    reply({ Response: 'Error', Message: 'Authentication failed' });
    session.socket.end();
  }
};

const answer = (core: Core, session: Session, name: string, reply: Reply): void => {
  const [date = '', time = ''] = core.started.split(' ');
  if (name === 'CoreSettings') reply({ AsteriskVersion: '20.0.0', SystemName: core.options.systemName ?? '' });
  if (name === 'CoreStatus') reply({ CoreStartupDate: date, CoreStartupTime: time });
  if (name !== 'CoreShowChannels') return;
  reply({ EventList: 'start', Message: 'Channels will follow' });
  for (const id of core.channels)
    say(
      core,
      session,
      block({ Event: 'CoreShowChannel', ActionID: 'channels', Channel: `PJSIP/x-${id}`, Uniqueid: id, Linkedid: id }),
    );
  const count = String(core.channels.length);
  say(
    core,
    session,
    block({ Event: 'CoreShowChannelsComplete', ActionID: 'channels', EventList: 'Complete', ListItems: count }),
  );
};

const now = (): string => (Date.now() / 1000).toFixed(6);

const fire = (core: Core, { Event: name = '', ...fields }: Fields): void => {
  const { isTimed = true, isNumbered = false, mostWaiting = Number.POSITIVE_INFINITY } = core.options;
  const bytes = block({
    Event: name,
    Privilege: 'call,all',
    ...(isTimed && { Timestamp: now() }),
    ...(isNumbered && { SequenceNumber: String(core.seq) }),
    ...fields,
  });
  core.seq += 1;
  for (const session of core.sessions) {
    if (!session.isIn) continue;
    if (session.socket.writableLength > mostWaiting) session.socket.destroy();
    else say(core, session, bytes);
  }
};

const say = (core: Core, session: Session, bytes: Buffer): void => {
  const { socket } = session;
  const whole = bytes.subarray(0, session.bytesLeft);
  session.bytesLeft -= whole.length;
  const size = core.options.chunkBytes ?? whole.length;
  for (let at = 0; at < whole.length; at += size) socket.write(whole.subarray(at, at + size));
  if (session.bytesLeft <= 0) socket.destroySoon();
};
