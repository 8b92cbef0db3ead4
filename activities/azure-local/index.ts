import type { AzureLocalInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import type { Platform, Watched } from '../contracts/platform.ts';
import { asking } from './asked.ts';
import { belongings } from './belongings.ts';
import { clusters } from './clusters.ts';
import { connect } from './connect.ts';
import type { AzureLocal } from './context.ts';
import { describe } from './describe.ts';
import { forceOff } from './force-off.ts';
import { health } from './health.ts';
import { instances } from './instances.ts';
import { isolate } from './isolate.ts';
import { powerOn } from './power-on.ts';
import { preflight } from './preflight.ts';
import { remove } from './remove.ts';
import { reshape } from './reshape.ts';
import { shutDown } from './shut-down.ts';
import { vitals } from './vitals.ts';

export interface AzureLocalDeps {
  readonly instance: AzureLocalInstance;
  readonly arm: Arm;
  readonly agentVersion: string;
  readonly now?: () => number;
}

/** Azure Local as Azure Resource Manager shows it. A VM's id is the ARM id of its Arc machine. */
export const azureLocalPlatform = ({
  instance,
  arm,
  agentVersion,
  now = Date.now,
}: AzureLocalDeps): Platform & Watched => {
  const room: AzureLocal = {
    instance,
    agentVersion,
    instances: instances(arm, instance),
    belongings: belongings(arm, instance),
    clusters: clusters(arm, instance),
    asked: asking(arm, now),
    now,
  };
  return {
    preflight: preflight(room),
    describe: describe(room),
    shutDown: shutDown(room),
    forceOff: forceOff(room),
    powerOn: powerOn(room),
    isolate: isolate(room),
    connect: connect(room),
    reshape: reshape(room),
    health: health(room),
    remove: remove(room),
    vitals: vitals(room),
  };
};
