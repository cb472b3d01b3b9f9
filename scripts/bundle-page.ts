// Bundles page/, the page that `hyperchain:spawn` serves, into the script of the first view, what other views
// load, one style sheet, the workers that verify and prove, and what draws charts. Run alone
// (`npm run build:page`) it writes them next to src/tool/page-server for a checkout.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Files of the page other than its scripts. */
const COPIED = ["index.html", "page.css"] as const;

/** Writes the page's files into a folder, and takes away what an earlier bundle left there. Resolves with the sources' paths. */
export async function bundlePage(folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const page = await build({ ...bundled(folder), entryPoints: { page: "page/main.tsx" } });
  const entryPoints = {
    ...{ "verify-worker": "page/verify/verify-worker.ts", charts: "page/charts/draw.ts" },
    ...{ "prove-worker": "page/prove/prove-worker.ts", "kernel-thread": "page/prove/kernel-thread.ts" },
  };
  const others = await build({ ...bundled(folder), entryPoints });
  for (const file of COPIED) copyFileSync(join(root, "page", file), join(folder, file));
  const written = [page, others].flatMap(({ metafile }) => Object.keys(metafile.outputs)).map((path) => basename(path));
  const kept = new Set<string>([...COPIED, ...written]);
  for (const file of readdirSync(folder)) if (!kept.has(file)) rmSync(join(folder, file));
  return [page, others].flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

function bundled(outdir: string) {
  return {
    absWorkingDir: root,
    outdir,
    chunkNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    metafile: true,
    format: "esm",
    // Workers share the verifier and the fields; copies would be a seventieth of the package.
    splitting: true,
    target: "es2022",
    tsconfig: "page/tsconfig.json",
    legalComments: "inline",
    logLevel: "warning",
  } as const;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundlePage(join(root, "src/tool/page-server/assets"));
