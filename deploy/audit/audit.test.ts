import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditLines } from './audit.ts';

const nothing = {
  published: 0,
  accepted: 0,
  duplicate: 0,
  quarantined: 0,
  waiting: 0,
  unaccounted: 0,
  quarantined_unsettled: 0,
  quarantined_unnumbered: 0,
  missing: 0,
};

const hour = (
  given: Partial<typeof nothing> & { under_way?: boolean; complete?: boolean | null },
): Parameters<typeof auditLines>[0]['hours'][number] => ({
  switch_id: 'pbx-1',
  hour: '2026-03-04T10:00:00Z',
  under_way: false,
  complete: true,
  numbered: true,
  gaps: [],
  ...nothing,
  ...given,
});

const totalOf = (...hours: ReturnType<typeof hour>[]): string | undefined => {
  const totals = { ...nothing, unaccounted: hours.reduce((sum, { unaccounted }) => sum + unaccounted, 0) };
  return auditLines({ hours, totals })
    .split('\n')
    .find((line) => line.startsWith('total'))
    ?.trim()
    .split(/\s+/)
    .at(6);
};

test('what is lost is told of hours that are over; an hour under way counts neither way', () => {
  const open = hour({ under_way: true, complete: null, unaccounted: -7 });
  assert.equal(totalOf(hour({})), '0');
  assert.equal(totalOf(open), '…');
  assert.equal(totalOf(hour({}), open), '…');
  assert.equal(totalOf(hour({ complete: false, unaccounted: 3 }), open), '3');
  assert.equal(totalOf(hour({ under_way: true, complete: null })), '0');
});
