import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { cacheFolderOf } from "../../src/ground/runtime/compile-cache.ts";

const OURS = new URL("../../src/ground/runtime/compile-cache.ts", import.meta.url).href;

describe("compiled code", () => {
  let folder: string;
  const cache = (): string => join(folder, "node_modules", ".cache", "hardhat-hyperchain");
  const files = (): number =>
    readdirSync(folder, { recursive: true }).filter((name) => /cache.*\/[0-9a-f]{8}$/.test(String(name))).length;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "compiled-"));
    writeFileSync(join(folder, "loaded.mjs"), "export const loaded = () => 1;");
    writeFileSync(
      join(folder, "thread.mjs"),
      'import { getCompileCacheDir } from "node:module"; import { parentPort } from "node:worker_threads"; parentPort.postMessage(String(getCompileCacheDir()));',
    );
    writeFileSync(
      join(folder, "main.mjs"),
      `import { getCompileCacheDir } from "node:module";
       import { Worker } from "node:worker_threads";
       import { cacheFolderOf, keepCompiledCode } from ${JSON.stringify(OURS)};
       keepCompiledCode(cacheFolderOf(new URL("./", import.meta.url)));
       await import("./loaded.mjs");
       const told = await new Promise((resolve) => new Worker(new URL("./thread.mjs", import.meta.url)).once("message", resolve));
       console.log(JSON.stringify([String(getCompileCacheDir()), told]));`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (environment: Readonly<Record<string, string>>): readonly string[] => {
    const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
    if (environment["NODE_COMPILE_CACHE"] === undefined) delete env["NODE_COMPILE_CACHE"];
    if (environment["NODE_V8_COVERAGE"] === undefined) delete env["NODE_V8_COVERAGE"];
    return JSON.parse(execFileSync(process.execPath, [join(folder, "main.mjs")], { env, encoding: "utf8" })) as string[];
  };

  test("of a process and its threads is kept among the packages' caches", () => {
    const told = run({});
    assert.deepEqual(
      told.map((directory) => directory.startsWith(cache())),
      [true, true],
      told.join(),
    );
    assert.ok(files() >= 2, `${files()} files`);
  });

  test("is where the user has it kept, and is not kept where code is measured, or caches are off", () => {
    const own = join(folder, "own");
    assert.deepEqual(
      run({ NODE_COMPILE_CACHE: own }).map((directory) => directory.startsWith(own)),
      [true, true],
    );
    assert.deepEqual(run({ NODE_V8_COVERAGE: join(folder, "coverage") }), ["undefined", "undefined"]);
    assert.deepEqual(run({ NODE_DISABLE_COMPILE_CACHE: "1" }), ["undefined", "undefined"]);
  });

  test("is kept from the first thing that Hardhat asks of the plugin", () => {
    const hooks = new URL("../../src/tool/plugin/hooks/config.ts", import.meta.url).href;
    const script = `import { getCompileCacheDir } from "node:module"; const hooks = await import(${JSON.stringify(hooks)}); await hooks.default(); console.log(getCompileCacheDir());`;
    const env: NodeJS.ProcessEnv = { ...process.env };
    delete env["NODE_COMPILE_CACHE"];
    const told = execFileSync(process.execPath, ["--input-type=module", "-e", script], { env, encoding: "utf8" });
    assert.match(told, /node_modules\/\.cache\/hardhat-hyperchain\//);
  });

  test("of an installed package is in the packages around it, of a clone in its packages", () => {
    const installed = join(folder, "node_modules", "hardhat-hyperchain");
    mkdirSync(installed, { recursive: true });
    assert.equal(cacheFolderOf(pathToFileURL(`${installed}/`)), cache());
    assert.equal(cacheFolderOf(pathToFileURL(`${folder}/`)), cache());
  });
});
