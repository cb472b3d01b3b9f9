import ts from "typescript";
import { DeclarationFile, isSourceFile, textOf, type Declaration } from "./declaration-files.ts";
import type { EntryPoint } from "./entry-points.ts";

/** Export of an entry point. */
export interface PublicExport {
  readonly name: string;
  readonly isType: boolean;
  readonly declaration: Declaration;
}

/** Exports of an entry point, and what it adds to the types of other packages. */
export interface PublicApi {
  readonly entry: EntryPoint;
  readonly exports: readonly PublicExport[];
  readonly augmentations: readonly ts.ModuleDeclaration[];
}

/** Reads the APIs of entry points from the sources, without their types: a public signature states its types. */
export class ApiReader {
  readonly #files = new Map<string, DeclarationFile>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** API of an entry point, sorted by name. Throws Error if an export has no declaration in the sources. */
  read(entry: EntryPoint): PublicApi {
    const exports = this.#exportsOf(entry.source, false);
    const defaultName = this.#file(entry.source).defaultName;
    if (defaultName !== undefined) exports.set("default", this.#export("default", false, entry.source, defaultName));
    return {
      entry,
      exports: [...exports.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      augmentations: this.#augmentationsOf(entry.source),
    };
  }

  /** Types that signatures of an API use and that it does not export, each as `user: type (file)`. */
  forgotten({ exports, augmentations }: PublicApi): string[] {
    const known = new Set(exports.map(({ declaration }) => keyOf(declaration)));
    const users = [
      ...exports.map(({ name, declaration }) => ({ name, statements: declaration.statements })),
      ...augmentations.map((statement) => ({ name: `module ${statement.name.text}`, statements: [statement] })),
    ];
    const missing = users.flatMap(({ name, statements }) =>
      statements
        .flatMap((statement) => this.#typesIn(statement))
        .flatMap((type) => (known.has(keyOf(type)) ? [] : [`${name}: ${type.name} (${type.file})`])),
    );
    return [...new Set(missing)];
  }

  /** Names of exports without a doc comment. */
  undocumented({ exports }: PublicApi): string[] {
    return exports.flatMap(({ name, declaration }) =>
      declaration.statements.some((statement) => docCommentOf(statement) !== undefined) ? [] : [name],
    );
  }

  /** Exports whose types the compiler would have to infer, each as `name: reason`. Values of constants count as types. */
  unwritten({ exports }: PublicApi): string[] {
    return exports.flatMap(({ name, declaration: { unwritten, statements } }) =>
      unwritten === undefined || statements.every((each) => ts.isVariableStatement(each)) ? [] : [`${name}: ${unwritten}`],
    );
  }

  #file(path: string): DeclarationFile {
    const read = this.#files.get(path) ?? new DeclarationFile(this.#root, path);
    this.#files.set(path, read);
    return read;
  }

  #exportsOf(path: string, areTypes: boolean): Map<string, PublicExport> {
    const file = this.#file(path);
    const exports = new Map<string, PublicExport>();
    for (const name of file.exportedNames) exports.set(name, this.#export(name, areTypes, path, name));
    for (const { exportClause, moduleSpecifier, isTypeOnly } of file.reExports) {
      if (moduleSpecifier === undefined) continue;
      const module = file.moduleNamed(textOf(moduleSpecifier));
      if (exportClause === undefined) {
        for (const [name, each] of this.#exportsOf(module, areTypes || isTypeOnly)) exports.set(name, each);
      } else if (ts.isNamedExports(exportClause)) {
        for (const { name, propertyName } of exportClause.elements) {
          const declared = (propertyName ?? name).text;
          exports.set(name.text, this.#export(name.text, areTypes || isTypeOnly, module, declared));
        }
      }
    }
    return exports;
  }

  #export(name: string, isTypeOnly: boolean, module: string, declared: string): PublicExport {
    const declaration = this.#find(module, declared);
    if (declaration === undefined) throw new Error(`${module} declares no '${declared}'; export it from the file that does`);
    const isType =
      isTypeOnly || declaration.statements.every((each) => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each));
    return { name, isType, declaration };
  }

  /** Declaration of a name that a module declares or exports again. */
  #find(module: string, name: string): Declaration | undefined {
    const file = this.#file(module);
    const declared = file.declarationOf(name);
    if (declared !== undefined) return declared;
    for (const { exportClause, moduleSpecifier } of file.reExports) {
      if (exportClause === undefined || !ts.isNamedExports(exportClause) || moduleSpecifier === undefined) continue;
      const element = exportClause.elements.find((each) => each.name.text === name);
      if (element === undefined) continue;
      return this.#find(file.moduleNamed(textOf(moduleSpecifier)), (element.propertyName ?? element.name).text);
    }
    return undefined;
  }

  #augmentationsOf(path: string): readonly ts.ModuleDeclaration[] {
    const file = this.#file(path);
    const others = file.reExports.flatMap(({ exportClause, moduleSpecifier }) =>
      exportClause === undefined ? this.#augmentationsOf(file.moduleNamed(textOf(moduleSpecifier))) : [],
    );
    return [...file.augmentations, ...others];
  }

  /** Declarations in the sources of the types that a statement names. */
  #typesIn(statement: ts.Statement): readonly Declaration[] {
    const file = this.#file(statement.getSourceFile().fileName);
    const found: Declaration[] = [];
    const visit = (node: ts.Node): void => {
      const name = typeNameIn(node);
      const reference = name === undefined ? undefined : file.referenceOf(name);
      if (reference !== undefined && isSourceFile(this.#root, reference.module)) {
        const declaration = this.#find(reference.module, reference.name);
        if (declaration !== undefined) found.push(declaration);
      }
      ts.forEachChild(node, visit);
    };
    visit(statement);
    return found;
  }
}

/** Doc comment right before a statement; undefined if there is none. */
export function docCommentOf(statement: ts.Statement): ts.JSDoc | undefined {
  return ts.getJSDocCommentsAndTags(statement).findLast((each) => ts.isJSDoc(each));
}

function keyOf({ file, name }: Declaration): string {
  return `${file}#${name}`;
}

/** First identifier of the type that a node names; undefined if it names none. Users need no constant after `typeof`. */
function typeNameIn(node: ts.Node): string | undefined {
  if (ts.isTypeReferenceNode(node)) return firstIdentifier(node.typeName);
  if (ts.isExpressionWithTypeArguments(node) && ts.isIdentifier(node.expression)) return node.expression.text;
  return undefined;
}

function firstIdentifier(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : firstIdentifier(name.left);
}
