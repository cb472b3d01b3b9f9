import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Module that projects import from the package. */
export interface EntryPoint {
  /** Name in an import: `hardhat-hyperchain/client`. */
  readonly name: string;
  /** Source of the module, relative to the root of the repository. */
  readonly source: string;
  /** Report of its API, relative to the root of the repository. */
  readonly report: string;
}

/** Modules that the package exports, by its export map. */
export function entryPoints(root: string): readonly EntryPoint[] {
  return exportsOf(root).flatMap(([subpath, file]) => {
    if (!file.endsWith(".js")) return [];
    const report = subpath === "." ? "plugin" : subpath.slice("./".length);
    return [
      {
        name: `hardhat-hyperchain${subpath.slice(".".length)}`,
        source: file.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts"),
        report: `api/${report}.txt`,
      },
    ];
  });
}

/** Solidity files that the package exports, relative to the root of the repository. */
export function publicContracts(root: string): readonly string[] {
  return exportsOf(root).flatMap(([, file]) => (file.endsWith(".sol") ? [file.slice("./".length)] : []));
}

function exportsOf(root: string): readonly (readonly [subpath: string, file: string])[] {
  const text = readFileSync(join(root, "package.json"), "utf8");
  const { exports } = JSON.parse(text) as { readonly exports: Readonly<Record<string, string>> };
  return Object.entries(exports);
}
