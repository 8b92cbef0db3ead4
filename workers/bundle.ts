import { resolve } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const folder = resolve(import.meta.dirname, '..', 'workflows');
export const SHORT_TRACES = resolve(folder, 'short-traces.ts');

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflow code, bundled once a process. */
export const workflowBundle = (): Promise<WorkflowBundleWithSourceMap> => {
  bundle ??= bundleWorkflowCode({ workflowsPath: resolve(folder, 'index.ts'), preloadModules: [SHORT_TRACES] });
  return bundle;
};
