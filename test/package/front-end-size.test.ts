import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { buildPackage } from "../support/built-package.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGE = readFileSync(new URL("../../docs/clients.md", import.meta.url), "utf8");

/** Bundle of a front-end's imports from the package for browsers: compressed size in kB, and packages whose code it has. */
async function bundled(imports: string): Promise<{ readonly kilobytes: number; readonly packages: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: imports, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  const packages = Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) => {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
    return name === undefined || bytesInOutput === 0 ? [] : [name];
  });
  return { kilobytes: gzipSync(outputFiles[0]?.contents ?? "").length / 1000, packages: [...new Set(packages)].sort() };
}

/** The number of kB that docs/clients.md has after this text. */
function documented(text: string): number {
  const [, number] = new RegExp(`${text}\\D*?(\\d+(?:\\.\\d+)?) kB`).exec(PAGE) ?? [];
  assert.ok(number, `docs/clients.md has no kB after '${text}'`);
  return Number(number);
}

describe("bundle of a front-end", () => {
  before(buildPackage);

  test("has the documented size with the client, and contains ethers", async () => {
    const { kilobytes, packages } = await bundled(
      'export { loadEcosystem, providersOf, waitForAnswer, waitForMessage } from "./dist/client.js";',
    );
    assert.ok(packages.includes("ethers"), "without ethers the docs are to be changed");
    const expected = documented("that loads an ecosystem and waits for messages");
    assert.ok(Math.abs(kilobytes / expected - 1) < 0.05, `${kilobytes} kB, documented ${expected} kB`);
  });

  test("has the documented size with the definitions for viem and one ABI, and no package", async () => {
    const { kilobytes, packages } = await bundled(
      'export { viemChain } from "./dist/viem.js";\nexport { interopHandlerAbi } from "./dist/abi.js";',
    );
    assert.deepEqual(packages, []);
    const expected = documented("A chain for viem and one ABI");
    assert.ok(Math.abs(kilobytes / expected - 1) < 0.1, `${kilobytes} kB, documented ${expected} kB`);
  });

  test("has a wallet of shielded pools without any module of Node", async () => {
    // A module of Node would fail the build: it is for browsers.
    const { packages } = await bundled('export { ShieldedWallet } from "./dist/shielded.js";');
    assert.deepEqual(
      packages.filter((name) => !["ethers", "aes-js"].includes(name) && !name.startsWith("@")),
      [],
    );
  });
});
