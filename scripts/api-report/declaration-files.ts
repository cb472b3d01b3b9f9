import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";

/** Top-level declarations of one name in one source file: overloads of a function have several. */
export interface Declaration {
  readonly file: string;
  readonly name: string;
  readonly statements: readonly ts.Statement[];
  /** Message of the compiler if a type of the declaration follows from other files only; undefined if all types are written. */
  readonly unwritten: string | undefined;
}

/** Name of a declaration in its file or in another one, which may be a package's. */
export interface NamedReference {
  readonly module: string;
  readonly name: string;
}

/** Declarations of a source file, as the compiler writes them for users of the package. */
export class DeclarationFile {
  readonly #statements: readonly ts.Statement[];
  readonly #imports = new Map<string, NamedReference>();
  readonly #unwritten = new Map<string, string>();
  readonly #tree: ts.SourceFile;
  readonly #file: string;

  constructor(root: string, file: string) {
    this.#file = file;
    const text = readFileSync(join(root, file), "utf8");
    const { outputText, diagnostics } = ts.transpileDeclaration(text, {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { ...COMPILER_OPTIONS },
    });
    this.#addUnwritten(text, diagnostics ?? []);
    this.#tree = ts.createSourceFile(file, outputText, ts.ScriptTarget.ESNext, true);
    this.#statements = this.#tree.statements;
    for (const statement of this.#statements) if (ts.isImportDeclaration(statement)) this.#addImports(statement);
  }

  /** Exports of this file that other files declare. */
  get reExports(): readonly ts.ExportDeclaration[] {
    return this.#statements.filter((statement) => ts.isExportDeclaration(statement));
  }

  /** Additions to the types of other packages. */
  get augmentations(): readonly ts.ModuleDeclaration[] {
    return this.#statements.filter((statement) => ts.isModuleDeclaration(statement));
  }

  /** Names that this file declares and exports. */
  get exportedNames(): readonly string[] {
    const exported = this.#statements.filter((statement) => hasExportKeyword(statement));
    return [...new Set(exported.flatMap((statement) => namesOf(statement)))];
  }

  /** Name of the declaration that is the default export; undefined if there is none. */
  get defaultName(): string | undefined {
    const assignment = this.#statements.find((statement) => ts.isExportAssignment(statement));
    return assignment !== undefined && ts.isIdentifier(assignment.expression) ? assignment.expression.text : undefined;
  }

  /** Declaration of a name at the top level; undefined if this file declares none. */
  declarationOf(name: string): Declaration | undefined {
    const statements = this.#statements.filter((statement) => namesOf(statement).includes(name));
    if (statements.length === 0) return undefined;
    return { file: this.#file, name, statements, unwritten: this.#unwritten.get(name) };
  }

  /** File and name of a type that a statement of this file names; undefined if the language or a type parameter declares it. */
  referenceOf(name: string): NamedReference | undefined {
    const imported = this.#imports.get(name);
    if (imported !== undefined) return imported;
    return this.declarationOf(name) === undefined ? undefined : { module: this.#file, name };
  }

  /** File that a relative import of this file names; the name itself if it is a package's. */
  moduleNamed(specifier: string): string {
    return specifier.startsWith(".") ? posix.join(posix.dirname(this.#file), specifier) : specifier;
  }

  #addUnwritten(text: string, diagnostics: readonly ts.Diagnostic[]): void {
    if (diagnostics.length === 0) return;
    const { statements } = ts.createSourceFile(this.#file, text, ts.ScriptTarget.ESNext);
    for (const { start = 0, messageText } of diagnostics) {
      const statement = statements.find(({ pos, end }) => pos <= start && start < end);
      const names = statement === undefined ? [] : namesOf(statement);
      for (const name of names) this.#unwritten.set(name, ts.flattenDiagnosticMessageText(messageText, " "));
    }
  }

  #addImports({ importClause, moduleSpecifier }: ts.ImportDeclaration): void {
    const module = this.moduleNamed(textOf(moduleSpecifier));
    const bindings = importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) return;
    for (const { name, propertyName } of bindings.elements) {
      this.#imports.set(name.text, { module, name: (propertyName ?? name).text });
    }
  }
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  verbatimModuleSyntax: true,
  strict: true,
  removeComments: false,
};

/** Text of a string literal, such as the name of a module. */
export function textOf(node: ts.Node | undefined): string {
  return node !== undefined && ts.isStringLiteral(node) ? node.text : "";
}

/** True if a module is a source file of the package. */
export function isSourceFile(root: string, module: string): boolean {
  return module.startsWith("src/") && existsSync(join(root, module));
}

function hasExportKeyword(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}
