import type { Source } from '../../dialect.ts';
import { plainEvents } from '../../freeswitch/event-plain.ts';
import { textOf } from '../../freeswitch/headers.ts';
import { nativeEvent } from '../../freeswitch/native-event.ts';
import { subscription } from '../../freeswitch/normalise-event.ts';
import type { Conversation, Heard } from '../read-switch.ts';
import { createFrameSplitter, type EslFrame } from './frames.ts';
import { createListener, type Listener, type ListenerParts } from './listener.ts';
import { channelsCommand, type EslLogin, type EslPhase, nextStep } from './protocol.ts';

/** A conversation in which the switch can be asked which channels live; empty while it is not listened to. */
export type EslConversation = Conversation & { readonly askChannels: (nowUs: number) => string };

export type ConversationParts = ListenerParts & { readonly login: EslLogin };

/** An answer with some 60,000 channels; no event comes near. */
const maxBodyBytes = 64 * 1024 * 1024;
/** What is asked for besides: an event that our own commands cause, so that the boot is known at once. */
const wanted = `API ${subscription}`;

/** One connection to an event socket, from greeting to end, without the socket. */
export const createConversation = ({ login, ...parts }: ConversationParts): EslConversation => {
  const splitter = createFrameSplitter(maxBodyBytes);
  const listener = createListener(parts);
  let phase: EslPhase = 'greeting';
  /** When the channels were asked for, by our clock. */
  let askedAtUs = 0;

  const hearFrame = (frame: EslFrame, source: Source, heard: Heard): void => {
    const step = nextStep(phase, frame, login, wanted);
    phase = step.phase;
    heard.send += step.send;
    if (step.send === channelsCommand) askedAtUs = source.observedAtUs;
    switch (step.finding.kind) {
      case 'event':
        hearEvent(step.finding.body, source, listener, heard);
        break;
      case 'channels':
        heard.own.push(...listener.channels(step.finding.text, askedAtUs));
        break;
      case 'ended':
        heard.ended ??= step.finding.reason;
        break;
      case 'nothing':
    }
  };

  return {
    hear: (chunk, source) => {
      const heard: Heard = { send: '', own: [], records: [], ended: null };
      for (const frame of splitter.push(chunk)) hearFrame(frame, source, heard);
      return heard;
    },
    isListening: () => phase === 'listening',
    askChannels: (nowUs) => {
      if (phase !== 'listening') return '';
      askedAtUs = nowUs;
      return channelsCommand;
    },
    position: listener.position,
  };
};

const hearEvent = (body: Buffer, source: Source, listener: Listener, heard: Heard): void => {
  const raw = (): Buffer => body;
  const [event] = plainEvents(body);
  if (event === undefined || 'problem' in event) {
    const message = event?.problem ?? 'the frame holds no event';
    heard.records.push({ raw, rejection: { code: 'MALFORMED_EVENT', field: '', message } });
    return;
  }
  heard.records.push({ raw, value: event.headers });
  const read = nativeEvent(event.headers, textOf(event.headers, 'Event-Name'), source);
  if ('native' in read) heard.own.push(...listener.event(read.native, source.observedAtUs));
};
