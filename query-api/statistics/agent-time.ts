import { percent } from './percent.ts';
import { clip, intersect, type Span, subtract, totalMs, union } from '../../runtime/spans.ts';

/** A stretch of an agent's time, µs. */
export type AgentSpan = { readonly kind: string; readonly from: number; readonly to: number };

export type AgentTime = {
  readonly login_ms: number;
  readonly pause_ms: number;
  readonly connect_ms: number;
  readonly wrap_ms: number;
  /** Per cent with two decimals; null for an agent who was not ready for a moment. */
  readonly occupancy: number | null;
};

/** An agent's days, in order. */
export type AgentDay = {
  readonly day_at: number;
  readonly spans: readonly { readonly kind: string; readonly from: number; readonly to: number | null }[];
};

/**
 * The spans of some days: what went on at the end of one goes on to the next day that is known of, which tells the rest;
 * the last until now.
 */
export const spansOfDays = (days: readonly AgentDay[], untilUs: number): AgentSpan[] =>
  days.flatMap(({ spans }, at) => {
    const end = days[at + 1]?.day_at ?? untilUs;
    return spans.map(({ kind, from, to }) => ({ kind, from, to: Math.max(from, Math.min(to ?? end, end)) }));
  });

/**
 * What an agent did from one instant to another: each kind of time once, however many queues, devices and scopes it was
 * told for. Work is contact and wrap-up; a pause that is asked for while one works begins when the work is done.
 */
export const agentTime = (spans: readonly AgentSpan[], fromUs: number, toUs: number): AgentTime => {
  const of = (kind: string): Span[] =>
    union(
      clip(
        spans.filter((span) => span.kind === kind),
        fromUs,
        toUs,
      ),
    );
  // Where a switch tells no logins, being in a queue is being logged in.
  const login = of('login').length > 0 ? of('login') : of('queue');
  const connect = of('contact');
  const wrap = subtract(of('wrap'), connect);
  const work = union([...connect, ...wrap]);
  const pause = subtract(intersect(of('pause'), login), work);
  const ready = totalMs(subtract(login, pause));
  return {
    login_ms: totalMs(login),
    pause_ms: totalMs(pause),
    connect_ms: totalMs(connect),
    wrap_ms: totalMs(wrap),
    occupancy: ready === 0 ? null : percent(totalMs(intersect(work, login)), ready),
  };
};
