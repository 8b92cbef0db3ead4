import type { AzureLocalInstance } from '../../domain/estate.ts';
import type { Asked } from './asked.ts';
import type { Belongings } from './belongings.ts';
import type { Clusters } from './clusters.ts';
import type { Instances } from './instances.ts';

/** What the verbs work with. */
export interface AzureLocal {
  readonly instance: AzureLocalInstance;
  readonly agentVersion: string;
  readonly instances: Instances;
  readonly belongings: Belongings;
  readonly clusters: Clusters;
  readonly asked: Asked;
  now(): number;
}
