import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleCode } from "./bundled-code.ts";
import { packDeclarations } from "./declarations.ts";

interface CompiledCode {
  /** Folder of the repository. */
  readonly root: string;
  /** Folder that is written. */
  readonly dist: string;
  /** True if another check of the same sources checks types. */
  readonly unchecked: boolean;
}

/**
 * Writes JavaScript and declarations of `src/`. Public declarations retain their comments. Ends the process if the sources have
 * wrong types.
 */
export async function compileCode({ root, dist, unchecked }: CompiledCode): Promise<void> {
  compileDeclarations(root, unchecked);
  const declarations = globSync("**/*.d.ts", { cwd: dist }).map((file) => join(dist, file));
  declarations.forEach(nameJavaScript);
  packDeclarations({ root, files: declarations });
  await bundleCode({ root, dist });
}

function compileDeclarations(root: string, unchecked: boolean): void {
  const args = ["node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json", ...(unchecked ? ["--noCheck"] : [])];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * The compiler rewrites `./x.ts` to `./x.js` in JavaScript but not in declarations, where `./x.ts` would name a file that
 * the package does not have. Remove when `rewriteRelativeImportExtensions` covers declarations.
 */
function nameJavaScript(file: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/(from |import\()"(\.{1,2}\/[^"]+)\.ts"/g, '$1"$2.js"'));
}
