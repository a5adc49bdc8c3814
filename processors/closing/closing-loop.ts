import type { GroupProgress } from '../../runtime/kafka.ts';
import type { Logger } from '../../runtime/logger.ts';
import { pause } from '../../runtime/retry.ts';
import { reachHorizon } from './horizon.ts';
import type { ClosingMeters } from './meters.ts';
import { Sweeper, type SweepPorts, type SweepReport, type SweepSettings } from './sweep.ts';

export type ClosingLoopOptions = {
  readonly ports: SweepPorts;
  readonly settings: SweepSettings;
  readonly intervalMs: number;
  /** Groups that must have handled what is published before their tables are trusted. */
  readonly groups: readonly GroupProgress[];
  readonly meters: ClosingMeters;
  readonly logger: Logger;
};

export type ClosingLoop = {
  /** Begins to sweep, unless it does already. */
  readonly start: () => void;
  /** Resolves when no sweep runs. */
  readonly stop: () => Promise<void>;
};

/** A group that is behind by more than so many intervals is not waited for: nothing is concluded. */
const intervalsOfPatience = 3;
/** Between two sweeps there is at least so many times the time of the last: they cost at most a twentieth of a core. */
const restAfterSweep = 20;

/** Sweeps again and again, one at a time; what fails is tried again by the next. */
export const createClosingLoop = (options: ClosingLoopOptions): ClosingLoop => {
  let running: { readonly aborted: AbortController; readonly done: Promise<void> } | null = null;
  return {
    start: () => {
      if (running !== null) return;
      const aborted = new AbortController();
      running = { aborted, done: run(options, aborted.signal) };
    },
    stop: async () => {
      const stopping = running;
      running = null;
      stopping?.aborted.abort(new Error('the sweeps are stopped'));
      await stopping?.done;
    },
  };
};

const run = async (options: ClosingLoopOptions, signal: AbortSignal): Promise<void> => {
  const { ports, settings, intervalMs, meters, logger } = options;
  // A fresh memory: others may have swept since.
  const sweeper = new Sweeper(ports, settings);
  const tell = createTeller(options);
  while (!signal.aborted) {
    let tookMs = 0;
    try {
      const nowUs = Date.now() * 1000;
      if (await reachHorizon(options.groups, intervalMs * intervalsOfPatience, signal)) {
        const begunMs = performance.now();
        const report = await sweeper.sweep(nowUs, signal);
        tookMs = performance.now() - begunMs;
        meters.onSweep('done', tookMs / 1000);
        tell(report);
      } else {
        meters.onSweep('held');
        logger.warn('the calls processor is behind: no end is inferred until it has caught up');
      }
    } catch (error) {
      if (signal.aborted) return;
      meters.onSweep('failed');
      logger.warn({ err: error }, 'a sweep failed, trying again');
    }
    await pause(Math.max(intervalMs, tookMs * restAfterSweep), signal).catch(() => undefined);
  }
};

/** Tells what a sweep found; of a call that goes on for too long once. */
const createTeller = ({ meters, logger }: ClosingLoopOptions): ((report: SweepReport) => void) => {
  let alarmed: ReadonlySet<string> = new Set();
  return ({ conclusions, overlong }) => {
    meters.onConclusions(conclusions);
    for (const { type, tenant_id, call_key, leg_id, payload } of conclusions) {
      logger.info({ tenant: tenant_id, callKey: call_key, legId: leg_id, ...payload }, `concluded ${type}`);
    }
    meters.onOverlong(overlong.length);
    for (const callId of overlong) {
      if (!alarmed.has(callId)) logger.warn({ callId }, 'a call has been in progress for more than 24 hours');
    }
    alarmed = new Set(overlong);
  };
};
