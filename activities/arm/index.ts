import { type Arm, arm } from './arm.ts';
import { type ArmSetup, type ArmSite, armSend } from './client.ts';

/** Azure Resource Manager as one instance of the plan reaches it. Opens nothing until the first request. */
export const openArm = (site: ArmSite, setup: ArmSetup): Arm => arm(armSend(site, setup), site.endpoint);

export type { Arm } from './arm.ts';
export type { ArmSetup, ArmSite } from './client.ts';
