import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { packDeclarations } from "./declarations.ts";
import { readPackedValues } from "./packed-values.ts";

interface CompiledCode {
  /** Folder of the repository. */
  readonly root: string;
  /** Folder that is written. */
  readonly dist: string;
  /** True if another check of the same sources checks types. */
  readonly unchecked: boolean;
}

/** Longest line of the package's JavaScript, because Node prints the line of an error that nothing catches. */
const MAX_LINE_LENGTH = 500;

/**
 * Writes JavaScript and declarations of `src/`. Public declarations retain their comments. JavaScript is minified, which saves a
 * twelfth of the package; functions and classes of modules retain their names, for traces of errors. Codes are read from the artifacts.
 * Ends the process if the sources have wrong types.
 */
export async function compileCode({ root, dist, unchecked }: CompiledCode): Promise<void> {
  compile(root, "--emitDeclarationOnly", ...(unchecked ? ["--noCheck"] : []));
  compile(root, "--declaration", "false", "--removeComments", "--noCheck");
  const files = globSync(["**/*.js", "**/*.d.ts"], { cwd: dist }).map((file) => join(dist, file));
  const declarations = files.filter((file) => file.endsWith(".d.ts"));
  declarations.forEach(nameJavaScript);
  readPackedValues(dist);
  packDeclarations({ root, files: declarations });
  await Promise.all(files.filter((file) => file.endsWith(".js")).map(minify));
}

function compile(root: string, ...options: readonly string[]): void {
  const args = ["node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json", ...options];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** Without a format of modules in its options the minifier retains the names of a file's top level. */
async function minify(file: string): Promise<void> {
  const options = { minify: true, lineLimit: MAX_LINE_LENGTH, target: "node22", charset: "utf8" } as const;
  const { code } = await transform(readFileSync(file, "utf8"), options);
  writeFileSync(file, code);
}

/**
 * The compiler rewrites `./x.ts` to `./x.js` in JavaScript but not in declarations, where `./x.ts` would name a file that
 * the package does not have. Remove when `rewriteRelativeImportExtensions` covers declarations.
 */
function nameJavaScript(file: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/(from |import\()"(\.{1,2}\/[^"]+)\.ts"/g, '$1"$2.js"'));
}
