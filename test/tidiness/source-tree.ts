import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Text by path from the root of the repository, with forward slashes. */
export type SourceTree = ReadonlyMap<string, string>;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The files of this checkout that the patterns name. */
export function readSourceTree(patterns: readonly string[]): SourceTree {
  // Fixtures are projects with separate packages.
  const exclude = (path: string): boolean => /(^|[\\/])node_modules$/.test(path);
  const paths = globSync([...patterns], { cwd: ROOT, exclude }).map((path) => path.replaceAll("\\", "/"));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

/** One file that names another: by import, export, `import()`, `import("…").Type` or `new URL("…", import.meta.url)`. */
export interface Reference {
  readonly line: number;
  /** Path from the root of the repository; undefined where the name is computed, so that no check can follow it. */
  readonly target: string | undefined;
}

/** Several rules read each file: it is parsed once. */
const parsed = new Map<string, { readonly text: string; readonly source: ts.SourceFile }>();

export function parse(path: string, text: string): ts.SourceFile {
  const known = parsed.get(path);
  if (known?.text === text) return known.source;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  parsed.set(path, { text, source });
  return source;
}

/** All references to files of the repository; packages are left out. */
export function referencesOf(path: string, text: string): Reference[] {
  const source = parse(path, text);
  const references: Reference[] = [];
  const visit = (node: ts.Node): void => {
    const name = referenceName(node);
    if (name !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const text = nameText(name);
      if (text === undefined) references.push({ line, target: undefined });
      else if (text.startsWith(".")) references.push({ line, target: posix.join(posix.dirname(path), text) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return references;
}

function referenceName(node: ts.Node): ts.Expression | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return node.arguments[0];
  if (!ts.isNewExpression(node) || node.expression.getText() !== "URL") return undefined;
  const [name, base] = node.arguments ?? [];
  return base?.getText() === "import.meta.url" ? name : undefined;
}

/** A worker's file is named with the extension of the file that starts it: of the two names the source's counts. */
function nameText(name: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(name)) return name.text;
  if (ts.isConditionalExpression(name)) return nameText(name.whenTrue);
  const isExtension = ts.isTemplateExpression(name) && name.head.text.endsWith(".") && name.templateSpans.length === 1;
  return isExtension ? `${name.head.text}ts` : undefined;
}
