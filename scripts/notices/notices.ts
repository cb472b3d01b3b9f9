import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundlePage } from "../bundle-page.ts";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

/** Other authors' work that the npm package contains: in the page's scripts, and in the contracts' code. */
export interface ContainedPackage {
  readonly name: string;
  readonly version: string;
  /** Licence by its SPDX name. */
  readonly licence: string;
  /** Text of the licence with its authors. */
  readonly text: string;
}

const HEAD = `Other authors' work in hardhat-hyperchain, by \`npm run generate\`; do not edit.

Packages that npm installs next to it have their licences in their folders, and are not listed. The CREATE2 deployers on every chain
are in the public domain. Multicall3 (Michael Elliot, Joshua Levine, Nick Johnson, Andreas Bigger, Matt Solomon) and Permit2
(Copyright (c) 2022 Uniswap), on every chain, are under the MIT licence, whose text is below.
`;
/** Packages from npm without the text of their MIT licence, and their line of copyright. */
const COPYRIGHTS: Readonly<Record<string, string>> = {
  "@openzeppelin/contracts": "Copyright (c) 2016-2025 Zeppelin Group Ltd",
};
const PACKAGE_FOLDER = /^(?:\.\.\/)*(node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const IMPORT = /from "(@[^/"]+\/[^/"]+)/g;
const RULER = "-".repeat(80);

/** Packages whose code is in the page's scripts or in the code of contracts. Rejects if the page cannot be bundled. */
export async function containedPackages(root: string): Promise<readonly ContainedPackage[]> {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  try {
    const sources = (await bundlePage(folder)).flatMap((path) => PACKAGE_FOLDER.exec(path)?.[1] ?? []);
    const contracts = globSync("contracts/**/*.sol", { cwd: root }).flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(IMPORT)].map(([, name = ""]) => `node_modules/${name}`),
    );
    const mit = mitText(root);
    return [...new Set([...sources, ...contracts])].sort().map((path) => packageIn(join(root, path), mit));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `mit` is the text of the licence without authors. Throws if the folder has no text of a licence. */
function packageIn(folder: string, mit: string): ContainedPackage {
  const {
    name,
    version,
    license: licence,
  } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Readonly<Record<"name" | "version" | "license", string>>;
  const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)(?:\.|$)/i.test(each));
  const copyright = licence === "MIT" ? COPYRIGHTS[name] : undefined;
  const text = file === undefined ? copyright && `${copyright}\n\n${mit}` : readFileSync(join(folder, file), "utf8");
  if (text === undefined) throw new Error(`${name} has no text of its licence; add its copyright to scripts/notices`);
  return { name, version, licence, text: text.replaceAll("\r\n", "\n").trim() };
}

/** The MIT licence without this project's line of copyright. */
function mitText(root: string): string {
  const text = readFileSync(join(root, "LICENSE"), "utf8");
  const start = text.indexOf("Permission is hereby granted");
  if (start === -1) throw new Error("LICENSE is not the MIT licence");
  return text.slice(start).trim();
}

/** The notices that the npm package carries. */
export async function noticesFile(root: string): Promise<GeneratedFile> {
  const sections = (await containedPackages(root)).map(
    ({ name, version, licence, text }) => `${RULER}\n${name} ${version}, ${licence}\n${RULER}\n\n${text}\n`,
  );
  return { path: "THIRD_PARTY_NOTICES.txt", content: [HEAD, ...sections].join("\n") };
}
