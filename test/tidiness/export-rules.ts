import ts from "typescript";
import { parse } from "./source-tree.ts";
import type { SourceTree } from "./source-tree.ts";

/**
 * Names under which more than one file exports a type, each as `name: files`, but for the exceptions; and exceptions that are not
 * needed any more.
 */
export function repeatedTypeNames(tree: SourceTree, exceptions: readonly string[]): string[] {
  const files = new Map<string, string[]>();
  for (const [path, text] of tree)
    for (const name of typesOf(parse(path, text))) files.set(name, [...(files.get(name) ?? []), path]);
  const repeated = [...files].filter(([, paths]) => paths.length > 1);
  return [
    ...repeated.flatMap(([name, paths]) => (exceptions.includes(name) ? [] : [`${name}: ${paths.join(", ")}`])),
    ...unneeded(exceptions, new Set(repeated.map(([name]) => name))),
  ];
}

function unneeded(exceptions: readonly string[], found: ReadonlySet<string>): string[] {
  return exceptions.flatMap((each) => (found.has(each) ? [] : [`${each}: the exception is not needed`]));
}

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
