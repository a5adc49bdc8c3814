import type { ApiCall } from '../../feed/api-client.ts';
import type { Said } from '../told.ts';

/** What a version said of the data folder it left behind. */
export type LeftBehind = {
  /** When it took all this, ISO-8601. */
  from: string;
  to: string;
  /** As `GET /v1/calls` gave them. */
  calls: readonly (Pick<ApiCall, 'id' | 'call_uuid'> & Said)[];
  /** The hash of each recording's bytes, by its id. */
  recordings: Readonly<Record<string, string>>;
  quarantined: readonly string[];
  /** What the calls must say, by call key, whose events it accepted but could not yet give to Kafka. */
  spooled: Readonly<Record<string, Said>>;
};
