import { posix } from "node:path";
import ts from "typescript";
import { parse, type SourceTree } from "./source-tree.ts";

/** Names under which more than one file exports a type, each as `name: files`. */
export function repeatedTypeNames(tree: SourceTree): string[] {
  const files = new Map<string, string[]>();
  for (const [path, text] of tree)
    for (const name of typesOf(parse(path, text))) files.set(name, [...(files.get(name) ?? []), path]);
  return [...files].flatMap(([name, paths]) => (paths.length > 1 ? [`${name}: ${paths.join(", ")}`] : []));
}

/** Exports of source files that no file imports, each as `path: name`. What is loaded as a whole has none, nor have `entries`. */
export function deadExports(
  source: SourceTree,
  { readers, entries }: { readonly readers: SourceTree; readonly entries: readonly string[] },
): string[] {
  const imported = new Map<string, Set<string>>();
  const whole = new Set(entries);
  for (const [path, text] of [...source, ...readers]) {
    const targetOf = (name: string): string => posix.join(posix.dirname(path), name.replace(/\$\{[^}]*\}$/, "ts"));
    for (const [, names = "", name = ""] of text.matchAll(NAMED_IMPORTS)) {
      const target = targetOf(name);
      const known = imported.get(target) ?? new Set<string>();
      imported.set(target, known);
      for (const each of names.split(","))
        known.add(
          each
            .trim()
            .replace(/^type /, "")
            .split(" as ")[0] ?? "",
        );
    }
    // A namespace, an import on demand, a worker.
    for (const [, name = ""] of text.replaceAll(NAMED_IMPORTS, "").matchAll(NAMED_FILES)) whole.add(targetOf(name));
  }
  return [...source].flatMap(([path, text]) => {
    if (whole.has(path)) return [];
    const names = [...text.matchAll(EXPORTS)].flatMap(([, name]) => name ?? []);
    return names.filter((name) => imported.get(path)?.has(name) !== true).map((name) => `${path}: ${name}`);
  });
}

// All files are formatted, so a declaration begins its line; to parse every test would take ten seconds. Classes of errors are read
// by the site's page of errors.
const EXPORTS =
  /^export (?:(?:declare|abstract|async) )*(?:const|let|interface|type|function\*?|enum|class(?! \w+(?:<[^{]*>)? extends)) (\w+)/gm;
const NAMED_IMPORTS = /\b(?:import|export) (?:type )?\{([^}]*)\} from "(\.[^"]+)"/g;
const NAMED_FILES = /["`](\.{1,2}\/[^"`\n]+)["`]/g;

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function typesOf(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const isType =
      ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isClassDeclaration(statement);
    return isType && isExported(statement) && statement.name !== undefined ? [statement.name.text] : [];
  });
}
