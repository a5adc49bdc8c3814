import { basename } from 'node:path';
import { table } from '../../runtime/text-table.ts';
import type { ApiCall } from './api-client.ts';
import type { Fed } from './feed.ts';
import type { RejectedRecord } from './ingest-client.ts';
import type { Waited } from './wait-for-calls.ts';

const callsShown = 50;

export const progressLine = (file: string, share: number): string => `${basename(file)} ${Math.floor(share * 100)} %`;

export const acceptedLine = ({ accepted, ignored, rejected }: Fed): string =>
  `${accepted} accepted, ${ignored} ignored (nothing new about calls), ${rejected} rejected`;

export const rejectedLine = (file: string, firstIndex: number, rejected: RejectedRecord): string => {
  const field = rejected.field === undefined || rejected.field === '' ? '' : ` ${rejected.field}`;
  return `rejected ${basename(file)}[${firstIndex + rejected.index}] ${rejected.code}${field}: ${rejected.message}`;
};

export const callLines = (calls: readonly ApiCall[]): readonly string[] => {
  if (calls.length === 0) return [];
  const rows = calls.slice(0, callsShown).map(callRow);
  const lines = ['', table(['CALL', 'STATE', 'DISPOSITION', 'DURATION', 'CALLER', 'DIALLED'], rows)];
  if (calls.length > callsShown) lines.push(`… and ${calls.length - callsShown} more`);
  return [...lines, `${calls.length} ${calls.length === 1 ? 'call' : 'calls'}: ${countsOf(calls)}`];
};

const callRow = (call: ApiCall): readonly string[] => [
  call.id,
  call.state,
  call.disposition,
  `${(call.duration_ms / 1000).toFixed(3)} s`,
  call.caller.number ?? '-',
  call.dialled_number ?? '-',
];

const countsOf = (calls: readonly ApiCall[]): string => {
  const counts = new Map<string, number>();
  for (const { disposition } of calls) counts.set(disposition, (counts.get(disposition) ?? 0) + 1);
  return [...counts].map(([disposition, count]) => `${count} ${disposition}`).join(', ');
};

export const missingLines = ({ missing }: Waited, timeoutMs: number): readonly string[] => {
  if (missing.size === 0) return [];
  return [
    `timed out: nothing more came for ${timeoutMs / 1000} s, and the API does not show`,
    ...[...missing].slice(0, callsShown).map(([callKey, what]) => `  ${callKey}: ${what}`),
    ...(missing.size > callsShown ? [`  … and ${missing.size - callsShown} more`] : []),
  ];
};
