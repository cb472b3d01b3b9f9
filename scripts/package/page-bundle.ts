import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundlePage } from "../bundle-page.ts";

/** Files of the page by their names, as JSON for `src/tool/page-server/assets.ts`: together they compress better than apart. */
export async function packagePage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hyperchain-page-"));
  try {
    await bundlePage(folder);
    const names = readdirSync(folder).sort();
    return JSON.stringify(Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")])));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
