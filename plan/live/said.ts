import type { PlanPlaces } from '../read-plan.ts';
import type { Refusal } from '../refusal.ts';
import type { AnyColumn } from '../roster/sheet.ts';

/** Where the plan says what the estate contradicts: a cell of one VM's row, or a value of plan.yaml. */
export type SaidAt =
  | { readonly vm: number; readonly column: AnyColumn }
  | { readonly plan: readonly (string | number)[] };

/** What the live estate says against the plan. `vm` counts as in `plan.vms`. */
export interface Said extends Pick<Refusal, 'severity' | 'message' | 'fix'> {
  readonly at: SaidAt;
}

export const inRow =
  (vm: number) =>
  (severity: Refusal['severity'], column: AnyColumn, message: string, fix: string): Said => ({
    at: { vm, column },
    severity,
    message,
    fix,
  });

/** At its place in the files, as every other refusal. */
export const placed = ({ at, ...told }: Said, places: PlanPlaces): Refusal => ({
  ...('plan' in at ? places.plan(at.plan) : places.vm(at.vm, at.column)),
  ...told,
});
