import type { TLocalizedValidationError } from 'typebox/error';
import type { Rejection } from '../../schemas/rejections.ts';

/** The first thing that is wrong, in words that name the field and the way out. */
export const explain = (errors: readonly TLocalizedValidationError[], type: string): Rejection => {
  // Where a field is not allowed TypeBox also says that nothing fits there; the parent's error says it better.
  const error = errors.find(({ keyword }) => keyword !== 'boolean');
  if (error === undefined) return { code: 'INVALID_FIELD', field: '', message: `the event is no ${type}: see /docs` };
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const at = (name: string | undefined): string => (path === '' ? (name ?? '') : `${path}.${name ?? ''}`);
  if (error.keyword === 'required') {
    const field = at(error.params.requiredProperties[0]);
    return { code: 'MISSING_FIELD', field, message: `${field} is missing: ${type} needs it` };
  }
  if (error.keyword === 'additionalProperties') {
    const field = at(error.params.additionalProperties[0]);
    return { code: 'UNKNOWN_FIELD', field, message: `${field} is no field of ${type}: leave it out` };
  }
  return { code: 'INVALID_FIELD', field: path, message: `${path} ${mustBe(error)}` };
};

const mustBe = (error: TLocalizedValidationError): string => {
  if (error.keyword === 'enum') return `must be one of ${error.params.allowedValues.map(String).join(', ')}`;
  if (error.keyword === 'format') return 'must be an ISO-8601 time with an offset, such as 2026-01-31T09:00:00.123456Z';
  return `${error.message}: see /docs for the fields of each type`;
};
