import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

/** Key of development account 1. */
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

interface Verdict {
  readonly verified: boolean;
  readonly kind?: string;
  readonly stage?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

describe("B3: hyperchain:verify checks a batch's proof again by L1's data", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;

  before(async () => {
    ecosystem = await workplace.spawn(["--chains", "1", "--batch-ms", "0", "--no-relayer"], {
      config: { accounts: { funded: 2 } },
    });
    const chain = new JsonRpcProvider(ecosystem.info.chains[0]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    await (await new Wallet(KEY_1, chain).sendTransaction({ to: `0x${"e1".repeat(20)}`, value: 5n })).wait();
    await chain.send("hyperchain_settle", [null]);
    chain.destroy();
  });
  after(() => workplace.close());

  const verify = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await workplace.run(["hyperchain:verify", ...args, "--json"]);
    assert.notEqual(stdout, "", stderr);
    return { code, verdict: JSON.parse(stdout) as Verdict };
  };

  test("of a chain of the running ecosystem, and says what the proof leaves open", async () => {
    const { code, verdict } = await verify("alpha", "0");
    assert.deepEqual([code, verdict.verified, verdict.kind, verdict.stage], [0, true, "changes", "executed"]);
    const { stdout } = await workplace.run(["hyperchain:verify", "alpha", "0"]);
    assert.match(stdout, /the proof of batch 0 of chain \d+ holds.*That its transactions lead to these changes is trusted/s);
  });

  test("with L1's URL and the address of the chain's contract alone", async () => {
    const { code, verdict } = await verify(ecosystem.info.chains[0]!.hyperchain, "0", "--settlement-url", ecosystem.info.l1.url);
    assert.deepEqual([code, verdict.verified], [0, true]);
  });

  test("and refuses a batch that L1 does not have, with exit code 1", async () => {
    const { code, verdict } = await verify("alpha", "9");
    assert.deepEqual([code, verdict.verified, verdict.error?.code], [1, false, "NotCommitted"]);
  });
});
