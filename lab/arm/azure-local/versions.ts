/** Versions of the VM resource provider; 2024-01-01 is the stable baseline. A §3 */
export const hciVersions = [
  '2023-09-01-preview',
  '2024-01-01',
  '2024-02-01-preview',
  '2024-07-15-preview',
  '2025-02-01-preview',
  '2025-04-01-preview',
];

export const hybridVersions = [
  '2023-10-03-preview',
  '2024-03-31-preview',
  '2024-05-20-preview',
  '2024-07-10',
  '2025-01-13',
];
