import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody, fromEngine, httpStatus, queryError } from './errors.ts';

test("the engine's message becomes code, name and text", () => {
  const error = fromEngine(new Error("Code: 60. DB::Exception: Unknown table 'x' (maybe y). (UNKNOWN_TABLE)"));
  assert.equal(error.code, 60);
  assert.equal(error.type, 'UNKNOWN_TABLE');
  assert.equal(error.message, "Unknown table 'x' (maybe y).");
});

test('one that is wrapped in others is told once', () => {
  const wrapped =
    'Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.7.2.1). (UNKNOWN_FORMAT)';
  const error = fromEngine(new Error(wrapped));
  assert.deepEqual([error.code, error.type, error.message], [73, 'UNKNOWN_FORMAT', 'Unknown format X.']);
});

test('of one that was cut off the code is kept', () => {
  const error = fromEngine(new Error('Code: 62. DB::Exception: Code: 62. DB::Exception: Cannot parse here: '));
  assert.deepEqual([error.code, error.message], [62, 'Cannot parse here: ']);
});

test('what is not in that form is still an error', () => {
  const error = fromEngine(new Error('boom'));
  assert.equal(error.code, 1002);
  assert.equal(error.message, 'boom');
});

test('an error that is ours passes unchanged', () => {
  const error = queryError('tooManyQueries', 'x');
  assert.equal(fromEngine(error), error);
});

test('the body has the form that clients parse', () => {
  assert.equal(
    errorBody(queryError('authenticationFailed', 'no'), '26.7'),
    'Code: 516. DB::Exception: no (AUTHENTICATION_FAILED) (version 26.7)\n',
  );
});

test('each code has its status', () => {
  const expected: Readonly<Record<number, number>> = {
    60: 404,
    81: 404,
    62: 400,
    516: 403,
    194: 401,
    202: 503,
    229: 413,
    159: 408,
    48: 501,
    241: 500,
    395: 500,
  };
  for (const [code, status] of Object.entries(expected)) assert.equal(httpStatus(Number(code)), status, code);
});
