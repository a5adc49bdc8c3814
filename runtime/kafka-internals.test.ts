import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { createCluster, patchRequestQueue, protocolError } from './kafka-internals.ts';

type Queue = {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
};
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => Queue;

// These hold what we rely on in kafkajs' inside: a release that changes it fails here.

test('the request queue arms a timer only while requests wait', () => {
  patchRequestQueue();
  patchRequestQueue();
  const queue = new RequestQueue({ requestTimeout: 1000, logger: { debug: () => undefined } });
  queue.scheduleCheckPendingRequests();
  assert.equal(queue.throttleCheckTimeoutId, null);
  queue.pending.push({});
  queue.scheduleCheckPendingRequests();
  assert.notEqual(queue.throttleCheckTimeoutId, null);
  queue.destroy();
});

test('a cluster can be had without a consumer or a producer', () => {
  const cluster = createCluster(new Kafka({ brokers: ['127.0.0.1:9'], logLevel: logLevel.NOTHING }));
  assert.equal(cluster.isConnected(), false);
  for (const name of [
    'addTargetTopic',
    'findBroker',
    'fetchTopicsOffset',
    'removeBroker',
    'refreshMetadata',
  ] as const) {
    assert.equal(typeof cluster[name], 'function', name);
  }
});

test('error codes of the protocol have their names', () => {
  assert.equal(protocolError(3).type, 'UNKNOWN_TOPIC_OR_PARTITION');
  assert.equal(protocolError(29).type, 'TOPIC_AUTHORIZATION_FAILED');
  assert.equal(protocolError(-1).type, 'UNKNOWN');
});
