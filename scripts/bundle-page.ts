// Bundles page/, the page that `hyperchain:spawn` serves, into one script, one style sheet, the verifier's worker and what draws
// charts. Run by itself (`npm run build:page`) it writes them beside src/page, where a checkout serves them from.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Writes the page's files into a folder. */
export async function bundlePage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: {
      page: "page/main.tsx",
      "verify-worker": "page/verify/verify-worker.ts",
      charts: "page/charts/draw.ts",
    },
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    tsconfig: "page/tsconfig.json",
    legalComments: "inline",
    logLevel: "warning",
  });
  for (const file of ["index.html", "page.css"]) copyFileSync(join(root, "page", file), join(folder, file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundlePage(join(root, "src/page/assets"));
