import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { NamedDeclarations, statementOf } from "./named-declarations.ts";

/** Declarations of other packages are not read: no public name comes from them. */
const OPTIONS: ts.CompilerOptions = { module: ts.ModuleKind.NodeNext, types: [], noLib: true };

interface PackageDeclarations {
  /** Folder of the repository. */
  readonly root: string;
  /** Every declaration file that the compiler wrote. */
  readonly files: readonly string[];
}

/**
 * Leaves the declarations that a user's compiler reads: those that the package's entries export, and the ones that these name.
 * Comments stay on exports of entries and on types that extend Hardhat's; on other declarations they would be a fortieth of the
 * package, and indentation by spaces another one.
 */
export function packDeclarations({ root, files }: PackageDeclarations): void {
  const program = programOf(entriesOf(root));
  const isPublic = publicDeclarations(program, root);
  const named = new NamedDeclarations(program);
  const texts = new Map(
    program.getSourceFiles().flatMap((source) => {
      const kept = named.of(source);
      return kept.length === 0 ? [] : [[source.fileName, withPublicComments(source, kept, isPublic)] as const];
    }),
  );
  for (const file of files.filter((each) => !texts.has(each.replaceAll("\\", "/")))) rmSync(file);
  for (const [file, text] of texts)
    writeFileSync(
      file,
      text.replaceAll(/^(?: {4})+/gm, (spaces) => "\t".repeat(spaces.length / 4)),
    );
}

function entriesOf(root: string): readonly string[] {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Readonly<Record<string, string>>;
  };
  const entries = Object.values(exports).filter((entry) => entry.endsWith(".js"));
  return entries.map((entry) => join(root, entry.replace(/\.js$/, ".d.ts")).replaceAll("\\", "/"));
}

function programOf(entries: readonly string[]): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => {
      const resolvedFileName = join(dirname(containingFile), text.replace(/\.js$/, ".d.ts")).replaceAll("\\", "/");
      return { resolvedModule: text.startsWith(".") ? { resolvedFileName, extension: ts.Extension.Dts } : undefined };
    });
  return ts.createProgram([...entries], OPTIONS, host);
}

/** Test of a statement: true if an entry exports one of its declarations. */
function publicDeclarations(program: ts.Program, root: string): (statement: ts.Statement) => boolean {
  const checker = program.getTypeChecker();
  const statements = new Set<ts.Node>();
  for (const entry of entriesOf(root)) {
    const source = program.getSourceFile(entry);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const exported = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
      for (const declaration of exported.declarations ?? []) statements.add(statementOf(declaration));
    }
  }
  return (statement) => statements.has(statement) || ts.isModuleDeclaration(statement);
}

function withPublicComments(
  source: ts.SourceFile,
  statements: readonly ts.Statement[],
  isPublic: (statement: ts.Statement) => boolean,
): string {
  const printer = ts.createPrinter({ removeComments: true });
  const texts = statements.map((statement) =>
    isPublic(statement) ? statement.getFullText(source).trim() : printer.printNode(ts.EmitHint.Unspecified, statement, source),
  );
  return `${texts.join("\n")}\n`;
}
