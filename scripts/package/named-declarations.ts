import ts from "typescript";

/** Statements of declaration files that exports name, directly or by others, with the imports that they need. */
export class NamedDeclarations {
  readonly #checker: ts.TypeChecker;
  readonly #statements = new Set<ts.Node>();
  /** Imported names that a statement uses. */
  readonly #imported = new Set<ts.Symbol>();

  /** `program`: entries and all files that these import. Exports of other files count if another file exports them again. */
  constructor(program: ts.Program) {
    this.#checker = program.getTypeChecker();
    const entries = new Set(program.getRootFileNames());
    for (const source of program.getSourceFiles()) {
      const isBarrel = source.statements.some(exportsNames);
      if (isBarrel || entries.has(source.fileName)) this.#reachExports(source);
      for (const statement of source.statements)
        if (exportsNames(statement) || ts.isModuleDeclaration(statement)) this.#reach(statement);
    }
  }

  /** Statements of a file; none if exports need none of its declarations. */
  of(source: ts.SourceFile): readonly ts.Statement[] {
    if (!source.statements.some((statement) => this.#statements.has(statement))) return [];
    return source.statements.flatMap((statement) => {
      if (ts.isImportDeclaration(statement)) return this.#needed(statement) ?? [];
      return this.#statements.has(statement) || isModuleMark(statement) ? statement : [];
    });
  }

  #reachExports(source: ts.Node): void {
    const module = this.#checker.getSymbolAtLocation(source);
    for (const symbol of module === undefined ? [] : this.#checker.getExportsOfModule(module)) this.#reachSymbol(symbol);
  }

  #reach(statement: ts.Node): void {
    if (this.#statements.has(statement)) return;
    this.#statements.add(statement);
    for (const other of statement.getSourceFile().statements) if (ts.isExportAssignment(other)) this.#reach(other);
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) this.#reachSymbol(this.#checker.getSymbolAtLocation(node));
      if (ts.isImportTypeNode(node) && node.qualifier === undefined && ts.isLiteralTypeNode(node.argument))
        this.#reachExports(node.argument.literal);
      ts.forEachChild(node, visit);
    };
    visit(statement);
  }

  #reachSymbol(symbol: ts.Symbol | undefined): void {
    if (symbol === undefined) return;
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    if (isAlias) this.#imported.add(symbol);
    for (const declaration of (isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol).declarations ?? []) {
      if (ts.isSourceFile(declaration)) this.#reachExports(declaration);
      else this.#reach(statementOf(declaration));
    }
  }

  /** An import with the names that statements use; undefined if they use none. */
  #needed(statement: ts.ImportDeclaration): ts.ImportDeclaration | undefined {
    const { importClause: clause } = statement;
    // Types that extend another package's, which are never left out.
    if (clause === undefined) return statement;
    const isUsed = ({ name }: { readonly name?: ts.Identifier | undefined }): boolean => {
      const symbol = name && this.#checker.getSymbolAtLocation(name);
      return symbol !== undefined && this.#imported.has(symbol);
    };
    const bindings = clause.namedBindings;
    const name = isUsed(clause) ? clause.name : undefined;
    const names = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements.filter(isUsed) : [];
    const space = bindings !== undefined && ts.isNamespaceImport(bindings) && isUsed(bindings) ? bindings : undefined;
    if (name === undefined && names.length === 0 && space === undefined) return undefined;
    const { factory } = ts;
    const kept = space ?? (names.length === 0 ? undefined : factory.createNamedImports(names));
    const changed = factory.createImportClause(clause.isTypeOnly ? ts.SyntaxKind.TypeKeyword : undefined, name, kept);
    return factory.createImportDeclaration(statement.modifiers, changed, statement.moduleSpecifier, statement.attributes);
  }
}

/** Statement of a file that contains a node. */
export function statementOf(node: ts.Node): ts.Node {
  return ts.isSourceFile(node) || ts.isSourceFile(node.parent) ? node : statementOf(node.parent);
}

/** True for an export of names that other statements declare. */
function exportsNames(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && !isModuleMark(statement);
}

/** True for `export {}`. */
function isModuleMark(statement: ts.Statement): boolean {
  if (!ts.isExportDeclaration(statement)) return false;
  const { exportClause } = statement;
  return exportClause !== undefined && ts.isNamedExports(exportClause) && exportClause.elements.length === 0;
}
