import { carriers, menuNumber, outsider } from './company.ts';
import { ms, notAnswered, type Scene } from './scene.ts';
import { fromCarrier } from './simulated-switch.ts';

/** A menu answers, and the caller leaves without reaching anybody: billed, but not answered. */
export const menuCall: Scene = (call, random, startUs) => {
  const caller = call.create(startUs, fromCarrier(outsider(random), menuNumber, random.pick(carriers)));
  const answeredAt = startUs + random.integer(150, 600) * ms;
  call.earlyMedia(answeredAt, caller);
  call.answer(answeredAt, caller);
  const endUs = answeredAt + random.spanMs(14_000, 2000, 90_000) * ms;
  call.hangUp(endUs, caller, { cause: 'NORMAL_CLEARING', disposition: 'recv_bye' });
  return notAnswered('inbound', 'cancelled');
};
