import type { Reference } from '../../runtime/http/reference.ts';

const description = `Call detail records and call recordings.

Send an API key as \`Authorization: Bearer sk_…\` or \`x-api-key: sk_…\`; it decides the tenant. Every path is also served
under \`/api/v1\`. Lists answer \`{data, meta, links}\`; follow \`links.next\`, or pass \`meta.next_cursor\` as \`cursor\`.
Errors answer \`{error: {code, message, details, request_id}}\`. Instants are ISO-8601 in UTC; spans are whole milliseconds
where the name ends in \`_ms\`, whole seconds elsewhere.`;

export const reference: Reference = {
  title: 'Trunkline API',
  description,
  tags: [
    { name: 'calls', description: 'Calls in progress and past' },
    { name: 'recordings', description: 'Audio of calls' },
    { name: 'statistics', description: 'Queues by the visits of calls' },
    { name: 'quarantine', description: 'What switches sent and could not be used' },
    { name: 'audit', description: 'What became of everything that was sent' },
    { name: 'api-keys', description: 'Who may use this API' },
  ],
};
