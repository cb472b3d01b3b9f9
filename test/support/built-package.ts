import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Sources of dist/; `npm test` compiles the contracts before. */
const SOURCES = [
  "src",
  "contracts",
  "page",
  "package.json",
  "tsconfig.build.json",
  "scripts/build.ts",
  "scripts/package",
  "scripts/bundle-page.ts",
];
/** Bundled into the sources for those who run them, by each `npm test` and `npm start`. */
const BUNDLED = join("src", "tool", "page-server", "assets");
/** The last that the build writes. */
const LAST_BUILT = "dist/artifacts.br";

/** Builds dist/ where there is none, or one that is older than what it is built of: `npm test` has built it, a single file has not. */
export function buildPackage(): void {
  if (isBuilt(ROOT)) return;
  execFileSync(process.execPath, ["scripts/build.ts"], { cwd: ROOT, stdio: "inherit" });
}

/** Whether a checkout's dist/ is as new as its sources. */
export function isBuilt(root: string): boolean {
  const built = statSync(join(root, LAST_BUILT), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return SOURCES.every((source) => newest(root, source) <= built);
}

/** When the newest file or folder, from which a file may have been removed, was written. */
function newest(root: string, path: string): number {
  if (path === BUNDLED) return 0;
  const status = statSync(join(root, path), { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(join(root, path)).map((name) => newest(root, join(path, name))));
}
