import { cleanText } from '../clean-text.ts';
import { ignored, type Normalised, reject } from '../dialect.ts';
import { textOf } from './headers.ts';
import { canonicalEvent, type NativeEvent, type Place } from './native-event.ts';

/** mod_callcenter's status of an agent. `Available` ends a break and begins a session: whichever was, the other is no news. */
export const agentStatusChanged = (native: NativeEvent): Normalised => {
  const agent_id = cleanText(textOf(native.headers, 'CC-Agent'));
  if (agent_id === '')
    return reject('MISSING_FIELD', 'CC-Agent', 'CC-Agent is missing: send all headers of callcenter::info');
  const place: Place = { callKey: '', callStartedAtUs: null, legId: null, otherLegId: null };
  const at = native.stampUs;
  const status = textOf(native.headers, 'CC-Agent-Status');
  if (status.startsWith('Available'))
    return {
      events: [
        canonicalEvent(native, place, 'agent.logged_in', at, { agent_id, session_id: '', device: '' }, agent_id),
        canonicalEvent(native, place, 'agent.unpaused', at, { agent_id, queue_id: null }, agent_id),
      ],
    };
  if (status === 'On Break')
    return {
      events: [canonicalEvent(native, place, 'agent.paused', at, { agent_id, queue_id: null, reason: '' }, agent_id)],
    };
  if (status === 'Logged Out')
    return { events: [canonicalEvent(native, place, 'agent.logged_out', at, { agent_id, session_id: '' }, agent_id)] };
  return ignored;
};
