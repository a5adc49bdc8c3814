import { microsFromIso } from '../../schemas/event-json.ts';

/** The instant in an id `epoch.counter`: its second, and the counter as µs so that ids of one second keep their order. */
export const idInstant = (id: string): number | null => {
  const parts = /(?:^|-)(\d{9,10})\.(\d{1,12})$/.exec(id);
  return parts === null ? null : Number(parts[1]) * 1_000_000 + (Number(parts[2]) % 1_000_000);
};

/** Where asterisk.conf has a systemname, ids begin with it: `pbx1-1434650936.31`. */
export const systemOf = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf('-')));

/** µs of `2015-06-18 14:08:56.910686`, with or without offset (then UTC), or of `1434636536.910686`; NaN for others. */
export const asteriskInstant = (time: string): number => {
  if (time.charCodeAt(4) === 0x2d) {
    const us = microsFromIso(time);
    return Number.isNaN(us) ? microsFromIso(`${time}Z`) : us;
  }
  const parts = /^(\d{1,12})(?:\.(\d{0,9}))?$/.exec(time);
  if (parts === null) return Number.NaN;
  const [, seconds, fraction = ''] = parts;
  return Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
};
