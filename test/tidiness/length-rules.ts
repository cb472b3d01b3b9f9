import ts from "typescript";
import { parse, type SourceTree } from "./source-tree.ts";

/** Lines of the longest function that is allowed, with its head. */
export const LONGEST_FUNCTION = 70;
/** Characters of the longest line of a comment. Lines of code are the formatter's. */
export const LONGEST_COMMENT_LINE = 130;

/**
 * Functions over the limit, each as `file function: lines`, except the named exceptions; and exceptions that are
 * unnecessary, or whose function has grown beyond what is granted.
 */
export function longFunctions(tree: SourceTree, granted: Readonly<Record<string, number>>): string[] {
  const violations: string[] = [];
  const unused = new Set(Object.keys(granted));
  for (const [path, text] of tree) {
    for (const { name, lines } of functionsOf(path, text)) {
      if (lines <= LONGEST_FUNCTION) continue;
      const key = `${path} ${name}`;
      unused.delete(key);
      const limit = granted[key] ?? LONGEST_FUNCTION;
      if (lines > limit) violations.push(`${key}: ${lines} lines, at most ${limit} are allowed`);
    }
  }
  return [...violations, ...[...unused].map((key) => `${key}: the exception is not needed`)];
}

function functionsOf(path: string, text: string): { readonly name: string; readonly lines: number }[] {
  const source = parse(path, text);
  const found: { name: string; lines: number }[] = [];
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      found.push({ name: functionName(node), lines: lineAt(node.end) - lineAt(node.getStart()) + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
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
