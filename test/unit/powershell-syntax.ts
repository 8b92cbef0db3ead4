/**
 * Parses PowerShell in a process of its own, since the parser loads itself in a way the test runner does not allow.
 * Texts come as a JSON list on standard input; for each the lines that are wrong and the kinds of nodes there are go out.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Node } from '@vscode/tree-sitter-wasm';

const { Language, Parser } = createRequire(import.meta.url)(
  '@vscode/tree-sitter-wasm',
) as typeof import('@vscode/tree-sitter-wasm');
const WASM = join(process.cwd(), 'node_modules/@vscode/tree-sitter-wasm/wasm');

const nodesIn = (node: Node): readonly Node[] => [
  node,
  ...node.children.flatMap((child) => (child ? nodesIn(child) : [])),
];

await Parser.init({ locateFile: () => join(WASM, 'tree-sitter.wasm') });
const parser = new Parser();
parser.setLanguage(await Language.load(join(WASM, 'tree-sitter-powershell.wasm')));

const texts = JSON.parse(readFileSync(0, 'utf8')) as readonly string[];
const answers = texts.map((text) => {
  const tree = parser.parse(text.replace(/^\uFEFF/, ''));
  const nodes = tree ? nodesIn(tree.rootNode) : [];
  return {
    wrong: nodes
      .filter((node) => node.isError || node.isMissing)
      .map((node) => `line ${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`),
    kinds: [...new Set(nodes.map((node) => node.type))],
  };
});
process.stdout.write(JSON.stringify(answers));
