import type { EslFrame } from './frames.ts';

// What is said on an inbound event socket, without the socket: a frame in, commands and findings out.

/** How to log in: by the socket's password, or as a user of the directory (`user@domain`) by theirs. */
export type EslLogin = { readonly user: string | undefined; readonly password: string };

export type EslPhase = 'greeting' | 'authenticating' | 'subscribing' | 'listening';

/** What a frame means to us. */
export type EslFinding =
  | { kind: 'nothing' }
  | { kind: 'event'; body: Buffer }
  | { kind: 'channels'; text: string }
  /** The connection is of no more use. */
  | { kind: 'ended'; reason: string };

export type EslStep = { readonly phase: EslPhase; readonly send: string; readonly finding: EslFinding };

const nothing: EslFinding = { kind: 'nothing' };

export const channelsCommand = 'api show channels as json\n\n';

/** The next step of a conversation whose other side has just sent `frame`. */
export const nextStep = (phase: EslPhase, frame: EslFrame, login: EslLogin, events: string): EslStep => {
  const stay = (finding: EslFinding): EslStep => ({ phase, send: '', finding });
  const type = frame.headers['content-type'] ?? '';
  switch (type) {
    case 'auth/request':
      return { phase: 'authenticating', send: loginCommand(login), finding: nothing };
    case 'command/reply':
      return replied(phase, frame.headers['reply-text'] ?? '', events);
    case 'text/event-plain':
      return stay({ kind: 'event', body: frame.body });
    case 'api/response':
      return stay({ kind: 'channels', text: frame.body.toString('utf8') });
    case 'text/rude-rejection':
      return stay({ kind: 'ended', reason: `the switch refuses this address (apply-inbound-acl): ${words(frame)}` });
    case 'text/disconnect-notice':
      return stay({ kind: 'ended', reason: `the switch ended the connection: ${words(frame)}` });
    default:
      return stay(nothing);
  }
};

const replied = (phase: EslPhase, text: string, events: string): EslStep => {
  const isOk = text.startsWith('+OK');
  switch (phase) {
    case 'authenticating':
      if (isOk) return { phase: 'subscribing', send: `event plain ${events}\n\n`, finding: nothing };
      return { phase, send: '', finding: { kind: 'ended', reason: `the switch refuses the password: ${text}` } };
    case 'subscribing':
      if (isOk) return { phase: 'listening', send: channelsCommand, finding: nothing };
      return { phase, send: '', finding: { kind: 'ended', reason: `the switch gives no events: ${text}` } };
    case 'greeting':
    case 'listening':
      return { phase, send: '', finding: nothing };
  }
};

const loginCommand = ({ user, password }: EslLogin): string =>
  user === undefined ? `auth ${password}\n\n` : `userauth ${user}:${password}\n\n`;

const words = ({ body }: EslFrame): string => body.toString('utf8', 0, 200).trim();
