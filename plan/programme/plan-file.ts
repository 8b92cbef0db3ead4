import type * as z from 'zod';
import type { FilePlace, Refusal, Refuse } from '../refusal.ts';
import type { YamlFile } from './yaml-file.ts';
import { refuseIssues } from './zod-refusals.ts';

type At = readonly PropertyKey[];

/** plan.yaml as the readers of its parts see it: values are known, and a refusal only needs the path of what it is about. */
export interface PlanFile {
  placeOf(at: At): FilePlace;
  /** Refuses the value at a path; answers null so that a reader can return it. */
  no(at: At, message: string, fix: string): null;
  warn(at: At, message: string, fix: string): void;
  /** The value at a path as the schema reads it, or null when it was refused. */
  read<S extends z.ZodType>(schema: S, value: unknown, at: At): z.output<S> | null;
}

export const planFile = (file: string, yaml: YamlFile, refuse: Refuse): PlanFile => {
  const say = (severity: Refusal['severity'], at: At, message: string, fix: string): void =>
    refuse({ file, ...yaml.placeOf(at), severity, message, fix });
  return {
    placeOf: (at) => ({ file, ...yaml.placeOf(at) }),
    no: (at, message, fix) => {
      say('error', at, message, fix);
      return null;
    },
    warn: (at, message, fix) => say('warning', at, message, fix),
    read: (schema, value, at) => {
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      refuseIssues(file, yaml, schema, result.error, refuse, at);
      return null;
    },
  };
};
