import ts from "typescript";
import type { ProsePattern } from "./prose-patterns.ts";
import type { FoundWord } from "./prose-rules.ts";
import { parse, type SourceTree } from "./source-tree.ts";

const VAGUE =
  "told|asked|known|given|found|made|said|own|kept|held|taken|left|meant|wanted|shown|stand|back|beside|behind|anew|what|why|most|least";

/** Names that no exported declaration, member, parameter or file of a finished room has. */
export const HARD_NAMES: readonly ProsePattern[] = [
  pattern("a vague name", { source: `^(?:${VAGUE})$`, isHard: true, instead: "a noun, or a verb and its object" }),
  pattern("MOST_ or LEAST_", { source: "^(?:MOST|LEAST)_", isHard: true, instead: "MAX_ or MIN_" }),
];

/** Names whose count in a room only falls. */
export const SHRINKING_NAMES: readonly ProsePattern[] = [
  pattern("a participle in a name", {
    source: "(?:Told|Asked|Known|Given|Said|Kept|Own|Made|Found)[A-Z]",
    isHard: false,
    instead: "a noun",
  }),
  pattern("an adverb at the end of a name", {
    source: "[a-z](?:Again|Anew|Back|Beside|Elsewhere|There)$",
    isHard: false,
    instead: "a noun or a verb",
  }),
  pattern("a question in a name", {
    source: "^(?:unless|until|what|who|why|where)[A-Z]",
    isHard: false,
    instead: "a noun, or is, has or can",
  }),
];

function pattern(
  name: string,
  { source, ...rule }: { readonly source: string; readonly isHard: boolean; readonly instead: string },
): ProsePattern {
  return { name, pattern: new RegExp(source), isStart: false, allowsBoolean: false, ...rule };
}

/** Names of the files that break the rules. Generated files are left out, and so is `left` as a side, in a file with `right`. */
export function vagueNames(tree: SourceTree): readonly FoundWord[] {
  return [...tree].flatMap(([path, text]) => {
    const names = [fileName(path), ...namesIn(parse(path, text))];
    const hasSides = names.some(({ word }) => word === "right");
    return names.flatMap(({ word, line }) =>
      [...HARD_NAMES, ...SHRINKING_NAMES]
        .filter(({ pattern: rule }) => rule.test(word) && !(hasSides && word === "left"))
        .map((rule) => ({ path, line, word, pattern: rule })),
    );
  });
}

interface Name {
  readonly word: string;
  readonly line: number;
}

function fileName(path: string): Name {
  return { word: /([^/]+?)\.\w+$/.exec(path)?.[1] ?? "", line: 1 };
}

/** Names of exported declarations, of their members and parameters, once each with its first line. */
function namesIn(source: ts.SourceFile): readonly Name[] {
  const names = new Map<string, number>();
  const add = (name: ts.Node | undefined): void => {
    if (name === undefined || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) return;
    const word = name.text.replace(/^#/, "");
    if (!names.has(word)) names.set(word, source.getLineAndCharacterOfPosition(name.getStart(source)).line + 1);
  };
  const isNamed = (node: ts.Node): boolean =>
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) ||
    ts.isParameter(node) ||
    isExported(node);
  const visit = (node: ts.Node): void => {
    if (isNamed(node)) add((node as ts.NamedDeclaration).name);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...names].map(([word, line]) => ({ word, line }));
}

function isExported(node: ts.Node): boolean {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return (
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}
