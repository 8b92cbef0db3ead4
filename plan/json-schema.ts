import * as z from 'zod';
import { planSchema } from './schema.ts';

/** JSON Schema (draft 2020-12) of plan.yaml, for editors. */
export const planJsonSchema = (): Readonly<Record<string, unknown>> => ({
  ...z.toJSONSchema(planSchema, { io: 'input' }),
});
