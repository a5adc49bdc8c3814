import type { Counts, Gap, Report } from '../../query-api/audit/completeness-report.ts';
import { table } from '../../runtime/text-table.ts';
import { CommandError } from '../cli/command-error.ts';
import type { Output } from '../cli/output.ts';
import { createApiClient } from '../feed/api-client.ts';

export type AuditOptions = {
  readonly url: string;
  readonly key: string;
  readonly switchId: string | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
};

type Answer = { readonly data: Pick<Report, 'hours' | 'totals'>; readonly meta: { readonly as_of: string | null } };

/** Prints what became of everything that was sent; resolves to the exit code. */
export const audit = async (options: AuditOptions, output: Pick<Output, 'print'>): Promise<number> => {
  const { url, key, switchId, since, until } = options;
  const query = new URLSearchParams({
    ...(switchId !== undefined && { switch_id: switchId }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
  });
  const answer = await createApiClient(url, key).get<Answer>(`/v1/audit/completeness?${query.toString()}`);
  if (answer === null) throw new CommandError(`the API at ${url} has no audit: is it of this version?`);
  const { data, meta } = answer;
  output.print(auditLines(data));
  output.print(meta.as_of === null ? 'nothing is counted' : `counted at ${meta.as_of}`);
  return data.hours.some(({ complete }) => complete === false) ? 1 : 0;
};

const verdicts = { true: 'yes', false: 'NO', null: '?' } as const;

const figures = ({ published, accepted, duplicate, quarantined, waiting, unaccounted, missing }: Counts): string[] =>
  [published, accepted, duplicate, quarantined, waiting, unaccounted, missing].map(String);

const lostColumn = 5;

/** A line an hour in 80 columns, then the gaps, each named. */
export const auditLines = ({ hours, totals }: Answer['data']): string => {
  if (hours.length === 0) return 'nothing was received';
  const rows = hours.map((hour) => [
    cut(hour.switch_id),
    hour.hour.slice(5, 13).replace('T', ' '),
    ...figures(hour).with(lostColumn, lostOf([hour])),
    verdicts[`${hour.complete}`],
  ]);
  const heading = ['SWITCH', 'HOUR', 'SENT', 'KEPT', 'TWICE', 'REFUSED', 'WAIT', 'LOST', 'GAPS', 'ALL'];
  const notes = hours.some(({ under_way }) => under_way) ? ['? and …: under way, or without numbers to tell'] : [];
  const gaps = hours.flatMap((hour) => hour.gaps.map((gap) => gapLine(hour.switch_id, gap)));
  const total = ['total', '', ...figures(totals).with(lostColumn, lostOf(hours)), ''];
  return [table(heading, [...rows, total]), ...gaps, ...notes].join('\n');
};

/** What is under way has been counted at two moments: its difference says nothing yet. */
const lostOf = (hours: readonly (Counts & { readonly under_way: boolean })[]): string => {
  const settled = hours.filter(({ under_way }) => !under_way).reduce((sum, { unaccounted }) => sum + unaccounted, 0);
  const isOpen = hours.some(({ under_way, unaccounted }) => under_way && unaccounted !== 0);
  return settled === 0 && isOpen ? '…' : String(settled);
};

const cut = (name: string): string => (name.length > 14 ? `${name.slice(0, 13)}…` : name);

const gapLine = (switchId: string, { boot_id, from_seq, to_seq, missing }: Gap): string =>
  missing === 1
    ? `${switchId}: ${from_seq} of boot ${boot_id} never came`
    : `${switchId}: ${from_seq} to ${to_seq} of boot ${boot_id} never came`;
