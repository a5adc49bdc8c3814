import { and, ofTenant, type Query } from '../listing/keyset.ts';

/** Where the audio of some recordings is. */
export const recordingObjectsQuery = (tenantId: string, recordingIds: readonly string[]): Query => {
  const { sql, params } = and(ofTenant(tenantId), 'recording_id IN (SELECT arrayJoin({ids:Array(String)}))', {
    ids: recordingIds,
  });
  return {
    sql: `SELECT recording_id, status, object_key, format, content_type
FROM recordings FINAL
WHERE ${sql.join('\n  AND ')}`,
    params,
  };
};
