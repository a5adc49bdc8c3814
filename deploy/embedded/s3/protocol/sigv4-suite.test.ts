/** The public test suite of the AWS signature: what it signed, verified as S3 would. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { authenticate, type SignedRequest } from './authenticate.ts';
import * as sigv4 from './sigv4.ts';

type Case = {
  readonly name: string;
  /** Whether the signature is in the header Authorization or in the query. */
  readonly form: 'header' | 'query';
  /** As it goes over the wire, but with line feeds alone. */
  readonly request: string;
  readonly signature: string;
};

const { cases } = JSON.parse(readFileSync(new URL('sigv4-suite.json', import.meta.url), 'utf8')) as { cases: Case[] };
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/**
 * What S3 cannot be sent: it never normalises a path and wants a session's token signed, and HTTP no longer has headers
 * of several lines.
 */
const isOfOthers = ({ name, form }: Case): boolean =>
  /^get-(relative|slash).*-normalized$/.test(name) ||
  name === 'get-header-value-multiline' ||
  (name === 'post-sts-header-after' && form === 'query');

const parse = (request: string) => {
  const [head = '', body = ''] = request.split(/\n\n(.*)/s);
  const [requestLine = '', ...lines] = head.split('\n');
  const [, method = '', rawPath = '', rawQuery = ''] = /^(\S+) ([^?]*)\??(.*) HTTP\/1\.1$/.exec(requestLine) ?? [];
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):(.*)$/.exec(line) ?? [];
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before},${value}`);
  }
  const query = rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=').map(decodeURIComponent);
      return [name, value] as const;
    });
  return { method, path: decodeURIComponent(rawPath), query, headers, body };
};

const signatureOf = ({ form, request }: Case): string => {
  const { method, path, query, headers, body } = parse(request);
  const authorization = headers.get('authorization') ?? '';
  const inQuery = new Map(query);
  const signed =
    form === 'header' ? /SignedHeaders=([^,]+)/.exec(authorization)?.[1] : inQuery.get('X-Amz-SignedHeaders');
  const amzDate = (form === 'header' ? headers.get('x-amz-date') : inQuery.get('X-Amz-Date')) ?? '';
  const scope = { day: amzDate.slice(0, 8), region: 'us-east-1', service: 'service' };
  const canonical = sigv4.canonicalRequest({
    method,
    path,
    query: query.filter(([name]) => name !== 'X-Amz-Signature'),
    headers: (signed ?? '').split(';').map((name) => [name, headers.get(name) ?? ''] as const),
    payloadHash: headers.get('x-amz-content-sha256') ?? createHash('sha256').update(body).digest('hex'),
  });
  return sigv4.sign(sigv4.signingKey(secret, scope), sigv4.stringToSign(amzDate, scope, canonical));
};

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret, region: 'us-east-1' };
const signedAtMs = Date.parse('2015-08-30T12:36:00Z');

/**
 * The request as S3 wants it, which is another service and has the hash of the body in a header. It is signed by what the
 * tests before hold to the suite's signatures.
 */
const forS3 = ({ form, request }: Case): SignedRequest => {
  const { method, path, body, ...rest } = parse(request);
  const toS3 = (text: string): string => text.replace('/service/aws4_request', '/s3/aws4_request');
  const query = rest.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [name, toS3(value)] as const);
  const headers = new Map(rest.headers);
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.get('authorization') ?? '') ?? [];
  const signedHeaders = new Set((names || (new Map(query).get('X-Amz-SignedHeaders') ?? '')).split(';'));
  const payloadHash = form === 'header' ? createHash('sha256').update(body).digest('hex') : 'UNSIGNED-PAYLOAD';
  if (form === 'header') {
    headers.set('x-amz-content-sha256', payloadHash);
    signedHeaders.add('x-amz-content-sha256');
  }
  const amzDate = '20150830T123600Z';
  const scope = { day: '20150830', region: 'us-east-1', service: 's3' };
  const signed = [...signedHeaders].map((name) => [name, headers.get(name) ?? ''] as const);
  const canonical = sigv4.canonicalRequest({ method, path, query, headers: signed, payloadHash });
  const signature = sigv4.sign(sigv4.signingKey(secret, scope), sigv4.stringToSign(amzDate, scope, canonical));
  if (form === 'query') return { method, path, query: [...query, ['X-Amz-Signature', signature]], headers };
  const credential = `${credentials.accessKeyId}/${sigv4.scopeText(scope)}`;
  headers.set(
    'authorization',
    `${sigv4.algorithm} Credential=${credential}, SignedHeaders=${[...signedHeaders].join(';')}, Signature=${signature}`,
  );
  return { method, path, query, headers };
};

suite('the requests of the test suite, signed for S3, as the endpoint judges them', () => {
  for (const one of cases.filter((one) => !isOfOthers(one))) {
    const request = forS3(one);
    const judge = (judged: SignedRequest): unknown => authenticate(judged, credentials, signedAtMs);
    const hasToken = /x-amz-security-token/i.test(one.request);
    if (hasToken) {
      test(`${one.name}, in the ${one.form}: its token is refused`, () =>
        assert.throws(() => judge(request), { code: 'InvalidToken' }));
      continue;
    }
    test(`${one.name}, in the ${one.form}: accepted, and refused for another method or path`, () => {
      judge(request);
      for (const changed of [
        { ...request, method: `${request.method}X` },
        { ...request, path: `${request.path}x` },
      ]) {
        assert.throws(() => judge(changed), { code: 'SignatureDoesNotMatch' });
      }
    });
  }
});

suite('the test suite of the AWS signature', () => {
  for (const one of cases.filter((one) => !isOfOthers(one)))
    test(`${one.name}, in the ${one.form}`, () => assert.equal(signatureOf(one), one.signature));

  test('leaves out only what S3 cannot be sent', () => {
    assert.equal(cases.length, 76);
    assert.equal(cases.filter(isOfOthers).length, 15);
  });
});
