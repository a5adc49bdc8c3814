import { createHash } from 'node:crypto';

// What is said to a manager of Asterisk, without the socket: a block in, actions and findings out.

export type Fields = Readonly<Record<string, string>>;

export type AmiLogin = {
  readonly user: string;
  readonly secret: string;
  /** With `md5` the secret itself is not sent. */
  readonly auth: 'md5' | 'plain';
};

export type AmiPhase = 'greeting' | 'authenticating' | 'listening';

/** What a block means to us. */
export type AmiFinding =
  | { kind: 'nothing' }
  | { kind: 'event' }
  /** What time it is there. */
  | { kind: 'time'; timestamp: string }
  /** Which boot it is, by when it started. */
  | { kind: 'boot'; bootId: string }
  | { kind: 'system'; name: string }
  | { kind: 'channel'; uniqueId: string }
  | { kind: 'channels told'; count: string }
  /** Something that was asked for is not given. */
  | { kind: 'problem'; what: string }
  /** The connection is of no more use. */
  | { kind: 'ended'; reason: string };

export type AmiStep = { readonly phase: AmiPhase; readonly send: string; readonly finding: AmiFinding };

const nothing: AmiFinding = { kind: 'nothing' };

const action = (name: string, id: string, fields: Fields = {}): string =>
  Object.entries({ Action: name, ActionID: id, ...fields })
    .map(([key, value]) => `${key}: ${value}\r\n`)
    .join('')
    .concat('\r\n');

export const channelsAction = action('CoreShowChannels', 'channels');
export const pingAction = action('Ping', 'ping');

/** What is said after the greeting. */
export const firstAction = (login: AmiLogin): string => {
  switch (login.auth) {
    case 'md5':
      return action('Challenge', 'challenge', { AuthType: 'MD5' });
    case 'plain':
      return action('Login', 'login', { Username: login.user, Secret: login.secret, Events: 'on' });
  }
};

const md5Login = ({ user, secret }: AmiLogin, challenge: string): string => {
  const key = createHash('md5').update(challenge).update(secret).digest('hex');
  return action('Login', 'login', { AuthType: 'MD5', Username: user, Key: key, Events: 'on' });
};

/** Asked at the start of each connection. */
const questions = pingAction + action('CoreSettings', 'settings') + action('CoreStatus', 'status') + channelsAction;

/** The next step of a conversation whose other side has just sent a block of these fields. */
export const nextStep = (phase: AmiPhase, fields: Fields, login: AmiLogin): AmiStep => {
  if (fields['Event'] !== undefined) return { phase, send: '', finding: eventFinding(fields) };
  if (fields['Response'] === undefined) return { phase, send: '', finding: nothing };
  return replied(phase, fields, login);
};

const eventFinding = (fields: Fields): AmiFinding => {
  if (fields['ActionID'] === undefined) return { kind: 'event' };
  switch (fields['Event'] ?? '') {
    case 'CoreShowChannel':
      return { kind: 'channel', uniqueId: fields['Uniqueid'] ?? fields['UniqueID'] ?? '' };
    case 'CoreShowChannelsComplete':
      return { kind: 'channels told', count: fields['ListItems'] ?? '' };
    default:
      return { kind: 'event' };
  }
};

const replied = (phase: AmiPhase, fields: Fields, login: AmiLogin): AmiStep => {
  const stay = (finding: AmiFinding): AmiStep => ({ phase, send: '', finding });
  const isOk = fields['Response'] === 'Success';
  const message = fields['Message'] ?? fields['Response'] ?? '';
  switch (fields['ActionID'] ?? '') {
    case 'challenge':
      if (!isOk) return stay({ kind: 'ended', reason: `the switch gives no challenge: ${message}` });
      return { phase: 'authenticating', send: md5Login(login, fields['Challenge'] ?? ''), finding: nothing };
    case 'login':
      if (!isOk) return stay({ kind: 'ended', reason: `the switch refuses the login: ${message}` });
      return { phase: 'listening', send: questions, finding: nothing };
    case 'ping':
      return stay(isOk ? { kind: 'time', timestamp: fields['Timestamp'] ?? '' } : nothing);
    case 'settings':
      return stay(isOk ? { kind: 'system', name: fields['SystemName'] ?? '' } : nothing);
    case 'status':
      if (isOk) return stay({ kind: 'boot', bootId: `${fields['CoreStartupDate']} ${fields['CoreStartupTime']}` });
      return stay({ kind: 'boot', bootId: '' });
    case 'channels':
      return stay(isOk ? nothing : { kind: 'problem', what: `CoreShowChannels: ${message}` });
    default:
      return stay(nothing);
  }
};
