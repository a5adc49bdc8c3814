import { CommandError } from '../cli/command-error.ts';

/** An engine as its operator knows it. */
export type Engine = {
  readonly name: string;
  readonly address: string;
  readonly setting: string;
  /** The setting that names the authority of its certificate. */
  readonly authoritySetting: string;
  /** Whether an error means that it cannot be reached, as opposed to a refusal. */
  readonly isAway: (error: unknown) => boolean;
  /** What to tell of an error that means that it lets us not in; null of others. */
  readonly refusal: (error: unknown) => string | null;
};

/** Does work on an engine; where that does not answer or does not let us in, says so in one sentence. */
export const reaching = async <Result>(engine: Engine, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    const reason =
      untrusted(engine, error) ?? engine.refusal(error) ?? (engine.isAway(error) ? awayMessage(engine) : null);
    throw reason === null ? error : new CommandError(reason);
  }
};

export const awayMessage = ({ name, address, setting }: Pick<Engine, 'name' | 'address' | 'setting'>): string =>
  `${name} does not answer at ${address}: start it, or set ${setting} to where it is`;

export const loginMessage = (
  { name, address }: Pick<Engine, 'name' | 'address'>,
  [user, password]: readonly [user: string, password: string],
): string => `${name} at ${address} refuses the login: check ${user} and ${password}`;

/** An error and what caused it, the outermost first. */
export const withCauses = (error: unknown): readonly Error[] =>
  error instanceof Error ? [error, ...withCauses(error.cause)] : [];

/** Codes of Node for a certificate that was shown but is not good. */
const untrustedCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const untrusted = ({ name, address, authoritySetting }: Engine, error: unknown): string | null => {
  const found = withCauses(error).find((one) => 'code' in one && untrustedCodes.has(String(one.code)));
  if (found === undefined) return null;
  return `${name} at ${address} shows a certificate that is not trusted (${found.message}): set ${authoritySetting} to the authority that signed it`;
};
