import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { transform } from "esbuild";
import { rolldown, type PreRenderedChunk, type Plugin } from "rolldown";
import { packedModule } from "./packed-values.ts";

interface BundledCode {
  /** Folder of the repository. */
  readonly root: string;
  /** Folder that is written. */
  readonly dist: string;
}

/** Longest line of the package's JavaScript, because Node prints the line of an error that nothing catches. */
const MAX_LINE_LENGTH = 500;

/** Runs on the oldest Node that the package supports. */
const TARGET = "node22";

/** Module in the folder `dist`, because the file with a module can be in another folder than its source. */
const LOCATION = "module-location";

/**
 * Modules that share no file: the location, ABIs, and encoders of ABIs. Creating an encoder might have an effect, so the
 * bundler of a front-end leaves out an unused one only with its whole file. In the order of their imports.
 */
const OWN_FILES = [
  /^module-location$|^ground\/abi\/(?!protocol-calls$)/,
  /^(?:ecosystem\/bridges|ecosystem\/relayer|chain\/settlement-layer)\/.*interfaces$/,
];

/** Functions and classes retain their names, for traces of errors. */
const MINIFY = {
  compress: { target: TARGET },
  mangle: { toplevel: true, keepNames: { function: true, class: true } },
  codegen: true,
} as const;

/**
 * Writes JavaScript of `src/`: a file for each entry of the package and each body of a thread or process, and a file for the
 * modules that the same entries and bodies load. So each loads the modules that it needs and no other. A file's name is the path of
 * its last module: npm packs in the order of names, and similar modules next to each other compress better.
 */
export async function bundleCode({ root, dist }: BundledCode): Promise<void> {
  const src = join(root, "src");
  const bundle = await rolldown({
    input: entriesOf(root),
    platform: "node",
    plugins: [modulesOf(src)],
    external: (id) => id !== LOCATION && !/^[./]|^[A-Z]:/.test(id),
    preserveEntrySignatures: "strict",
    transform: { target: TARGET },
  });
  const { output } = await bundle.generate({
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: (chunk) => flatName(src, chunk),
    minify: MINIFY,
    minifyInternalExports: false,
    codeSplitting: { groups: OWN_FILES.map((paths) => ({ debugName: String(paths), name: (id) => ownFile(src, id, paths) })) },
  });
  await bundle.close();
  const chunks = output.filter((file) => file.type === "chunk");
  await Promise.all(chunks.map(({ fileName, code }) => writeLines(join(dist, fileName), code)));
}

/** Entries of the export map, by their names in `dist`. */
function entriesOf(root: string): Readonly<Record<string, string>> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  const names = Object.values(exports).flatMap((file) => /^\.\/dist\/(.+)\.js$/.exec(file)?.[1] ?? []);
  return Object.fromEntries(names.map((name) => [name, join(root, "src", `${name}.ts`)]));
}

/** Reads codes from the artifacts, passes modules their URL, and finds bodies of threads and processes by it. */
function modulesOf(src: string): Plugin {
  return {
    name: "package-modules",
    resolveId: (id) => (id === LOCATION ? id : undefined),
    load: (id) =>
      id === LOCATION ? "export const moduleUrl = (path) => new URL(path, import.meta.url).href;" : packedModule(pathIn(src, id)),
    transform(code, id) {
      if (id === LOCATION || !code.includes("import.meta.url")) return undefined;
      for (const [, body = ""] of code.matchAll(/["`]\.\/([\w-]+)\.(?:js"|\$\{\w+\}`)/g)) {
        const file = join(dirname(id), `${body}.ts`);
        this.emitFile({ type: "chunk", id: file, fileName: `${pathIn(src, file)}.js` });
      }
      const url = `moduleUrl(${JSON.stringify(`${pathIn(src, id)}.js`)})`;
      return `import { moduleUrl } from "${LOCATION}";\n${code.replaceAll("import.meta.url", url)}`;
    },
  };
}

/** Name of the file of a module that shares none; null for another module. */
function ownFile(src: string, module: string, paths: RegExp): string | null {
  const path = module === LOCATION ? LOCATION : pathIn(src, module);
  return paths.test(path) ? path : null;
}

function flatName(src: string, { name, facadeModuleId, moduleIds }: PreRenderedChunk): string {
  const module = facadeModuleId ?? moduleIds.at(-1) ?? name;
  return `${(module.startsWith(src) ? pathIn(src, module) : name).replaceAll("/", "-")}.js`;
}

/** Path of a module in `src/` without an extension. */
function pathIn(src: string, module: string): string {
  return relative(src, module).replaceAll("\\", "/").replace(/\.ts$/, "");
}

async function writeLines(file: string, minified: string): Promise<void> {
  const options = { minifyWhitespace: true, lineLimit: MAX_LINE_LENGTH, target: TARGET, charset: "utf8" } as const;
  const { code } = await transform(minified, options);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
}
