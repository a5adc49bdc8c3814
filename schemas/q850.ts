// SIP to Q.850 after RFC 3398 section 7.2.4.1: switches disagree, and one tenant must not get two causes for one failure.

const bySipCode: ReadonlyMap<number, number> = new Map([
  [400, 41],
  [401, 21],
  [402, 21],
  [403, 21],
  [404, 1],
  [405, 63],
  [406, 79],
  [407, 21],
  [408, 102],
  [410, 22],
  [413, 127],
  [414, 127],
  [415, 79],
  [416, 127],
  [420, 127],
  [421, 127],
  [423, 127],
  [480, 18],
  [481, 41],
  [482, 25],
  [483, 25],
  [484, 28],
  [485, 1],
  [486, 17],
  [488, 88],
  [500, 41],
  [501, 79],
  [502, 38],
  [503, 41],
  [504, 102],
  [505, 127],
  [513, 127],
  [600, 17],
  [603, 21],
  [604, 1],
  [606, 88],
]);

/** A final SIP failure code (300-699), or null: success tells nothing about why a leg ended. */
export const sipFailure = (code: number | null): number | null =>
  code !== null && code >= 300 && code <= 699 ? code : null;

/** The Q.850 cause of a SIP failure; else the switch's own number; null where neither is a cause. */
export const q850Of = (sipCode: number | null, native: number | null): number | null => {
  const fromSip = sipCode === null ? undefined : bySipCode.get(sipCode);
  if (fromSip !== undefined) return fromSip;
  return native !== null && native >= 1 && native <= 127 ? native : null;
};
