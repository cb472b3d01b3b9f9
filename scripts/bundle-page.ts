// Bundles page/, the page that `hyperchain:spawn` serves, into the script of the first view, what other views
// load, one style sheet, and the workers that verify and prove. Run alone
// (`npm run build:page`) it writes them next to src/tool/page-server for a checkout.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** File of the page that is neither script nor style. */
const FIRST = "index.html";

/** Writes the page's files into a folder, and takes away what an earlier bundle left there. Resolves with the sources' paths. */
export async function bundlePage(folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const page = await build({ ...bundled(folder), entryPoints: { page: "page/main.tsx" } });
  await build({ ...bundled(folder), splitting: false, entryPoints: { page: "page/style/page.css" } });
  const entryPoints = {
    "verify-worker": "page/verify/verify-worker.ts",
    "prove-worker": "page/prove/prove-worker.ts",
    "kernel-thread": "page/prove/kernel-thread.ts",
  };
  const others = await build({ ...bundled(folder), entryPoints });
  // A third of the file is indents.
  const first = readFileSync(join(root, "page", FIRST), "utf8").replace(/\s*\n\s*/g, " ");
  writeFileSync(join(folder, FIRST), first);
  const written = [page, others].flatMap(({ metafile }) => Object.keys(metafile.outputs)).map((path) => basename(path));
  const kept = new Set<string>([FIRST, "page.css", ...written]);
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
