import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import { createPresigner } from './s3-presign.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const clients = {
  aws: new S3Client({ region: 'eu-central-1', credentials }),
  withToken: new S3Client({ region: 'us-east-1', credentials: { ...credentials, sessionToken: 'to+ken/=' } }),
  own: new S3Client({
    region: 'us-east-1',
    credentials,
    endpoint: 'http://127.0.0.1:9000',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }),
};

/** The parts of a URL by which two are the same request, whatever the order of the parameters. */
function parts(url: string): unknown {
  const { origin, pathname, searchParams } = new URL(url);
  return { origin, pathname, query: Object.fromEntries(searchParams) };
}

const keyLetters = fc.constantFrom(...Array.from('abcXYZ019 -_.~+%#?&=!\'()*;:@$,[]"<>\\^`{|}üλ漢🎧/'));

for (const [name, client] of Object.entries(clients)) {
  test(`signs as the SDK does: ${name}`, async () => {
    const presign = createPresigner(client, 'my-bucket');
    await fc.assert(
      fc.asyncProperty(
        fc.array(keyLetters, { minLength: 1, maxLength: 30 }).map((letters) => `k${letters.join('')}`),
        fc.option(fc.string({ unit: keyLetters, minLength: 1 }), { nil: undefined }),
        fc.integer({ min: 1, max: 604_800 }),
        fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        async (key, contentDisposition, expiresInSeconds, signingDate) => {
          const mine = await presign(key, {
            expiresInSeconds,
            signingDate,
            contentType: 'audio/wav',
            ...(contentDisposition !== undefined && { contentDisposition }),
          });
          const command = new GetObjectCommand({
            Bucket: 'my-bucket',
            Key: key,
            ResponseContentType: 'audio/wav',
            ResponseContentDisposition: contentDisposition,
          });
          const theirs = await getSignedUrl(client, command, { expiresIn: expiresInSeconds, signingDate });
          assert.deepEqual(parts(mine), parts(theirs));
        },
      ),
      { numRuns: 60 },
    );
  });
}
