import { CmdletError, type CmdletTable, cmdlet, typed } from './cmdlet.ts';
import { parameterSets } from './syntax.ts';
import { hasWildcard, like } from './wildcards.ts';

/** Cmdlets every PowerShell has: Get-Module, Import-Module, Get-Command. */

export interface InstalledModule {
  readonly name: string;
  readonly version: string;
}

const management = 'Microsoft.PowerShell.Commands';

const moduleObject = ({ name, version }: InstalledModule): object =>
  typed('PSModuleInfo', { Name: name, Version: version, ModuleType: 'Binary', Description: '' });

/** `table` is what the modules bring. A module that is not there gives nothing to Get-Module and an error to Import-Module. */
export const coreCmdlets = (modules: readonly InstalledModule[], table: CmdletTable): CmdletTable => {
  const named = (names: unknown): readonly InstalledModule[] =>
    modules.filter(({ name }) => names === undefined || (names as readonly string[]).some((one) => like(one)(name)));

  return {
    'Get-Module': cmdlet(
      { type: `${management}.GetModuleCommand`, syntax: ['[-Name <string[]>] [-ListAvailable] [-All] [-Refresh]'] },
      (_ctx, { Name }) => named(Name).map(moduleObject),
    ),
    'Import-Module': cmdlet(
      {
        type: `${management}.ImportModuleCommand`,
        syntax: ['-Name <string[]> [-Force] [-PassThru] [-DisableNameChecking] [-SkipEditionCheck] [-Global]'],
        mutates: false,
      },
      (_ctx, { Name, PassThru }) => {
        const missing = (Name as readonly string[]).find((name) => named([name]).length === 0);
        if (missing !== undefined)
          throw new CmdletError(
            `The specified module '${missing}' was not loaded because no valid module file was found in any module directory.`,
            'ResourceUnavailable',
            `Modules_ModuleNotFound,${management}.ImportModuleCommand`,
          );
        return PassThru === true ? named(Name).map(moduleObject) : [];
      },
    ),
    'Get-Command': cmdlet(
      { type: `${management}.GetCommandCommand`, syntax: ['-Name <string[]> [-Module <string[]>]'] },
      (_ctx, { Name }) =>
        (Name as readonly string[]).flatMap((wanted) => {
          const found = Object.entries(table).filter(([name]) => like(wanted)(name));
          if (found.length === 0 && !hasWildcard(wanted))
            throw new CmdletError(
              `The term '${wanted}' is not recognized as a name of a cmdlet, function, script file, or executable program.`,
              'ObjectNotFound',
              `CommandNotFoundException,${management}.GetCommandCommand`,
            );
          return found.map(([name, { manual }]) => {
            const parameters = parameterSets(manual?.syntax ?? []).flat();
            return typed('CmdletInfo', {
              Name: name,
              CommandType: 'Cmdlet',
              Parameters: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.name])),
            });
          });
        }),
    ),
  };
};
