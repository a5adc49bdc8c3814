import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { invalid } from './api-error.ts';

/** Checks parameters of path and query. Bodies are judged record by record, so their schemas only document them. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return (value: unknown) => ({ value });
  const validator = Compile(schema);
  return (value: unknown) => {
    if (validator.Check(value)) return { value };
    const details = validator
      .Errors(value)
      .map(({ instancePath, message }) => ({ field: instancePath.slice(1).replaceAll('/', '.'), message }));
    return { error: invalid(details) };
  };
};
