import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { entryPoints } from "../../scripts/api-report/entry-points.ts";
import * as client from "../../src/client.ts";
import hyperchain from "../../src/index.ts";
import { COPIED, IN_SEQUENCE, SURROUNDINGS } from "./listing-surroundings.ts";
import { LISTINGS, ROOT, type Listing } from "./page-listings.ts";

const inTypeScript = LISTINGS.filter(({ language }) => language === "ts");
/** Parts of a config: the inside of an object. */
const isPartOfConfig = (code: string): boolean => /^\w+: \{/.test(code);

/** Configuration of a reader's project, with this checkout's sources in place of the package. */
const TSCONFIG = {
  extends: "../../tsconfig.json",
  compilerOptions: {
    ...{ lib: ["es2024", "dom"], noUncheckedIndexedAccess: false, exactOptionalPropertyTypes: false },
    ...{ noUnusedLocals: false, noUnusedParameters: false },
    paths: {
      ...Object.fromEntries(entryPoints(ROOT).map(({ name, source }) => [name, [`../../${source}`]])),
      // The plugin itself would load all sources.
      "hardhat-hyperchain": ["./plugin-types.ts"],
    },
  },
  include: ["*.ts"],
};

const PLUGIN_TYPES = ["type-extensions", "types"].map((file) => `export type * from "../../src/${file}.ts";\n`).join("");

/** A program as a module: after what its page says that there is, with the client's functions that it does not import itself. */
function moduleOf({ page, first, code }: Listing): string {
  const before = SURROUNDINGS[first] ?? SURROUNDINGS[page] ?? "";
  const imported = new Set(
    [...`${before}\n${code}`.matchAll(/import \{([^}]*)\}/g)].flatMap(([, names = ""]) =>
      names.split(",").map((name) => name.trim()),
    ),
  );
  const missing = Object.keys(client).filter((name) => new RegExp(`(?<![.\\w])${name}\\b`).test(code) && !imported.has(name));
  return [
    // What a project's config brings.
    'import type {} from "hardhat-hyperchain";',
    'import type {} from "@nomicfoundation/hardhat-ethers";',
    `import { ${missing.join(", ")} } from "hardhat-hyperchain/client";`,
    before,
    code,
    "export {};",
  ].join("\n");
}

/** Errors of the compiler, each line with its program's number; empty for correct programs. */
function compile(listings: readonly Listing[]): readonly (readonly [number, string])[] {
  const folder = mkdtempSync(join(ROOT, "test", "listings-"));
  try {
    listings.forEach((listing, index) => writeFileSync(join(folder, `${index}.ts`), moduleOf(listing)));
    for (const [name, file] of Object.entries(COPIED)) writeFileSync(join(folder, name), `export * from "../../${file}";\n`);
    writeFileSync(join(folder, "plugin-types.ts"), PLUGIN_TYPES);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    const tsc = join(ROOT, "node_modules/typescript7/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", "."], { cwd: folder, encoding: "utf8" });
    // The sources themselves are compiled with the repository's own, stricter options.
    return [...stdout.matchAll(/^(\d+)\.ts\(.*/gm)].map(([line, index]) => [Number(index), line]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Listings that are one program together, as one. */
function programsOf(listings: readonly Listing[]): readonly Listing[] {
  const apart = listings.filter(({ page }) => !IN_SEQUENCE.has(page));
  const joined = [...IN_SEQUENCE].map((page) => ({
    ...{ page, language: "ts", first: page },
    code: listings
      .filter((listing) => listing.page === page)
      .map(({ code }) => code)
      .join("\n"),
  }));
  return [...apart, ...joined];
}

describe("I6: listings of TypeScript in the docs", () => {
  test("compile in a strict project, with what the page says that there is", () => {
    const programs = programsOf(inTypeScript.filter(({ code }) => !isPartOfConfig(code)));
    assert.ok(programs.length >= 14, `${programs.length} programs`);
    const wrong = { page: "", language: "ts", first: "", code: "await send(1);" };
    const said = compile([...programs, wrong]);
    const ofWrong = said.filter(([index]) => index === programs.length);
    assert.match(ofWrong.map(([, line]) => line).join(), /error TS2554: Expected 3 arguments/);
    assert.deepEqual(
      said.filter(([index]) => index < programs.length).map(([index, line]) => `${programs[index]?.page}: ${line}`),
      [],
    );
  });

  test("parts of configs are what the config takes", async () => {
    const parts = inTypeScript.filter(({ code }) => isPartOfConfig(code));
    assert.ok(parts.length >= 5, `${parts.length} parts`);
    for (const { page, code } of parts) await assert.doesNotReject(configured(code), `${page}: ${code}`);
    await assert.rejects(configured("chains: { alpha: { pace: { maxAge: 1 } } }"), /pace/);
    await assert.rejects(configured('networks: { a: { type: "http" } }'), /url/);
  });
});

/** Loads a config with this part in Hardhat: of a chain, of `hyperchains`, or of all. */
async function configured(code: string): Promise<void> {
  const part = runInNewContext(`({ ${code} })`) as Readonly<Record<string, object>>;
  if ("networks" in part) await createHardhatRuntimeEnvironment({ plugins: [hyperchain], ...part });
  else await createHardhatRuntimeEnvironment({ plugins: [hyperchain], hyperchains: "chains" in part ? part : { chains: part } });
}
