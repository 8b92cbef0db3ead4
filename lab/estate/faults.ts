import { existsSync, readFileSync } from 'node:fs';
import type { Fault, Faults, LabVm, Table } from './types.ts';

/**
 * `left` counts down from `times`; `due` says that the event a fault waits for (`detail.after`) has happened; `passed` counts the times
 * it was let by (`detail.skip` of them).
 */
export interface ArmedFault {
  readonly fault: Fault;
  readonly armedAt: number;
  left: number;
  passed?: number;
  due: boolean;
  fired: { at: number; point: string; subject: string | null }[];
}

export interface FaultRegistry extends Faults {
  arm(fault: Fault): void;
  list(): readonly ArmedFault[];
  /** Armed and due faults of a kind the lab itself acts on, such as `reboot`. */
  waiting(kind: Fault['kind']): readonly ArmedFault[];
  /** Counts and logs one firing. */
  fire(id: string, point: string, subject: string | null): void;
  /** Makes faults due that wait for an event of this kind about their subject. */
  seen(kind: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface FaultDeps {
  readonly rows: Table<ArmedFault>;
  now(): number;
  log(kind: 'fault.armed' | 'fault.fired', fields: Readonly<Record<string, unknown>>): void;
  together<R>(work: () => R): R;
  /** A refusal that undoes its transaction must not undo that the fault fired. */
  evenIfUndone(work: () => void): void;
  vm(id: string): LabVm | undefined;
  /** Display name of a scenario VM by its uuid. */
  nameOf(origin: string): string | undefined;
}

/** Faults armed by plan or by hand. Each fires `times` times at its point, exact or with `*`; a VM is named by id, origin or name. */
export const openFaults = (deps: FaultDeps): FaultRegistry => {
  const { rows } = deps;
  const all = (): readonly ArmedFault[] => rows.list().map((row) => row.value);
  const save = (armed: ArmedFault): void => rows.put(armed.fault.id, armed);

  const namesOf = (subject: string): readonly string[] => {
    const vm = deps.vm(subject);
    const origin = vm?.origin ?? subject;
    const name = deps.nameOf(origin);
    return [subject, ...(vm ? [vm.origin, vm.name] : []), ...(name ? [name] : [])];
  };

  const concerns = (fault: Fault, subject: string | undefined): boolean =>
    fault.subject === undefined || (subject !== undefined && namesOf(subject).some((n) => matches(fault.subject, n)));

  const letsBy = (armed: ArmedFault): boolean => {
    const passed = armed.passed ?? 0;
    if (passed >= Number(armed.fault.detail.skip ?? 0)) return false;
    deps.evenIfUndone(() => save({ ...armed, passed: passed + 1 }));
    return true;
  };

  const fire = (id: string, point: string, subject: string | null): void =>
    deps.evenIfUndone(() => {
      const armed = rows.get(id);
      if (!armed) return;
      armed.left -= 1;
      armed.fired.push({ at: deps.now(), point, subject });
      save(armed);
      deps.log('fault.fired', { fault: id, kind: armed.fault.kind, point, subject });
    });

  return {
    fire,
    list: all,
    waiting: (kind) => all().filter((a) => a.fault.kind === kind && a.left > 0 && a.due),
    arm: (fault) =>
      deps.together(() => {
        if (rows.get(fault.id)) return;
        save({ fault, armedAt: deps.now(), left: fault.times, due: fault.detail.after === undefined, fired: [] });
        const { id, kind, point, subject = null } = fault;
        deps.log('fault.armed', { fault: id, kind, point, subject });
      }),
    at: (point, subject) => {
      const armed = all().find(
        (a) => a.left > 0 && a.due && matches(a.fault.point, point) && concerns(a.fault, subject) && !letsBy(a),
      );
      if (!armed) return undefined;
      fire(armed.fault.id, point, subject ?? null);
      return armed.fault;
    },
    seen: (kind, fields) => {
      for (const armed of all()) {
        if (armed.due || armed.fault.detail.after !== kind) continue;
        const subjects = [fields.vm, fields.origin].filter((s) => typeof s === 'string');
        if (armed.fault.subject !== undefined && !subjects.some((s) => concerns(armed.fault, s))) continue;
        save({ ...armed, due: true });
      }
    },
  };
};

/** Exact, or with `*` for any run of characters; an absent pattern matches everything. */
export const matches = (pattern: string | undefined, text: string): boolean => {
  if (pattern === undefined || pattern === text) return true;
  if (!pattern.includes('*')) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
};

/** Arms what a file lists; those armed in an earlier life of the lab stay as they are. */
export const armFromFile = (faults: FaultRegistry, path: string): void => {
  if (!existsSync(path)) return;
  for (const fault of JSON.parse(readFileSync(path, 'utf8')) as readonly Fault[]) {
    faults.arm({ ...fault, times: fault.times ?? 1, detail: fault.detail ?? {} });
  }
};
