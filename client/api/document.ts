import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { VERSION } from '../../workers/version.ts';
import { Problems } from './route.ts';

const jsonOf = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
};

/** What is read, by fastify's name for it. */
const READ = ['params', 'querystring', 'headers', 'body'] as const;

const PROBLEM = {
  description: 'What failed, and what to do.',
  content: { 'application/problem+json': { schema: jsonOf(Problems, 'output') } },
};

const STREAM = { description: 'As they happen.', content: { 'text/event-stream': { schema: { type: 'string' } } } };

const answerOf = (schema: unknown): object =>
  schema instanceof z.ZodType ? { description: 'Done.', ...jsonOf(schema, 'output') } : STREAM;

/** One route's zod schemas as the document has them. */
const described = (schema: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...schema,
  ...Object.fromEntries(
    READ.flatMap((part) => {
      const read = schema[part];
      return read instanceof z.ZodType ? [[part, jsonOf(read, 'input')]] : [];
    }),
  ),
  response: { 200: answerOf((schema.response as Record<string, unknown> | undefined)?.[200]), default: PROBLEM },
});

/** The OpenAPI document, made from the same schemas that requests are checked with. Registered before the routes. */
export const document = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tranship',
        version: VERSION,
        description:
          'Migrations, batches, what waits for people, and their answers. A viewer reads, an operator commands, an approver decides, an admin does all.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: ({ schema, url }) => ({ schema: described(schema as Record<string, unknown>), url }),
  });
};
