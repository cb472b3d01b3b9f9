import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mayHaveCard } from "../../src/proofs/devices/installed-gpu.ts";
import type { SettledBatchInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const TOKEN = "0123456789abcdef-token";

describe("H4: hyperchain:prover, as a user of an ecosystem runs it", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let url: string;
  before(async () => {
    const config = { prover: { workers: 1, fleet: { token: TOKEN } }, chains: { alpha: {} } };
    ecosystem = await workplace.spawn(["--batch-ms", "0", "--no-page"], { config });
    url = ecosystem.info.prover.fleet!.url;
  });
  after(() => workplace.close());

  test("joins by the token in the environment, proves a batch, and is named by settle and status", async () => {
    const joined = workplace.run(["hyperchain:prover", "--url", url, "--name", "laptop", "--once", "--json"], {
      environment: { HYPERCHAIN_PROVER_TOKEN: TOKEN },
    });
    for (let known = false; !known;) known = (await workplace.run(["hyperchain:status"])).stdout.includes("laptop");
    const settled = await workplace.run(["hyperchain:settle", "--json"]);
    const [batch] = JSON.parse(settled.stdout) as readonly SettledBatchInfo[];
    assert.equal(batch?.proof?.worker, "laptop", settled.stdout + settled.stderr);
    const { code, stdout, stderr } = await joined;
    assert.equal(code, 0, stderr);
    const proved = JSON.parse(stdout) as { readonly type: string; readonly bytes: number };
    assert.deepEqual([proved.type, proved.bytes], ["proved", batch.proof.bytes]);
    assert.match((await workplace.run(["hyperchain:status"])).stdout, /laptop +1 +\d+\.\d s +0 +0 +0/);
  });

  test("says what is missing or wrong, without a stack trace and without the token", async () => {
    const cases: readonly (readonly [string[], RegExp])[] = [
      [["--token", TOKEN], /--url is missing/],
      [["--url", url], /--token is missing.*HYPERCHAIN_PROVER_TOKEN/],
      [["--url", url, "--token", "short!secret"], /--token must be 16 to 128 letters/],
      [["--url", url, "--token", "another-0123456789"], /the token is not that of the ecosystem's prover\.fleet/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await workplace.run(["hyperchain:prover", ...args]);
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /short!secret|another-0123456789|\n\s+at /);
    }
  });

  test(
    "H2: neither it nor an ecosystem starts where a card is asked for and the machine has none",
    { skip: mayHaveCard() },
    async () => {
      for (const task of [["hyperchain:prover", "--url", url, "--token", TOKEN], ["hyperchain:spawn"]]) {
        const { code, stderr } = await workplace.run([...task, "--prover-device", "gpu"]);
        assert.equal(code, 1, stderr);
        assert.match(
          stderr.replaceAll(/\s+/g, " "),
          /prover\.device is "gpu", and no graphics card was found; see that the card's driver is installed .* or set it to "auto"/,
        );
      }
    },
  );
});
