import { setting, readConfig } from '../../runtime/config.ts';
import { runService } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createIngestClient } from '../feed/ingest-client.ts';
import { runTraffic, wallClock } from './traffic.ts';

const settings = {
  apiKey: setting.secret({ env: 'TRUNKLINE_API_KEY', doc: 'Key that may publish events and recordings' }),
};

export type DemoOptions = { ingest: string; state: string; seed: string };

/** Simulates a call centre until it is stopped. */
export const runDemo = (options: DemoOptions): Promise<void> => {
  const logger = createLogger('demo');
  return runService(
    'demo',
    async (own) => {
      const key = readConfig(settings).apiKey.reveal();
      const onRetry = (reason: string): void => logger.warn({ reason }, 'sending again');
      const client = createIngestClient({ url: options.ingest, key, signal: own.signal, onRetry });
      const running = runTraffic({
        client,
        stateDir: options.state,
        seed: options.seed,
        signal: own.signal,
        logger,
        clock: wallClock,
      });
      own.stop('traffic', () => running.catch(() => {}));
      // A request that was cut off by the stop is no failure.
      running.catch((error: unknown) => {
        if (!own.signal.aborted) own.fail(error);
      });
    },
    { logger },
  );
};
