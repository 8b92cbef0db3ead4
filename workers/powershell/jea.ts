import { createHash } from 'node:crypto';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What the entry script itself calls. */
const OWN: readonly CatalogueEntry[] = ['Get-Command', 'ConvertFrom-Json', 'New-Object'].map((cmdlet) => ({
  cmdlet,
  module: cmdlet === 'Get-Command' ? 'Microsoft.PowerShell.Core' : 'Microsoft.PowerShell.Utility',
  parameters: [],
  mutates: false,
  source: 'workers/powershell/run-cmdlets.ps1',
}));

const parameterLine = (entry: CatalogueEntry, name: string): string => {
  const pattern = entry.patterns?.[name];
  return pattern === undefined
    ? `            @{ Name = ${quoted(name)} }`
    : `            @{ Name = ${quoted(name)}; ValidatePattern = ${quoted(`^(?:${pattern})$`)} }`;
};

/** Our script answers the question that a mutating cmdlet would ask. */
const parametersOf = (entry: CatalogueEntry): readonly string[] =>
  entry.mutates && !entry.parameters.includes('Confirm') ? [...entry.parameters, 'Confirm'] : entry.parameters;

const visible = (entry: CatalogueEntry): string => {
  const name = quoted(`${entry.module}\\${entry.cmdlet}`);
  const lines = parametersOf(entry).map((parameter) => parameterLine(entry, parameter));
  return lines.length === 0
    ? `    @{ Name = ${name} }`
    : `    @{\n        Name = ${name}\n        Parameters = @(\n${lines.join('\n')}\n        )\n    }`;
};

const guidOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
};

/**
 * Text of a JEA role capability (`.psrc`) that lets an account run what the catalogue holds and our one script, nothing else.
 * The same catalogue gives the same text. https://learn.microsoft.com/powershell/scripting/security/remoting/jea/role-capabilities
 */
export const roleCapability = (catalogue: Catalogue, entryScript: string, description: string): string => {
  const entries = [...catalogue.entries].sort((a, b) => a.cmdlet.localeCompare(b.cmdlet));
  const modules = [...new Set(entries.map(({ module }) => module))]
    .filter((name) => !name.startsWith('Microsoft.PowerShell.'))
    .sort();
  const cmdlets = [...entries, ...OWN].map(visible).join('\n');
  return `@{
GUID = ${quoted(guidOf(cmdlets))}
Description = ${quoted(description)}
ModulesToImport = @(${modules.map(quoted).join(', ')})
VisibleExternalCommands = @(${quoted(entryScript)})
VisibleCmdlets = @(
${cmdlets}
)
}
`;
};
