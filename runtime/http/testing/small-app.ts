import type { TestContext } from 'node:test';
import { createLogger } from '../../logger.ts';
import { createMetrics } from '../../metrics.ts';
import { HttpError } from '../http-error.ts';
import { type App, type AppOptions, createApp } from '../app.ts';

/** An app that takes bodies of 1000 bytes; closed after the test. */
export const smallApp = (t: TestContext, more: Partial<AppOptions> = {}): App => {
  const app = createApp({
    logger: createLogger('test', 'silent'),
    metrics: createMetrics('test'),
    limits: { bodyLimit: 1000 },
    tooLarge: 'At most 1000 bytes.',
    wrongType: 'JSON only.',
    stopping: () => new HttpError(503, 'STOPPING', 'Elsewhere, please.'),
    answerOf: () => null,
    ...more,
  });
  t.after(async () => app.close());
  return app;
};

type ErrorBody = {
  error: { code: string; message: string; details: { field: string; message: string }[]; request_id: string };
};

export const errorOf = (response: { json: () => unknown }): ErrorBody['error'] => (response.json() as ErrorBody).error;
