import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError } from './http-error.ts';
import { limitRequests } from './load-limit.ts';
import { errorOf, smallApp } from './testing/small-app.ts';

test('requests beyond the limit are refused at once, and places come back', async (t) => {
  const app = smallApp(t);
  limitRequests(app, 1, () => new HttpError(503, 'FULL', 'Later.'));
  const [started, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  app.get('/slow', async () => {
    started.resolve();
    await release.promise;
    return {};
  });
  app.get('/fast', async () => ({}));
  const slow = app.inject('/slow');
  // An injected request begins when it is first waited for.
  const answered = slow.then(({ statusCode }) => statusCode);
  await started.promise;
  assert.equal(errorOf(await app.inject('/fast')).code, 'FULL');
  release.resolve();
  assert.equal(await answered, 200);
  assert.equal((await app.inject('/fast')).statusCode, 200);
});
