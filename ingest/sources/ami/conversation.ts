import type { Logger } from '../../../runtime/logger.ts';
import { asteriskInstant } from '../../asterisk/asterisk-ids.ts';
import { readEvent } from '../../asterisk/ami-text.ts';
import type { Event } from '../../../schemas/events.ts';
import type { SentRecord } from '../../records.ts';
import type { ClockOffset } from '../clock-offset.ts';
import type { Beginning, Conversation, Heard } from '../read-switch.ts';
import { type AmiBlock, createBlockSplitter } from './blocks.ts';
import { createListener, type Listener, type Stamped } from './listener.ts';
import type { Place } from '../asterisk-own-events.ts';
import {
  type AmiFinding,
  type AmiLogin,
  type AmiPhase,
  channelsAction,
  type Fields,
  firstAction,
  nextStep,
} from './protocol.ts';

/** A conversation in which the switch can be asked which channels live. */
export type AmiConversation = Conversation & { readonly askChannels: (nowUs: number) => string };

export type ConversationParts = Beginning & {
  readonly login: AmiLogin;
  readonly clock: ClockOffset;
  readonly logger: Logger;
};

/** One connection to a manager, from greeting to end, without the socket. */
export const createConversation = ({ login, ...parts }: ConversationParts): AmiConversation => {
  const splitter = createBlockSplitter();
  const listener = createListener(parts);
  const warn = createWarnings(parts.logger);
  const welcome = createWelcome();
  let phase: AmiPhase = 'greeting';
  /** When the channels were asked for, by our clock. */
  let askedAtUs = 0;

  const hearBlock = (block: AmiBlock, place: Place, heard: Heard): void => {
    const fields = readEvent(block.text, 0).value;
    const step = nextStep(phase, fields, login);
    if (phase !== step.phase) askedAtUs = place.source.observedAtUs;
    phase = step.phase;
    heard.send += step.send;
    warn(step.finding, fields, place);
    if (step.finding.kind === 'event' && !welcome.hold(block, fields, place))
      heard.records.push(recordOf(block, fields, place, parts.clock));
    if (step.finding.kind === 'ended') heard.ended ??= step.finding.reason;
    heard.own.push(...conclusions(step.finding, fields, place, listener, askedAtUs));
    if (step.finding.kind === 'time') heard.records.push(...welcome.release(parts.clock));
  };

  return {
    hear: (chunk, source) => {
      const heard: Heard = { send: '', own: [], records: [], ended: null };
      const switchId = source.askedSwitchId ?? source.boundSwitchId;
      if (switchId === null) return { ...heard, ended: unnamed };
      const blocks = splitter.push(chunk);
      if (phase === 'greeting' && splitter.isGreeted()) {
        phase = 'authenticating';
        heard.send = firstAction(login);
      }
      for (const block of blocks) hearBlock(block, { source, switchId }, heard);
      return heard;
    },
    isListening: () => phase === 'listening',
    askChannels: (nowUs) => {
      askedAtUs = nowUs;
      return channelsAction;
    },
    position: listener.position,
  };
};

const unnamed = 'the switch has no name: set TRUNKLINE_SOURCE_SWITCH, or use a key made with --switch';

/** What the manager tells whoever logs in, without a time or a number. */
const welcomeEvent = 'FullyBooted';

/** Without a time of its own, an event has that of its arrival, by the switch's clock as far as we know it. */
const recordOf = ({ raw }: AmiBlock, fields: Fields, { source }: Place, clock: ClockOffset): SentRecord => {
  if (fields['Timestamp'] !== undefined) return { raw: () => raw, value: fields };
  const receivedAt = String((source.observedAtUs + clock.us()) / 1_000_000);
  return { raw: () => raw, value: { ...fields, ReceivedAt: receivedAt } };
};

/**
 * Keeps the welcome, which says how long the switch has been up, until we know what time it is there: a start that
 * seemed later than it was would end calls that live.
 */
const createWelcome = () => {
  let held: readonly [AmiBlock, Fields, Place] | null = null;
  return {
    hold: (block: AmiBlock, fields: Fields, place: Place): boolean => {
      if (fields['Event'] !== welcomeEvent || fields['Timestamp'] !== undefined) return false;
      held = [block, fields, place];
      return true;
    },
    release: (clock: ClockOffset): SentRecord[] => {
      const records = held === null ? [] : [recordOf(...held, clock)];
      held = null;
      return records;
    },
  };
};

/** What the source itself has to say about a finding. */
const conclusions = (
  finding: AmiFinding,
  fields: Fields,
  place: Place,
  listener: Listener,
  askedAtUs: number,
): Event[] => {
  switch (finding.kind) {
    case 'event':
      return fields['Event'] === welcomeEvent ? [] : listener.event(stampOf(fields), place);
    case 'time':
      listener.time(stampOf({ Timestamp: finding.timestamp }), place);
      return [];
    case 'boot':
      return listener.boot(finding.bootId, place);
    case 'channel':
      listener.channel(finding.uniqueId);
      return [];
    case 'channels told':
      return listener.channelsTold(finding.count, askedAtUs, place);
    case 'system':
    case 'problem':
    case 'ended':
    case 'nothing':
      return [];
  }
};

const stampOf = ({ Timestamp: timestamp, SequenceNumber: number }: Fields): Stamped => {
  const us = timestamp === undefined ? Number.NaN : asteriskInstant(timestamp);
  return {
    seq: number === undefined || !/^\d{1,12}$/.test(number) ? null : Number(number),
    stampUs: Number.isNaN(us) ? null : us,
  };
};

/** Tells the operator, once a connection, what the manager should be told to do otherwise. */
const createWarnings = (logger: Logger): ((finding: AmiFinding, fields: Fields, place: Place) => void) => {
  const told = new Set<string>();
  const once = (text: string, about: Readonly<Record<string, string>> = {}): void => {
    if (!told.has(text)) logger.warn(about, text);
    told.add(text);
  };
  return (finding, fields, { switchId }) => {
    if (finding.kind === 'event' && fields['Timestamp'] === undefined && fields['Event'] !== welcomeEvent)
      once('the manager tells no times: set timestampevents = yes in manager.conf');
    if (finding.kind === 'boot' && finding.bootId === '')
      once('the manager does not answer CoreStatus, so restarts are not told: give its user write = reporting');
    if (finding.kind === 'problem')
      once('the manager does not tell its channels: give its user write = reporting', { problem: finding.what });
    if (finding.kind === 'system' && finding.name !== '' && finding.name !== switchId)
      once('asterisk.conf names the switch otherwise than we do', { systemname: finding.name, switch: switchId });
  };
};
