import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import type { TransactionRequest } from "ethers";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { comparedPlan } from "../../src/execution-proof/batch/compared-plan.ts";
import type { ExecutionWitness } from "../../src/execution-proof/batch/batch-witness.ts";
import { createPrimitives } from "../../src/execution-proof/batch/machine-primitives.ts";
import { createCompressor } from "../../src/kernels/wasm/compressor.ts";
import { kernelRows } from "../../src/machine/interpreter/kernel.ts";
import { PROTOCOL_CODES } from "../../src/machine/protocol-codes/generated/protocol-codes.ts";
import { ExecutedBatches } from "../../src/node/execution/executed-batches.ts";
import type { ExecutedBatchesOptions } from "../../src/node/execution/executed-batches.ts";
import { formedClaim } from "../../src/node/execution/formed-claim.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { userWeights } from "../../src/protocol/native-budget.ts";
import { versionParts } from "../../src/protocol/protocol-version.ts";
import type { Format } from "../../src/protocol/protocol-version.ts";
import { CHAIN_ID, COINBASE } from "../chain/support/engine.ts";
import { configurationOf, realGenesis } from "../chain/support/predeploys.ts";
import { startVerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";

const BORN_AT = 1_700_000_123n;
/** Stores PREVRANDAO in slot 0. */
const RANDOM_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x445f5500" } as const;
/** 7,000 times SELFBALANCE, then a slot: in format 2's weights more than any budget, in format 3's a tenth of it. */
const BALANCES = { address: `0x${"ac".repeat(20)}`, nonce: 1n, code: "0x611b585b4750600190038060035760015f5500" } as const;
/** Anyone may have the bytes of a precompiled contract of the kernel. */
const PRECOMPILED = {
  address: `0x${"ad".repeat(20)}`,
  nonce: 1n,
  code: `0x${Buffer.from([...PROTOCOL_CODES.values()][0] ?? []).toString("hex")}`,
} as const;
const OTHER: Hex = `0x${"0b".repeat(20)}`;
const tools = (format: Format) => ({
  program: { rows: kernelRows(format), weights: userWeights(format) },
  primitives: createPrimitives(),
  compress: createCompressor().compress,
});

/** A chain whose batches are followed as validators do that ask for proofs of their execution. */
async function followed(walletNumber: number, format: Format, versionOf: () => bigint) {
  const wallet = new TestWallet(walletNumber);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, RANDOM_STORE, BALANCES, PRECOMPILED];
  const options: ExecutedBatchesOptions = {
    ...{ chainId: BigInt(CHAIN_ID), coinbase: COINBASE, codes: [] },
    genesis: [...(await realGenesis(format)), ...accounts],
    initialState: configurationOf(BORN_AT).accounts,
  };
  let executed: ExecutedBatches | undefined;
  const test = await startVerifiedChain({
    ...{ accounts, format, versionOf, bornAt: BORN_AT },
    validatorsFollowers: (run) => [(executed = new ExecutedBatches(options, run, () => true))],
  });
  /** Seals a batch with transactions; what a proof of it is made from, and what it has to show. */
  const next = async (...requests: readonly TransactionRequest[]) => {
    const own = requests.length > 0 ? requests : [{ to: RANDOM_STORE.address, gasLimit: 100_000n }];
    for (const request of own) await test.chain.submit(await wallet.signRaw(request));
    const batch: FormedBatch = await test.sealAndVerify();
    executed!.addCodes(batch);
    const { witness, previous } = executed!.taken(batch.outputs.batchNumber);
    assert.equal(witness?.kind, "witness", witness?.kind === "labelled" ? witness.reason : "");
    return { batch, witness: witness as ExecutionWitness, claim: formedClaim(batch, previous, options) };
  };
  return { test, next, wallet };
}

describe("what a proof of execution of format 3 is made from", () => {
  it("leads from the genesis to the first batch's state: its opening writes the configuration, and no first state is needed", async () => {
    const { test, next } = await followed(401, 3, () => 3n);
    try {
      for (let i = 0; i < 2; i++) {
        const { witness, claim } = await next();
        assert.equal(claim.firstState, undefined);
        assert.ok(comparedPlan(witness, claim, tools(3)).length > 2);
        const refused = (altered: object, reason: RegExp) =>
          assert.throws(() => comparedPlan(witness, { ...claim, ...altered }, tools(3)), reason);
        refused({ coinbase: OTHER }, /the coinbase is 0x0b0b/);
        refused({ firstState: claim.previous.newStateRoot }, /format 2 alone needs the root of the first state/);
      }
    } finally {
      await test.chain.close();
    }
  });

  it("goes on across an upgrade: each batch by its own format's machine, the converting one included", async () => {
    let version = 2n;
    const { test, next } = await followed(402, 2, () => version);
    try {
      for (const [after, format] of [
        [2n, 2],
        [3n, 3],
        [3n, 3],
      ] as const) {
        version = after;
        const { batch, witness, claim } = await next({ to: RANDOM_STORE.address }, { to: PRECOMPILED.address });
        assert.equal(versionParts(batch.protocolVersion).format, format);
        assert.ok(comparedPlan(witness, claim, tools(format)).length > 2, `batch ${batch.outputs.batchNumber}`);
        // Codes of before the upgrade are read by the digests that they have.
        assert.equal((witness.lengthFirst?.size ?? 0) > 0, format === 3);
      }
    } finally {
      await test.chain.close();
    }
  });

  it("runs code of the batch itself, and user code by format 3's weights", async () => {
    const { test, next, wallet } = await followed(403, 3, () => 3n);
    try {
      // Init code that gives 0x5f545000: SLOAD of slot 0.
      const created = getCreateAddress({ from: wallet.address, nonce: 0 });
      const { witness, claim } = await next(
        { data: "0x635f5450005f526004601cf3" },
        { to: created },
        { to: BALANCES.address, gasLimit: 600_000n },
      );
      assert.ok(comparedPlan(witness, claim, tools(3)).length > 2);
    } finally {
      await test.chain.close();
    }
  });
});
