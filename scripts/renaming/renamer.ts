import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

/** Code that is renamed. */
const CODE = "{src,page,test,bench,scripts}/**/*.{ts,tsx}";
/** Files whose text may contain an old name: code and what names code. */
const MENTIONS = ["{src,page,test,bench,scripts,docs,fixtures}/**/*.{ts,tsx,md,json,mjs}", "*.{json,md,ts}"];
const NEW_LINE = { newLineCharacter: "\n" };

/** A line that still contains an old name. */
export interface Leftover {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Renames symbols and files of a folder by the TypeScript language service; writes all changes together. */
export class Renamer {
  readonly #root: string;
  readonly #texts = new Map<string, { readonly text: string; readonly version: number }>();
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #oldNames = new Set<string>();
  readonly #service: ts.LanguageService;

  constructor(root: string) {
    this.#root = resolve(root);
    for (const path of pathsOf(this.#root, [CODE])) {
      const file = join(this.#root, path);
      this.#texts.set(file, { text: readFileSync(file, "utf8"), version: 0 });
    }
    this.#service = ts.createLanguageService(this.#host());
  }

  /** Renames a declaration of a file, or a member such as `Type.member`. Throws Error if there is none, or another one has the name. */
  renameSymbol(path: string, symbol: string, newName: string): void {
    const file = join(this.#root, path);
    const source = this.#service.getProgram()?.getSourceFile(file);
    if (source === undefined) throw new Error(`${path} is not a file of ${CODE}`);
    const position = positionOf(source, symbol.split("."));
    if (position === undefined) throw new Error(`${path} declares no ${symbol}`);
    const preferences = { providePrefixAndSuffixTextForRename: true };
    const found = this.#service.findRenameLocations(file, position, false, false, preferences);
    if (found === undefined) throw new Error(`${symbol} of ${path} cannot be renamed`);
    const edits = new Map<string, ts.TextChange[]>();
    for (const { fileName, textSpan, prefixText = "", suffixText = "" } of found) {
      const own = edits.get(fileName) ?? [];
      edits.set(fileName, [...own, { span: textSpan, newText: prefixText + newName + suffixText }]);
    }
    for (const [name, changes] of edits) this.#change(name, changes);
    this.#oldNames.add(symbol.split(".").at(-1) ?? symbol);
  }

  /** Moves a file, with the imports in it and of it. Throws Error if the new file exists. */
  renameFile(path: string, newPath: string): void {
    const [file, newFile] = [join(this.#root, path), join(this.#root, newPath)];
    const known = this.#texts.get(file);
    if (known === undefined) throw new Error(`${path} is not a file of ${CODE}`);
    if (this.#texts.has(newFile) || existsSync(newFile)) throw new Error(`${newPath} exists`);
    for (const { fileName, textChanges } of this.#service.getEditsForFileRename(file, newFile, NEW_LINE, {}))
      this.#change(fileName, textChanges);
    const { text } = this.#texts.get(file) ?? known;
    this.#texts.delete(file);
    this.#changed.delete(file);
    this.#removed.add(file);
    this.#texts.set(newFile, { text, version: 0 });
    this.#changed.add(newFile);
    this.#oldNames.add(path.replace(/^.*\//, ""));
  }

  /** Writes changed files, and removes moved ones. */
  write(): void {
    for (const file of this.#removed) rmSync(file, { force: true });
    for (const file of this.#changed) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, this.#texts.get(file)?.text ?? "");
    }
  }

  /** Lines of code, pages and lists that still contain an old name as a word. */
  leftovers(): readonly Leftover[] {
    if (this.#oldNames.size === 0) return [];
    const names = [...this.#oldNames].map((name) => name.replaceAll(/\W/g, "\\$&")).join("|");
    const pattern = new RegExp(`(?<![\\w-])(?:${names})(?![\\w-])`);
    return pathsOf(this.#root, MENTIONS).flatMap((path) =>
      readFileSync(join(this.#root, path), "utf8")
        .split("\n")
        .map((text, index) => ({ path, line: index + 1, text: text.trim() }))
        .filter(({ text }) => pattern.test(text)),
    );
  }

  #change(file: string, changes: readonly ts.TextChange[]): void {
    const before = this.#texts.get(file);
    if (before === undefined) throw new Error(`${relative(this.#root, file)} would change, and is not a file of ${CODE}`);
    let { text } = before;
    for (const { span, newText } of changes.toSorted((a, b) => b.span.start - a.span.start))
      text = text.slice(0, span.start) + newText + text.slice(span.start + span.length);
    this.#texts.set(file, { text, version: before.version + 1 });
    this.#changed.add(file);
  }

  #host(): ts.LanguageServiceHost {
    const textOf = (file: string): string | undefined =>
      this.#texts.get(file)?.text ?? (this.#removed.has(file) ? undefined : ts.sys.readFile(file));
    return {
      getCompilationSettings: () => OPTIONS,
      getScriptFileNames: () => [...this.#texts.keys()],
      getScriptVersion: (file) => String(this.#texts.get(file)?.version ?? 0),
      getScriptSnapshot: (file) => {
        const text = textOf(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.#root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (file) => this.#texts.has(file) || (!this.#removed.has(file) && ts.sys.fileExists(file)),
      readFile: textOf,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      readDirectory: ts.sys.readDirectory,
    };
  }
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  // No name of this repository is declared by a browser, whose declarations take half the time of a short list.
  lib: ["lib.es2024.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  jsx: ts.JsxEmit.ReactJSX,
  jsxImportSource: "preact",
};

function pathsOf(root: string, patterns: readonly string[]): readonly string[] {
  const exclude = (path: string): boolean => /(^|[\\/])(node_modules|generated|dist)$/.test(path);
  return globSync([...patterns], { cwd: root, exclude })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/** Start of the name of the first declaration with this path of names. */
function positionOf(source: ts.SourceFile, [name, ...members]: readonly string[]): number | undefined {
  const find = (node: ts.Node, wanted: string | undefined, rest: readonly string[]): number | undefined => {
    const own = nameOf(node);
    if (own !== undefined && own.text.replace(/^#/, "") === wanted?.replace(/^#/, "")) {
      if (rest.length === 0) return own.getStart(source);
      const inside = ts.forEachChild(node, (child) => find(child, rest[0], rest.slice(1)));
      if (inside !== undefined) return inside;
    }
    return ts.forEachChild(node, (child) => find(child, wanted, rest));
  };
  return find(source, name, members);
}

function nameOf(node: ts.Node): ts.Identifier | ts.PrivateIdentifier | undefined {
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isEnumMember(node);
  if (!isDeclaration || node.name === undefined) return undefined;
  return ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name) ? node.name : undefined;
}
