export type Difference = { readonly path: string; readonly expected: unknown; readonly actual: unknown };

/** Where two JSON values differ, each place once and as deep as it lies; undefined for what one of them lacks. */
export const differences = (expected: unknown, actual: unknown, path = ''): Difference[] => {
  if (isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...names].flatMap((name) =>
      differences(expected[name], actual[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return Object.is(expected, actual) ? [] : [{ path, expected, actual }];
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
