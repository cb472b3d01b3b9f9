import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createWorkplace } from "../plugin/support/run-task.ts";
import { installProject } from "../support/installed-project.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DAPP = join(ROOT, "fixtures/web-dapp");
/** Titles in the project's own test file. */
const TITLES = [
  "connects, and has the wallet learn a chain that it does not know",
  "sends transactions of each type, with the wallet's fees and gas",
  "deploys a contract, writes to it, reads it one by one and in one call, and hears its events",
  "signs messages and typed data, which the chain's verifier takes",
  "sends across chains through the client library",
];

/** Runs Node in the project; resolves with its exit code and all that it printed. */
async function runNode(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  // The runner that runs this test would have the other one speak its own language.
  const { NODE_TEST_CONTEXT: _context, ...own } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: DAPP,
    env: { ...own, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

describe("B9: a web dapp with wagmi's core", () => {
  const workplace = createWorkplace();
  before(() => installProject(DAPP));
  after(() => workplace.close());

  test("the recipe and a wallet behind EIP-1193 work on a spawned ecosystem", async () => {
    const { info } = await workplace.spawn(["--proofs", "none", "--batch-ms", "200"]);
    const run = ["--test", "--test-reporter=spec", "test/dapp.test.ts"];
    const { code, output } = await runNode(run, { DAPP_URL: info.chains[0]?.url ?? "" });
    assert.equal(code, 0, output);
    assert.deepEqual(
      [...output.matchAll(/^ {2}✔ (.*) \([\d.]+ms\)$/gm)].map(([, title]) => title),
      TITLES,
    );
  });

  test("the recipe's types hold under strict rules", async () => {
    const { code, output } = await runNode([join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."]);
    assert.equal(code, 0, output);
  });
});
