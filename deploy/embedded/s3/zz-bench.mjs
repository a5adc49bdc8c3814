import http from 'node:http';
import fs from 'node:fs';
import { createHash } from 'node:crypto';
import { PutObjectCommand, GetObjectCommand, CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startEmbeddedS3, clientFor, endWith, temporaryFolder } from './testing/endpoint.ts';
const f = await temporaryFolder();
const e = await startEmbeddedS3(f.path);
const s3 = clientFor(e);
const Bucket = 'bench';
const rss = () =>
  fs
    .readFileSync(`/proc/${e.child.pid}/status`, 'utf8')
    .match(/Vm(RSS|HWM):\s+(\d+)/g)
    .join(' ');
await s3.send(new CreateBucketCommand({ Bucket }));
console.log('idle', rss());
const body = Buffer.alloc(100_000, 7);
const sum = createHash('sha256').update(body).digest('base64');
for (const par of [1, 8, 32]) {
  const n = par === 1 ? 200 : 600;
  let i = 0;
  const t = performance.now();
  await Promise.all(
    Array.from({ length: par }, async () => {
      while (i < n) {
        const k = i++;
        await s3.send(new PutObjectCommand({ Bucket, Key: `p${par}/${k}`, Body: body, ChecksumSHA256: sum }));
      }
    }),
  );
  console.log('put 100kB par', par, ((n / (performance.now() - t)) * 1000).toFixed(0) + '/s');
}
{
  const n = 1500;
  let i = 0;
  const t = performance.now();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (i < n) {
        const k = i++;
        const r = await s3.send(new GetObjectCommand({ Bucket, Key: `p32/${k % 600}` }));
        await r.Body.transformToByteArray();
      }
    }),
  );
  console.log('get 100kB par 8', ((n / (performance.now() - t)) * 1000).toFixed(0) + '/s');
}
console.log(rss());
const size = 1024 ** 3;
const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'big' }));
{
  const t = performance.now();
  const chunk = Buffer.alloc(1 << 18, 3);
  await new Promise((res, rej) => {
    const r = http.request(url, { method: 'PUT', headers: { 'content-length': size } }, (x) => {
      x.resume();
      x.on('end', () => res(x.statusCode));
    });
    r.on('error', rej);
    let left = size;
    const go = () => {
      while (left > 0) {
        left -= chunk.length;
        if (!r.write(chunk)) {
          r.once('drain', go);
          return;
        }
      }
      r.end();
    };
    go();
  });
  console.log('put 1GiB MB/s', (size / 1e3 / (performance.now() - t)).toFixed(0), rss());
}
{
  const t = performance.now();
  const g = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'big' }));
  await new Promise((res, rej) =>
    http
      .get(g, (x) => {
        x.resume();
        x.on('end', res);
      })
      .on('error', rej),
  );
  console.log('get 1GiB MB/s', (size / 1e3 / (performance.now() - t)).toFixed(0), rss());
}
{
  // 10000 keys
  let i = 0;
  const n = 10000;
  let t = performance.now();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (i < n) {
        const k = i++;
        await s3.send(new PutObjectCommand({ Bucket, Key: `list/${String(k).padStart(6, '0')}`, Body: 'x' }));
      }
    }),
  );
  console.log('put 1 byte par 32', ((n / (performance.now() - t)) * 1000).toFixed(0) + '/s');
  t = performance.now();
  let c = 0,
    token;
  do {
    const p = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', ContinuationToken: token }));
    c += p.KeyCount;
    token = p.NextContinuationToken;
  } while (token);
  console.log('list', c, (performance.now() - t).toFixed(0) + ' ms', rss());
  t = performance.now();
  const lu = await getSignedUrl(s3, new ListObjectsV2Command({ Bucket, Prefix: 'list/' }));
  await (await fetch(lu)).text();
  console.log('list 1000 raw', (performance.now() - t).toFixed(1) + ' ms');
}
s3.destroy();
console.log(await endWith(e.child, 'SIGTERM'), e.errors());
{
  const t = performance.now();
  const e2 = await startEmbeddedS3(f.path);
  console.log('restart ms', (performance.now() - t).toFixed(0));
  await endWith(e2.child, 'SIGTERM');
}
await f.remove();
