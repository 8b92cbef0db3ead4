import type { Capabilities } from '../../domain/capability.ts';

/** It stops the predecessor itself and starts the successor only after the last delta. A §1.3g, §0.11 */
export const CAPABILITIES: Capabilities = {
  from: ['hyper-v'],
  to: ['azure-local'],
  cutover: 'switch',
  undoableUntil: 'cutOver',
  rehearsal: false,
  cancellable: false,
  stopsBeforeStart: true,
  fixesAtProtect: true,
  preservesIp: false,
};
