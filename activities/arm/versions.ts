/** api-versions of the providers that every Azure room reads beside its own. A §1.2, §3 */
export const API = {
  hybridCompute: '2024-07-10',
  stackHci: '2024-01-01',
  extendedLocation: '2021-08-15',
  resourceGraph: '2021-03-01',
  resources: '2021-04-01',
  authorization: '2022-04-01',
  storage: '2023-05-01',
} as const;
