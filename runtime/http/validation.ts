import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { type Detail, invalid } from './http-error.ts';

type Properties = Readonly<Record<string, { readonly type?: string; readonly description?: string }>>;

/**
 * Checks requests by their TypeBox schemas. Text from a URL is first read as the number or boolean that the schema
 * asks for; a JSON body is taken as it is. Every problem is told with its field.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const properties: Properties = 'properties' in schema ? (schema.properties as Properties) : {};
  return (input: unknown) => {
    const value = httpPart === 'body' ? input : fromText(input, properties);
    if (validator.Check(value)) return { value };
    return { error: invalid(validator.Errors(value).flatMap((error) => toDetails(error, properties))) };
  };
};

const fromText = (input: unknown, properties: Properties): unknown => {
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, readText(value, properties[name]?.type)]),
  );
};

const readText = (value: unknown, type: string | undefined): unknown => {
  if (typeof value !== 'string') return value;
  if (type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (type === 'boolean' && /^(true|1)$/.test(value)) return true;
  if (type === 'boolean' && /^(false|0)$/.test(value)) return false;
  return value;
};

const toDetails = (error: TLocalizedValidationError, properties: Properties): Detail[] => {
  const field = error.instancePath.slice(1).replaceAll('/', '.');
  // Told along with additionalProperties for the same field.
  if (error.keyword === 'boolean') return [];
  if (error.keyword === 'additionalProperties') {
    return error.params.additionalProperties.map((name) => ({
      field: join(field, name),
      message: unknownField(name, properties),
    }));
  }
  if (error.keyword === 'required') {
    return error.params.requiredProperties.map((name) => ({ field: join(field, name), message: 'is required' }));
  }
  // A regular expression is for programs; its description says the same to people.
  if (error.keyword === 'pattern')
    return [{ field, message: `must be ${properties[field]?.description ?? 'in another form'}` }];
  return [{ field, message: messageOf(error) }];
};

const messageOf = (error: TLocalizedValidationError): string => {
  if (error.keyword === 'enum') return `must be one of ${error.params.allowedValues.join(', ')}`;
  if (error.keyword === 'type') return typeMessage(String(error.params.type));
  if (error.keyword === 'minimum') return `must be at least ${error.params.limit}`;
  if (error.keyword === 'maximum') return `must be at most ${error.params.limit}`;
  if (error.keyword === 'minLength') return 'must not be empty';
  if (error.keyword === 'maxLength') return `must have at most ${error.params.limit} characters`;
  if (error.keyword === 'minItems') return `must have at least ${error.params.limit} entries`;
  if (error.keyword === 'maxItems') return `must have at most ${error.params.limit} entries`;
  return error.message;
};

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const typeMessage = (type: string): string => {
  if (type === 'integer') return 'must be a whole number';
  if (type === 'boolean') return 'must be true or false';
  return type === 'string' ? 'must be a single text' : `must be of type ${type}`;
};

const unknownField = (name: string, properties: Properties): string => {
  const known = Object.keys(properties);
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const meant = known.find((candidate) => plain(candidate) === plain(name));
  if (meant !== undefined) return `is unknown; did you mean ${meant}?`;
  return known.length === 0 ? 'is unknown; nothing is taken here' : `is unknown; known are ${known.join(', ')}`;
};
