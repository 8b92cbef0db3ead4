/** A protected item is named after the discovered machine, which is named after the VM. A §1.1 */

export const itemIdOf = (vault: string, machine: string): string => `${vault}/protectedItems/${machine}`;

export const vaultOf = (itemId: string): string => itemId.replace(/\/protectedItems\/[^/]+\/?$/i, '');
