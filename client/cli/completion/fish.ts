import type { CommandNode, Takes } from './tree.ts';

/** A text as fish takes it. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, (char) => `\\${char}`)}'`;

const candidates = (takes: Takes): string => {
  if (takes.kind === 'words') return ` -a ${quoted(takes.words.join(' '))}`;
  return takes.kind === 'free' || takes.kind === 'file' ? '' : ` -a ${quoted(`(_tranship_names ${takes.kind})`)}`;
};

const linesOf = ({ path, commands, options, takes }: CommandNode): readonly string[] => {
  const here = `complete -c tranship -n ${quoted(`_tranship_at ${path.join(' ')}`.trimEnd())}`;
  const names = candidates(takes);
  return [
    ...commands.map(({ name, description }) => `${here} -a ${name} -d ${quoted(description)}`),
    ...(names ? [`${here}${names}`] : []),
    ...options.map(({ flag, description, takes: value }) => {
      // fish offers files for every option with a value, unless it is told that there are none.
      const argument = value ? ` ${value.kind === 'file' ? '-rF' : '-x'}${candidates(value)}` : '';
      return `${here} -l ${flag.slice(2)}${argument} -d ${quoted(description)}`;
    }),
  ];
};

const paths = (tree: readonly CommandNode[]): string =>
  tree
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quoted(path.join(' ')))
    .join(' ');

export const fishScript = (
  tree: readonly CommandNode[],
): string => `# fish completion for tranship: tranship completion fish | source
# Whether the words before lead to just this command.
function _tranship_at
    set -l at
    for word in (commandline -opc)[2..-1]
        set -l next (string join ' ' -- $at $word)
        if contains -- $next ${paths(tree)}
            set at $at $word
        end
    end
    test "$at" = "$argv"
end

# Names that are not known before it is asked; none where nobody answers at once.
function _tranship_names
    tranship completion names $argv[1] 2>/dev/null
end

complete -c tranship -f
${tree.flatMap(linesOf).join('\n')}
`;
