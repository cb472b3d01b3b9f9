import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { createWorkplace } from "../plugin/support/run-task.ts";
import { installInEmptyProject, type EmptyProject } from "./support/empty-project.ts";

const EXAMPLES = fileURLToPath(new URL("../../fixtures/kit/", import.meta.url));
const CONFIG = `import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";

const path = createRequire(import.meta.url).resolve("solc/soljson.js");
export default defineConfig({ solidity: { version: "0.8.37", path } });
`;
const TYPES = {
  compilerOptions: {
    ...{ strict: true, noEmit: true, module: "nodenext", target: "es2024", lib: ["es2024"], types: ["node"] },
    ...{ allowImportingTsExtensions: true, skipLibCheck: false },
  },
  include: ["*.ts", "payments/*.ts"],
};
/** Examples with their arguments, and a script that runs all in one process, which ends when they have closed everything. */
const RUNS = [["payments/run.ts"], ["ordered-node.ts"], ["outer-node.ts"], ["node.ts", "kept"]] as const;
const RUN_ALL = `for (const [example, ...args] of ${JSON.stringify(RUNS)}) {
  process.argv.splice(2, Infinity, ...args);
  try {
    await import("./" + example);
  } catch (error) {
    console.error(example, error);
    console.log(JSON.stringify({ failed: example }));
    process.exitCode = 1;
  }
}
`;

describe("I9: a chain with custom parts, by the packed package", () => {
  const workplace = createWorkplace();
  let project: EmptyProject;
  /** Answers of the examples, in their order. */
  let answers: readonly Readonly<Record<string, unknown>>[];
  before(async () => {
    project = installInEmptyProject(["hardhat", "solc", "typescript7", "@types/node"]);
    cpSync(EXAMPLES, project.folder, { recursive: true });
    project.write("hardhat.config.ts", CONFIG);
    project.write("tsconfig.json", JSON.stringify(TYPES));
    const { code, stderr } = await workplace.run(["build"], { cwd: project.folder });
    assert.equal(code, 0, stderr);
    project.write("run-all.mjs", RUN_ALL);
    const all = run("run-all.mjs");
    assert.equal(all.status, 0, all.stdout + all.stderr);
    answers = all.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(answers.length, RUNS.length, all.stdout);
  });
  after(async () => {
    await workplace.close();
    project.remove();
  });

  const run = (...args: readonly string[]) => spawnSync(process.execPath, args, { cwd: project.folder, encoding: "utf8" });

  test("the examples compile against what the package exports", () => {
    const { status, stdout } = run(join(project.folder, "node_modules/typescript7/bin/tsc"), "-p", ".");
    assert.equal(status, 0, stdout);
  });

  test("a payments chain without an EVM settles with proofs, and sends to a chain with an EVM and back", () => {
    assert.deepEqual(answers[0], { batches: [0], bob: "600", carol: "250", supply: "850", carolOnEvm: "150" });
  });

  test("a chain's transactions are ordered by the example of a sequencer, and L1 executes their batch", () => {
    assert.deepEqual(answers[1], { taken: [true, false], paid: 5, batches: 1 });
  });

  test("an outer layer that delays and lies: the adapter waits and posts again, and L1's contract refuses the lie", () => {
    // Two posts of one batch, each with two delayed certificates; the first certificate is for other data.
    assert.deepEqual(answers[2], { batches: 1, stored: 2, delays: 4, refused: true });
  });

  test("a node runs with an order, a gas price, an engine, a queue and an availability of others, and L1 executes its batches", () => {
    const { gas, jobs, batches, ...told } = answers[3] as {
      readonly gas: string;
      readonly jobs: number;
      readonly batches: readonly number[];
    };
    assert.deepEqual(told, { order: { large: 1, small: 0 }, refused: true, told: "0xb2d05e00" });
    // Two payments, and the gas of any blocks that the chain makes itself.
    assert.ok(BigInt(gas) >= 2n * 21_000n, gas);
    assert.ok(batches.length > 0);
    assert.equal(jobs, batches.length);
    // Of each batch its data, which L1 does not have.
    assert.equal(readdirSync(join(project.folder, "kept")).length, batches.length);
  });
});
