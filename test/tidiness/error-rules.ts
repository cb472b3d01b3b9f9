import ts from "typescript";
import { parse, type SourceTree } from "./source-tree.ts";

/** Base of all error classes; only this one extends the language's Error. */
export const BASE_ERROR = "NamedError";

interface FoundClass {
  readonly place: string;
  readonly name: string;
  /** Source text of the extended class. */
  readonly base: string;
  readonly isAbstract: boolean;
  /** The value of its field `name`, where that is a text. */
  readonly ownName: string | undefined;
}

/**
 * Classes of errors without the base, each as `file:line …`: those that extend the language's errors or a package's. Also
 * classes with the base that have no distinct `name`. A class is identified by its name, which must be unique.
 */
export function strayErrors(tree: SourceTree): string[] {
  const found = [...tree].flatMap(([path, text]) => (text.includes(" extends ") ? classesOf(path, text) : []));
  const baseOf = new Map(found.map(({ name, base }) => [name, base]));
  return found.flatMap(({ place, name, base, isAbstract, ownName }) => {
    if (name === BASE_ERROR) return [];
    const bases = [base];
    for (let next = baseOf.get(base); next !== undefined && bases.length < 9; next = baseOf.get(next)) bases.push(next);
    if (!bases.includes(BASE_ERROR)) {
      const isError = bases.some((each) => /(?:Error|Exception)$/.test(each));
      return isError ? [`${place}: ${name} extends ${base}, not ${BASE_ERROR} or what comes from it`] : [];
    }
    // A class below a named one may keep its name: programs match that.
    const keepsName = ownName === undefined && base !== BASE_ERROR && base !== "HyperchainError";
    return isAbstract || ownName === name || keepsName ? [] : [`${place}: ${name} calls itself ${ownName ?? "nothing"}`];
  });
}

function classesOf(path: string, text: string): FoundClass[] {
  const source = parse(path, text);
  const found: FoundClass[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) {
      const heritage = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      if (heritage !== undefined)
        found.push({
          place: `${path}:${line}`,
          name: node.name?.text ?? "(anonymous)",
          base: heritage.expression.getText(),
          isAbstract: node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false,
          ownName: ownNameOf(node),
        });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function ownNameOf({ members }: ts.ClassLikeDeclaration): string | undefined {
  for (const member of members)
    if (ts.isPropertyDeclaration(member) && member.name.getText() === "name" && member.initializer !== undefined)
      return ts.isStringLiteral(member.initializer) ? member.initializer.text : undefined;
  return undefined;
}
