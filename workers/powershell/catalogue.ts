import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/**
 * One cmdlet a driver may call. `patterns` narrows a parameter further: a text that does not match is refused, here and on the host
 * through the exported role. `source` is the vendor's page, or a path of the documentation sets the facts cite (`MS:get-vm`, `DP:…`).
 */
const Entry = z.strictObject({
  cmdlet: z.string().regex(/^[A-Z][A-Za-z]+-[A-Z][A-Za-z0-9]+$/),
  module: z.string().regex(/^[A-Za-z][A-Za-z0-9.-]*$/),
  parameters: z.array(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/)),
  mutates: z.boolean(),
  source: z.string().regex(/^(https:\/\/\S+\.\S+\/\S+|[A-Z]{1,4}:\S+|[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+)$/),
  patterns: z.record(z.string(), z.string()).optional(),
});

export type CatalogueEntry = z.infer<typeof Entry>;

export interface Catalogue {
  readonly entries: readonly CatalogueEntry[];
  /** Cmdlet and parameter names are compared without case, as PowerShell does. */
  readonly entry: (cmdlet: string) => CatalogueEntry | undefined;
}

const key = (name: string): string => name.toLowerCase();

const merged = (a: CatalogueEntry, b: CatalogueEntry): CatalogueEntry => {
  if (a.module !== b.module) throw new Error(`${a.cmdlet} is catalogued for two modules, ${a.module} and ${b.module}`);
  if (JSON.stringify(a.patterns ?? {}) !== JSON.stringify(b.patterns ?? {}))
    throw new Error(`${a.cmdlet} is catalogued with two sets of patterns`);
  return { ...a, parameters: [...new Set([...a.parameters, ...b.parameters])], mutates: a.mutates || b.mutates };
};

/** Throws where an entry is malformed, lacks its source, or contradicts another. */
export const catalogueOf = (raw: readonly unknown[]): Catalogue => {
  const byName = new Map<string, CatalogueEntry>();
  for (const entry of z.array(Entry).parse(raw)) {
    const known = byName.get(key(entry.cmdlet));
    byName.set(key(entry.cmdlet), known ? merged(known, entry) : entry);
  }
  return { entries: [...byName.values()], entry: (cmdlet) => byName.get(key(cmdlet)) };
};

/** Reads one or more `cmdlets.json`; what one instance may call is the union of the files given. */
export const loadCatalogue = async (files: readonly string[]): Promise<Catalogue> => {
  const lists = await Promise.all(
    files.map(async (file): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))),
  );
  return catalogueOf(lists.flat());
};
