import type { FastifyRequest } from 'fastify';
import type { SentRecord } from '../records.ts';
import { ApiError } from './api-error.ts';
import { bodyOf, jsonRecords, mediaType, valueRecords } from './record-bodies.ts';

/** The types under which mod_json_cdr sends a form, by its setting `encode`. */
export const formTypes: readonly string[] = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-base64-encoded',
];

/** The CDRs of a body: JSON, or the form field `cdr` in which mod_json_cdr sends it, percent-encoded or base64. */
export const cdrRecords = (request: FastifyRequest): Iterable<SentRecord> => {
  if (!formTypes.includes(mediaType(request))) return jsonRecords(request);
  const text = bodyOf(request).toString('utf8').trimStart();
  // With encode=false and disable-100-continue mod_json_cdr sends bare JSON and curl calls it a form.
  if (text.startsWith('{')) return valueRecords(Buffer.from(text));
  const field = new URLSearchParams(text).get('cdr');
  if (field === null) throw new ApiError(400, 'MALFORMED_REQUEST', 'The form has no field "cdr" with the CDR in JSON.');
  // In a form a plus is a blank, which base64 does not have.
  return valueRecords(field.startsWith('{') ? Buffer.from(field) : Buffer.from(field.replaceAll(' ', '+'), 'base64'));
};
