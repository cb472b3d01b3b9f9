import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application } from "typedoc";

/** Modules of the package with docstrings, by the name of their pages; contracts' interfaces (`./abi`) are arrays without any. */
export const API_MODULES = {
  plugin: "index",
  client: "client",
  viem: "viem",
  kit: "kit",
  shielded: "shielded",
} as const;

/** TypeDoc names a module by its file. */
const INDEX = "index";

/**
 * Reference of the public API as Markdown, made of the docstrings: a page for each export, by the path that it would have in the
 * repository. Throws an Error where TypeDoc cannot read the sources.
 */
export async function apiPages(root: string): Promise<ReadonlyMap<string, string>> {
  const out = mkdtempSync(join(tmpdir(), "api-pages-"));
  try {
    const app = await Application.bootstrapWithPlugins({
      entryPoints: Object.values(API_MODULES).map((module) => join(root, "src", `${module}.ts`)),
      // The modules alone: the whole project has three times as many files.
      tsconfig: join(root, "site/api.tsconfig.json"),
      plugin: ["typedoc-plugin-markdown"],
      outputs: [{ name: "markdown", path: out, options: OUTPUT }],
      readme: "none",
      ...{ excludeExternals: true, excludePrivate: true, excludeInternal: true, disableSources: true },
      // Lint has checked the types.
      skipErrorChecking: true,
      logLevel: "Error",
    });
    const project = await app.convert();
    if (project === undefined) throw new Error("TypeDoc cannot read src; run npm run lint");
    await app.generateOutputs(project);
    const files = globSync("**/*.md", { cwd: out });
    return new Map(files.map((file) => [apiPath(file), withNames(readFileSync(join(out, file), "utf8"))]));
  } finally {
    rmSync(out, { recursive: true });
  }
}

const OUTPUT = {
  router: "member",
  ...{ hideBreadcrumbs: true, hidePageHeader: true, useCodeBlocks: true },
  ...{ parametersFormat: "table", interfacePropertiesFormat: "table", typeDeclarationFormat: "table" },
};

function apiPath(file: string): string {
  return `api/${file.replaceAll("\\", "/").replace(new RegExp(`^${INDEX}/`), "plugin/")}`;
}

/** Names modules as users import them. */
function withNames(page: string): string {
  return page
    .replaceAll(`](${INDEX}/`, "](plugin/")
    .replaceAll(`/${INDEX}/`, "/plugin/")
    .replace(/^# hardhat-hyperchain$/m, "# API")
    .replace(/^# (client|viem|kit|shielded)$/m, "# hardhat-hyperchain/$1")
    .replace(/^# index$/m, "# hardhat-hyperchain")
    .replaceAll(`- [${INDEX}]`, "- [plugin]")
    .replaceAll("__namedParameters", "options");
}
