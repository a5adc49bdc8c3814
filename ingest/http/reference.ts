import type { Reference } from '../../runtime/http/reference.ts';

const description = `Where switches send call events and recordings.

Send an API key with the scope \`events:write\` or \`recordings:write\` as \`Authorization: Bearer sk_…\` or
\`x-api-key: sk_…\`; it decides the tenant. Every path is also served under \`/api/v1\`. An answer of 202 means that every
record is safe: its events, or the record itself with the reason why it could not be used. Sending a record again is
harmless. On 503 send it again after \`Retry-After\` seconds.`;

export const reference: Reference = {
  title: 'Trunkline ingest',
  description,
  tags: [
    { name: 'events', description: 'Call events' },
    { name: 'recordings', description: 'Audio of calls' },
  ],
};
