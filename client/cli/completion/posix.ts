import { shellWord } from '../../../domain/words.ts';
import type { CommandNode, Takes } from './tree.ts';

/** bash and zsh read the same tables: where one stands, what may be typed there, what the word before asks for. */

const pathOf = ({ path }: CommandNode): string => path.map((name) => ` ${name}`).join('');

/** Patterns of a `case`, each in double quotes: names of commands and options hold nothing that a shell reads. */
const patterns = (words: readonly string[]): string => words.map((word) => `"${word}"`).join('|');

const steps = (tree: readonly CommandNode[]): string =>
  patterns(tree.filter(({ path }) => path.length > 0).map(pathOf));

const answerOf = (takes: Takes): string => {
  if (takes.kind === 'words') return `offers=${shellWord(takes.words.join(' '))}`;
  return takes.kind === 'file' ? 'kind=file' : takes.kind === 'free' ? 'kind=none' : `kind=${takes.kind}`;
};

const values = (tree: readonly CommandNode[]): readonly string[] => {
  const all = tree.flatMap((node) =>
    node.options.flatMap(({ flag, takes }) =>
      takes ? [{ at: `${pathOf(node)} ${flag}`, does: answerOf(takes) }] : [],
    ),
  );
  return [...Map.groupBy(all, ({ does }) => does)].map(
    ([does, some]) => `    ${patterns(some.map(({ at }) => at))}) ${does}; return ;;`,
  );
};

const places = (tree: readonly CommandNode[]): readonly string[] =>
  tree.map((node) => {
    const { commands, options, takes } = node;
    const names = commands.map(({ name }) => name);
    const typed = takes.kind === 'words' ? [...names, ...takes.words] : names;
    const kind = takes.kind === 'words' || takes.kind === 'free' ? 'none' : takes.kind;
    return `    "${pathOf(node)}") offers=${shellWord(typed.join(' '))}; flags=${shellWord(options.map(({ flag }) => flag).join(' '))}; kind=${kind} ;;`;
  });

/** Sets `offers`, `flags` and `kind` from the words before; `return` where the word before is an option that takes a value. */
const tables = (
  tree: readonly CommandNode[],
): string => `# Where the words before lead: sets offers, flags and kind (vm, batch, programme, file or none).
_tranship_place() {
  local at='' word before=''
  offers='' flags='' kind=none
  for word in "$@"; do
    case "$at $word" in
    ${steps(tree)}) at="$at $word" ;;
    esac
    before="$word"
  done
  case "$at $before" in
${values(tree).join('\n')}
  esac
  case "$at" in
${places(tree).join('\n')}
  esac
}

# Names that are not known before it is asked; none where nobody answers at once.
_tranship_names() {
  tranship completion names "$1" 2>/dev/null
}
`;

export const bashScript = (
  tree: readonly CommandNode[],
): string => `# bash completion for tranship: source <(tranship completion bash)
${tables(tree)}
_tranship() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" offers flags kind name
  COMPREPLY=()
  _tranship_place "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  case "$cur" in
  -*) offers="$flags"; kind=none ;;
  esac
  case "$kind" in
  file) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  vm|batch|programme)
    while IFS= read -r name; do
      [[ "$name" == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
    done < <(_tranship_names "$kind") ;;
  esac
  [ -n "$offers" ] && COMPREPLY+=($(compgen -W "$offers" -- "$cur"))
  return 0
}
complete -F _tranship tranship
`;

export const zshScript = (tree: readonly CommandNode[]): string => `#compdef tranship
# zsh completion for tranship: source <(tranship completion zsh)
${tables(tree)}
_tranship() {
  local cur="\${words[CURRENT]}"
  local -a typed names
  typed=("\${(@)words[2,CURRENT-1]}")
  local offers flags kind
  _tranship_place "\${typed[@]}"
  if [[ "$cur" == -* ]]; then
    compadd -- \${=flags}
    return
  fi
  case "$kind" in
  file) _files; return ;;
  vm|batch|programme)
    names=("\${(@f)$(_tranship_names "$kind")}")
    compadd -- \${names:#} ;;
  esac
  compadd -- \${=offers}
}
compdef _tranship tranship
`;
