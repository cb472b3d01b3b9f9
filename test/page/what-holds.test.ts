import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { REASONS_WITHOUT_PROOF } from "../../src/proofs/execution-proof/batch/unproven-execution.ts";
import { executionOfBatch, unprovenLine } from "../../src/ecosystem/devnet/view/batches/unproven.ts";
import { whoCanFreeze } from "../../page/wallet/freezing.ts";
import { routeTrust } from "../../page/wallet/route-trust.ts";

const L1 = { name: "l1", chainId: 31_337 } as const;
const quorum = { members: ["0x01", "0x02", "0x03"], threshold: 2 } as const;

function chain(name: string, chainId: number, more: object = {}) {
  return { name, chainId, quorum, dataAvailability: "rollup", executionDelaySeconds: 0, ...more };
}

function trust(from: number, to: number, mode: "stark" | "none" = "stark"): string {
  const chains = [
    chain("alpha", 271),
    chain("beta", 272, { dataAvailability: "validium", executionDelaySeconds: 60, execution: { sentence: "" } }),
    chain("inner", 273, { settlesOn: { name: "alpha", chainId: 271 } }),
    chain("signed", 274, { dataAvailability: "inputs", inputsBoundBy: "quorum" }),
    chain("proven", 275, { dataAvailability: "inputs", inputsBoundBy: "proof", execution: { sentence: "" } }),
  ];
  const info = { l1: L1, chains, prover: { mode, workers: 1 } } as unknown as Parameters<typeof routeTrust>[0];
  return routeTrust(info, { from, to }).join("\n");
}

describe("I11: what holds", () => {
  test("a send's route says what it rests on: the sender's proof or validators, the receiver's data, the layers of both", () => {
    const toBeta = trust(271, 272);
    assert.match(
      toBeta,
      /L1 checks a proof of alpha's changes; that they follow from its transactions is trusted to 2 of alpha's 3 validators/,
    );
    assert.match(toBeta, /the data committee of beta can freeze the money there/);
    assert.doesNotMatch(toBeta, /the validators of alpha, on which/);
    const fromBeta = trust(272, 271);
    assert.match(fromBeta, /L1 checks a proof that beta's changes follow from its transactions/);
    assert.match(fromBeta, /once L1 has executed its batch, at least 60 s after its commit/);
    assert.doesNotMatch(fromBeta, /data committee/);
    assert.match(trust(271, 272, "none"), /nothing of alpha is proven: 2 of alpha's 3 validators attest/);
    assert.match(trust(273, 272), /the validators of alpha, on which inner settles, can stop it, or confirm a false state of it/);
    assert.match(trust(31_337, 271), /^l1 attests what is sent there/);
  });

  test("the validators of a chain that publishes inputs can freeze balances, unless its proofs bind the inputs", () => {
    assert.match(trust(271, 274), /the validators of signed can freeze all balances on it, by publishing other inputs/);
    assert.doesNotMatch(trust(271, 275), /freeze/);
    const chains = [chain("signed", 274, { inputsBoundBy: "quorum" }), chain("proven", 275, { inputsBoundBy: "proof" })];
    const info = { l1: L1, chains } as unknown as Parameters<typeof whoCanFreeze>[0];
    const origin = { chainId: L1.chainId, token: `0x${"00".repeat(20)}` } as const;
    assert.deepEqual(
      [274, 275].map((id) => whoCanFreeze(info, id, { origin })),
      [["the validators of signed, by publishing other inputs than they executed"], []],
    );
  });

  test("a batch says whether its execution is proven, and why not", () => {
    const execution = {
      sentence: "",
      proven: 2,
      provenUpTo: 0,
      unproven: [{ batch: 1, reason: "too-large", detail: "step 7" }],
      pending: [3, 4],
      proving: { batch: 3, chunk: 1, chunks: 5, phase: "fri", fraction: 0 },
    } as const;
    const of = (batch: number): string => executionOfBatch("alpha", batch, execution);
    assert.equal(of(0), "proven");
    assert.equal(
      of(1),
      "Execution of batch 1 of alpha is not proven, since one of its steps is larger than a part of a proof may be: too-large (step 7)",
    );
    assert.equal(of(2), "proven");
    assert.equal(of(3), "not proven yet: chunk 2 of about 5 is being proven");
    assert.equal(of(4), "not proven yet: 1 batch is proven before it");
    assert.equal(of(5), "not proven yet: the batch is not formed");
    assert.match(executionOfBatch("alpha", 0, undefined), /^trusted to the validators/);
  });

  test("describes each reason that a batch can have", () => {
    for (const reason of REASONS_WITHOUT_PROOF)
      assert.doesNotMatch(unprovenLine("alpha", { batch: 0, reason, detail: "" }), /undefined/, reason);
  });
});
