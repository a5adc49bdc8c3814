import { hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '../../runtime/config.ts';

type Secrets = {
  readonly cursorSecret: Secret | undefined;
  readonly s3SecretAccessKey: Secret | undefined;
  readonly clickhousePassword: Secret | undefined;
};

/**
 * The key that signs cursors. All instances must have the same, also after a restart, so without one of its own it is
 * derived from a secret that they share. Where there is none at all cursors end with the process.
 */
export const cursorSecretOf = ({ cursorSecret, s3SecretAccessKey, clickhousePassword }: Secrets): Buffer => {
  const secret = cursorSecret ?? s3SecretAccessKey ?? clickhousePassword;
  if (secret === undefined) return randomBytes(32);
  return Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'trunkline page cursors', 32));
};
