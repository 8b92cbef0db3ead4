import { globSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

const products = resolve(import.meta.dirname, '..', 'activities');

/** Product → path of its driver's catalogue. */
export const catalogueFiles = (): Readonly<Record<string, string>> =>
  Object.fromEntries(globSync(resolve(products, '*', 'cmdlets.json')).map((file) => [basename(dirname(file)), file]));
