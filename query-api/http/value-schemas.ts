import { type TSchema, Type } from 'typebox';

// Schemas of values that several resources show.

export const orNull = <Schema extends TSchema>(schema: Schema, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

const example = '2026-01-20T10:00:00.123456Z';

export const instant = (description?: string) =>
  Type.String({ format: 'date-time', examples: [example], ...(description !== undefined && { description }) });

export const maybeInstant = (description?: string) => orNull(Type.String({ format: 'date-time' }), description);

export const maybeText = (description?: string) => orNull(Type.String(), description);

export const maybeInteger = (description?: string) => orNull(Type.Integer(), description);

/** A text of a row, where the tables hold none as empty. */
export const textOrNull = (text: string): string | null => (text === '' ? null : text);
