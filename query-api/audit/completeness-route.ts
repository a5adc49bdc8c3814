import { type Static, Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { invalid } from '../../runtime/http/http-error.ts';
import { isoFromMicros } from '../../schemas/event-json.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import { instant, maybeInstant, orNull } from '../http/value-schemas.ts';
import { readTimeRange, timeRangeParameters } from '../listing/time-range.ts';
import { type Asked, mostHours } from './completeness-queries.ts';
import type { CompletenessReader } from './completeness-reader.ts';
import type { Report } from './completeness-report.ts';

export type CompletenessRoute = { readonly completeness: CompletenessReader };

const hourSeconds = 3600;
const dayHours = 24;
const mostDays = 31;

const Parameters = Type.Object(
  { switch_id: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })), ...timeRangeParameters },
  { additionalProperties: false },
);

const counts = {
  published: Type.Integer({ description: 'Messages of the switch in the log, refused ones among them.' }),
  accepted: Type.Integer({ description: 'Events that the tables hold.' }),
  duplicate: Type.Integer({ description: 'Repetitions of messages.' }),
  quarantined: Type.Integer({ description: 'Refused records.' }),
  waiting: Type.Integer({ description: 'Events that wait for their call’s beginning.' }),
  unaccounted: Type.Integer({
    description: 'published − accepted − duplicate − quarantined − waiting: 0 unless something is under way, or lost.',
  }),
  missing: Type.Integer({ description: 'Numbers that never came.' }),
  quarantined_unsettled: Type.Integer({ description: 'Refused records neither redriven nor dismissed.' }),
  quarantined_unnumbered: Type.Integer({
    description: 'Refused records whose number cannot be read: each may be one of the missing.',
  }),
};

const Gap = Type.Object({
  boot_id: Type.String(),
  from_seq: Type.Integer(),
  to_seq: Type.Integer({ description: 'The last that is missing.' }),
  missing: Type.Integer(),
  told_by: Type.Enum(['sequence', 'adapter'], { description: 'Found in the numbers, or told by the adapter.' }),
});

const Hour = Type.Object({
  switch_id: Type.String(),
  hour: instant('When the hour begins in which the messages were received.'),
  ...counts,
  gaps: Type.Array(Gap),
  numbered: Type.Boolean({ description: 'Whether the sender numbers its messages one by one.' }),
  under_way: Type.Boolean({
    description:
      'Counted within the last seconds: the figures are that far apart, and what does not add up is not lost.',
  }),
  complete: orNull(
    Type.Boolean(),
    'Whether all that was sent is in the calls; null while it is under way, and where a sender without numbers cannot be known to be complete.',
  ),
});

const Answer = Type.Object({
  data: Type.Object({ hours: Type.Array(Hour), totals: Type.Object(counts) }),
  meta: Type.Object({
    from: instant(),
    to: instant(),
    as_of: maybeInstant('When the log was last counted.'),
    gaps_truncated: Type.Boolean({ description: 'Whether there are more gaps than are listed.' }),
  }),
});

/** Proves what became of everything that switches sent. */
export const completenessRoute = (app: App, { completeness }: CompletenessRoute): void => {
  app.route({
    method: 'GET',
    url: '/v1/audit/completeness',
    config: { access: 'audit:read' },
    schema: {
      tags: ['audit'],
      summary: 'Account for everything that switches sent, by switch and hour',
      querystring: Parameters,
      response: { 200: Answer, ...errorResponses(400, 401, 403, 422, 503) },
    },
    handler: async (request) => {
      const asked = askedOf(keyOf(request).tenantId, request.query, Date.now() / 1000);
      const report = await completeness(asked, request.signal);
      if (report === null)
        throw invalid([
          {
            field: 'switch_id',
            message: `must name one switch, or the range be shorter: these are more than ${mostHours} hours`,
          },
        ]);
      return answerOf(report, asked);
    },
  });
};

/** Whole hours; the last 24 where nothing is said. */
const askedOf = (tenantId: string, given: Static<typeof Parameters>, nowSeconds: number): Asked => {
  const range = readTimeRange(given);
  const to = Math.ceil((range.to === null ? nowSeconds : range.to / 1_000_000) / hourSeconds) * hourSeconds;
  const from =
    range.from === null ? to - dayHours * hourSeconds : Math.floor(range.from / 1_000_000 / hourSeconds) * hourSeconds;
  if (to - from > mostDays * dayHours * hourSeconds)
    throw invalid([{ field: 'from', message: `must be at most ${mostDays} days before to` }]);
  if (to <= from) throw invalid([{ field: 'to', message: 'must be later than from' }]);
  return { tenantId, switchId: given.switch_id ?? null, from, to };
};

const answerOf = ({ hours, totals, as_of, gaps_truncated }: Report, { from, to }: Asked): Static<typeof Answer> => ({
  data: { hours: hours.map((hour) => ({ ...hour, gaps: [...hour.gaps] })), totals },
  meta: { from: isoFromMicros(from * 1_000_000), to: isoFromMicros(to * 1_000_000), as_of, gaps_truncated },
});
