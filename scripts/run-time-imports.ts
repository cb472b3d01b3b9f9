import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Folders whose files import each other. */
const CODE = "{src,test,page,scripts,bench,fixtures}/**/*.{ts,tsx,js,mjs,mts}";

/** Run-time imports of the repository's files: for each file those that it loads, by paths from the root with forward slashes. */
export class ImportGraph {
  readonly #importers = new Map<string, string[]>();
  readonly #texts: ReadonlyMap<string, string>;

  /** `texts` has the text of each file by its path. */
  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
    for (const [path, text] of texts)
      for (const target of runTimeImports(path, text)) {
        const importers = this.#importers.get(target) ?? [];
        this.#importers.set(target, importers);
        importers.push(path);
      }
  }

  static read(root: string): ImportGraph {
    const exclude = (path: string): boolean => /(^|[\\/])(node_modules|generated)$/.test(path);
    const paths = globSync(CODE, { cwd: root, exclude }).map((path) => path.replaceAll("\\", "/"));
    return new ImportGraph(new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")])));
  }

  /** Files whose text contains a word, such as a contract's name. */
  filesWith(word: string): readonly string[] {
    const pattern = new RegExp(`(?<![\\w-])${word.replaceAll(/[^\w/-]/g, "\\$&")}(?![\\w-])`);
    return [...this.#texts].filter(([, text]) => pattern.test(text)).map(([path]) => path);
  }

  /** Each file that loads one of the given files, with the least number of imports in between; the files themselves have 0. */
  distancesFrom(files: readonly string[]): ReadonlyMap<string, number> {
    const distances = new Map(files.map((file) => [file, 0]));
    for (let level = [...distances.keys()], distance = 1; level.length > 0; distance++) {
      const next: string[] = [];
      for (const importer of level.flatMap((file) => this.#importers.get(file) ?? [])) {
        if (distances.has(importer)) continue;
        distances.set(importer, distance);
        next.push(importer);
      }
      level = next;
    }
    return distances;
  }
}

/** Relative imports of a file that remain when types are removed: static, dynamic, and addresses of workers. */
export function runTimeImports(path: string, text: string): readonly string[] {
  const names = [
    ...text.matchAll(/^(?:import|export)\b(?!\s+type\b)[^;"'`]*?\bfrom\s+"(\.[^"]+)"/gm),
    ...text.matchAll(/^import\s+"(\.[^"]+)"/gm),
    ...text.matchAll(/\bimport\(\s*"(\.[^"]+)"\s*\)(?!\.[A-Z])/g),
    ...text.matchAll(/\bnew URL\([^;]{0,80}?["`](\.{1,2}\/[^"`]+)["`]/g),
  ].map(([, name = ""]) => name);
  return [...new Set(names.map((name) => posix.join(posix.dirname(path), fileOf(name))))];
}

/** A worker's file has the extension of the file that starts it. */
function fileOf(name: string): string {
  return name.replace(/\.\$\{\w+\}$/, ".ts");
}
