import ts from "typescript";
import { parse, type SourceTree } from "./source-tree.ts";

/** Lines of the longest function that is allowed, with its head. */
export const LONGEST_FUNCTION = 70;
/** Statements of the largest function. A nested function counts alone, and a block does not count. */
export const MAX_STATEMENTS = 35;
/** Properties of the largest interface of parameters. */
export const MAX_PROPERTIES = 15;
/** Characters of the longest line of a comment. Lines of code are the formatter's. */
export const LONGEST_COMMENT_LINE = 130;

/** Interfaces that group parameters. */
const PARAMETERS = /(?:Options|Dependencies|Ports|Parts|Sources)$/;

/** Sizes by `file name`, for exceptions. */
export type GrantedSizes = Readonly<Record<string, number>>;

/** A function or an interface over a limit. */
interface Oversize {
  readonly name: string;
  readonly size: number;
}

interface Oversizes {
  readonly lines: readonly Oversize[];
  readonly statements: readonly Oversize[];
  readonly properties: readonly Oversize[];
}

const oversizes = new WeakMap<ts.SourceFile, Oversizes>();

/**
 * Functions over the limit, each as `file function: lines`, except the named exceptions; and exceptions that are
 * unnecessary, or whose function has grown beyond what is granted.
 */
export function longFunctions(tree: SourceTree, granted: GrantedSizes): string[] {
  return violationsOf(tree, granted, { measure: "lines", limit: LONGEST_FUNCTION });
}

/** Functions over the limit of statements, reported as {@link longFunctions} does. */
export function crowdedFunctions(tree: SourceTree, granted: GrantedSizes): string[] {
  return violationsOf(tree, granted, { measure: "statements", limit: MAX_STATEMENTS });
}

/** Interfaces of parameters over the limit of properties, reported as {@link longFunctions} does. */
export function crowdedInterfaces(tree: SourceTree, granted: GrantedSizes): string[] {
  return violationsOf(tree, granted, { measure: "properties", limit: MAX_PROPERTIES });
}

function violationsOf(
  tree: SourceTree,
  granted: GrantedSizes,
  { measure, limit: general }: { readonly measure: keyof Oversizes; readonly limit: number },
): string[] {
  const unused = new Set(Object.keys(granted));
  const violations: string[] = [];
  for (const [path, text] of tree) {
    for (const { name, size } of oversizesOf(path, text)[measure]) {
      const key = `${path} ${name}`;
      unused.delete(key);
      const limit = granted[key] ?? general;
      if (size > limit) violations.push(`${key}: ${size} ${measure}, at most ${limit} are allowed`);
    }
  }
  return [...violations, ...[...unused].map((key) => `${key}: the exception is not needed`)];
}

function oversizesOf(path: string, text: string): Oversizes {
  const source = parse(path, text);
  const known = oversizes.get(source);
  if (known !== undefined) return known;
  const found = measure(source);
  oversizes.set(source, found);
  return found;
}

/** Sizes of all functions and interfaces, in one walk. */
function measure(source: ts.SourceFile): Oversizes {
  const found = { lines: [] as Oversize[], statements: [] as Oversize[], properties: [] as Oversize[] };
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  /** Returns the statements among the node's descendants that are in no nested function. */
  const visit = (node: ts.Node): number => {
    let statements = 0;
    ts.forEachChild(node, (child) => {
      const inside = visit(child);
      statements += (hasBody(child) ? 0 : inside) + (ts.isStatement(child) && !ts.isBlock(child) ? 1 : 0);
    });
    if (hasBody(node)) {
      const lines = lineAt(node.end) - lineAt(node.getStart()) + 1;
      if (lines > LONGEST_FUNCTION) found.lines.push({ name: functionName(node), size: lines });
      if (statements > MAX_STATEMENTS) found.statements.push({ name: functionName(node), size: statements });
    }
    if (ts.isInterfaceDeclaration(node) && node.members.length > MAX_PROPERTIES && PARAMETERS.test(node.name.text))
      found.properties.push({ name: node.name.text, size: node.members.length });
    return statements;
  };
  visit(source);
  return found;
}

function hasBody(node: ts.Node): node is ts.SignatureDeclaration {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function functionName(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  const owner = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : undefined;
  return owner ?? "(anonymous)";
}

/** Lines of comments over the limit, each as `file:line`. Addresses on the web cannot be broken. */
export function longCommentLines(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => {
      const isComment = /^\s*(\/\/|\/\*|\*)/.test(line);
      return isComment && line.length > LONGEST_COMMENT_LINE && !line.includes("https://")
        ? [`${path}:${index + 1}: ${line.length} characters`]
        : [];
    }),
  );
}
