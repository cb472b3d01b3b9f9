import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { installInEmptyProject, type EmptyProject } from "./support/empty-project.ts";

const RECIPES = new URL("../../docs/recipes/ci.md", import.meta.url);
const CONFIG = `import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import hyperchain from "hardhat-hyperchain";

const path = createRequire(import.meta.url).resolve("solc/soljson.js");
export default defineConfig({ plugins: [hyperchain], solidity: { version: "0.8.37", path } });
`;
/** In no list of users. */
const STRANGER = 54_321;

/** The instructions of the recipe's Dockerfile that run something, in order. */
function instructions(): readonly (readonly [string, string])[] {
  const [, file = ""] = /```dockerfile\n([^]*?)```/.exec(readFileSync(RECIPES, "utf8")) ?? [];
  return [...file.matchAll(/^(RUN|CMD|HEALTHCHECK(?: --\S+)* CMD) (.*)$/gm)].map(([, name = "", what = ""]) => [name, what]);
}

/** Arguments of `npx hardhat` in a command of the recipe. */
function hardhatArguments(command: string): readonly string[] {
  const words = command.startsWith("[") ? (JSON.parse(command) as string[]) : command.split(" ");
  assert.deepEqual(words.slice(0, 2), ["npx", "hardhat"]);
  return words.slice(2);
}

describe("B12: the container image's recipe, with the packed plugin and without Docker", () => {
  let project: EmptyProject;
  let temporary: string;
  before(() => {
    project = installInEmptyProject(["hardhat", "solc"]);
    project.write("hardhat.config.ts", CONFIG);
    project.write("contracts/Shop.sol", "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n\ncontract Shop {}\n");
    // As COPY leaves it: of another owner, for all to read.
    chmodSync(project.folder, 0o755);
    temporary = mkdtempSync(join(tmpdir(), "hyperchain-container-"));
    chmodSync(temporary, 0o777);
  });
  after(() => {
    project.remove();
    rmSync(temporary, { recursive: true, force: true });
  });

  test("a user without an entry starts what it starts, and its health check tells when that runs", async (context) => {
    const [install, build, start, health, ...others] = instructions();
    assert.deepEqual([install, others], [["RUN", "npm ci"], []]);
    assert.deepEqual([build?.[0], start?.[0], health?.[0]], ["RUN", "CMD", "HEALTHCHECK --start-period=60s CMD"]);
    const cli = join(project.folder, "node_modules/hardhat/dist/src/cli.js");
    const cwd = project.folder;
    // Neither a home nor a name.
    const env = { PATH: process.env["PATH"], TMPDIR: temporary };
    const built = spawnSync(process.execPath, [cli, ...hardhatArguments(build![1])], { cwd, encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);

    // Only a superuser can become another user, and that one must be let into the folder of this checkout.
    const stranger = { uid: STRANGER, gid: STRANGER };
    const isStranger = spawnSync(process.execPath, [cli, "--version"], { cwd, env, ...stranger }).status === 0;
    if (!isStranger) context.diagnostic("run as the present user: no other can be become here");
    const options = { cwd, env, ...(isStranger ? stranger : {}) };

    const own = ["--port", "0", "--json", "--proofs", "none"];
    const child = spawn(process.execPath, [cli, ...hardhatArguments(start![1]), ...own], {
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const closed = once(child, "close") as Promise<[number | null]>;
    try {
      let errors = "";
      child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
      const first = await Promise.race([
        once(createInterface({ input: child.stdout }), "line") as Promise<[string]>,
        closed.then(([code]) => assert.fail(`it ended with ${String(code)}: ${errors}`)),
      ]);
      const { l1, chains } = JSON.parse(first[0]) as { l1: { url: string }; chains: readonly { name: string }[] };
      assert.deepEqual(
        chains.map(({ name }) => name),
        ["alpha", "beta"],
      );
      const url = l1.url.replace("0.0.0.0", "127.0.0.1");
      const check = hardhatArguments(health![1]);
      assert.deepEqual(check.slice(-2), ["--url", "http://127.0.0.1:8545"]);
      const asked = spawnSync(process.execPath, [cli, ...check.slice(0, -1), url], { ...options, encoding: "utf8" });
      assert.equal(asked.status, 0, asked.stderr);
      const elsewhere = spawnSync(process.execPath, [cli, ...check.slice(0, -1), "http://127.0.0.1:1"], options);
      assert.notEqual(elsewhere.status, 0);
    } finally {
      // As Docker ends it.
      child.kill("SIGTERM");
    }
    assert.deepEqual((await closed)[0], 0);
  });
});
