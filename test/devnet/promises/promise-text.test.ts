import assert from "node:assert/strict";
import { test } from "node:test";
import { promisesStatus, takenPromises } from "../../../src/ecosystem/devnet/promises/promise-text.ts";
import { planDevnet } from "../../../src/ecosystem/devnet/described/options.ts";

const ETHER = 10n ** 18n;

test("D6: the terms of a chain for promises have a sentence about the cost of a broken one", () => {
  const from = {
    alpha: { minStakeWei: 25n * 10n ** 17n, maxAtRiskWei: ETHER },
    gamma: { minStakeWei: ETHER, maxAtRiskWei: 0n, anyMessage: true },
  };
  const chains = [
    { chainId: 271n, name: "alpha" },
    { chainId: 272n, name: "beta", instant: { from } },
    { chainId: 273n, name: "gamma" },
  ];
  const { plans } = planDevnet({ chains, fundedAccounts: [], fundingWei: 0n, proofs: "none" });
  assert.equal(takenPromises(plans[0]!.settlement), undefined);
  assert.deepEqual(takenPromises(plans[1]!.settlement), [
    {
      ...{ chain: "alpha", minStakeWei: "2500000000000000000", maxAtRiskWei: "1000000000000000000", anyMessage: false },
      sentence:
        "messages of alpha arrive by a promise, before L1 has their batch. If the promise is broken, the chain loses up to 1.0 ETH, " +
        "and at least 2.5 ETH of stake is slashed",
    },
    {
      ...{ chain: "gamma", minStakeWei: "1000000000000000000", maxAtRiskWei: "0", anyMessage: true },
      sentence:
        "messages of gamma arrive by a promise, before L1 has their batch. If the promise is broken, the chain loses up to 0.0 ETH, " +
        "and the effect of calls without a limit, and at least 1.0 ETH of stake is slashed",
    },
  ]);
});

test("D6: the status of taken promises names open batches, coins and chains that are shut out", () => {
  assert.equal(promisesStatus(1, ETHER, []).sentence, "1 promised batch is not executed on L1, with 1.0 ETH");
  // Unix time 1,700,000,000 is 2023-11-14 22:13:20 UTC.
  assert.equal(
    promisesStatus(0, 0n, [{ chain: "alpha", until: 1_700_000_000 }]).sentence,
    "0 promised batches are not executed on L1, with 0.0 ETH; promises of alpha are refused until 2023-11-14T22:13:20.000Z, after a void one",
  );
});
