import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCreateAddress, type TransactionRequest } from "ethers";
import { comparedPlan } from "../../src/proofs/execution-proof/batch/compared-plan.ts";
import { PROTOCOL_CODES } from "../../src/proofs/machine/protocol-codes/generated/protocol-codes.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { planningTools, startFollowedChain } from "./support/followed-chain.ts";

/** Stores PREVRANDAO in slot 0. */
const RANDOM_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x445f5500" } as const;
/** 7,000 times SELFBALANCE, then a slot: a tenth of any budget. */
const BALANCES = { address: `0x${"ac".repeat(20)}`, nonce: 1n, code: "0x611b585b4750600190038060035760015f5500" } as const;
/** Anyone may have the bytes of a precompiled contract of the kernel. */
const PRECOMPILED = {
  address: `0x${"ad".repeat(20)}`,
  nonce: 1n,
  code: `0x${Buffer.from([...PROTOCOL_CODES.values()][0] ?? []).toString("hex")}`,
} as const;
const OTHER: Hex = `0x${"0b".repeat(20)}`;
/** A chain whose batches are followed, with a wallet that has money on it. */
async function followed(walletNumber: number, versionOf: () => bigint = () => PROVEN_VERSION) {
  const wallet = new TestWallet(walletNumber);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, RANDOM_STORE, BALANCES, PRECOMPILED];
  const { test, seal } = await startFollowedChain({ accounts, versionOf });
  const submit = async (request: TransactionRequest) => test.chain.submit(await wallet.signRaw(request));
  /** Seals a batch with transactions; what a proof of it is made from, and what it has to show. */
  const next = async (...requests: readonly TransactionRequest[]) => {
    const own = requests.length > 0 ? requests : [{ to: RANDOM_STORE.address, gasLimit: 100_000n }];
    for (const request of own) await submit(request);
    return seal();
  };
  return { test, next, submit, wallet };
}

describe("witness of a proof of execution", () => {
  it("leads from the genesis to the first batch's state: its opening writes the configuration, and no first state is needed", async () => {
    const { test, next } = await followed(401);
    try {
      for (let i = 0; i < 2; i++) {
        const { witness, claim } = await next();
        assert.ok(comparedPlan(witness, claim, planningTools()).weights.length > 2);
        const refused = (altered: object, reason: RegExp) =>
          assert.throws(() => comparedPlan(witness, { ...claim, ...altered }, planningTools()), reason);
        refused({ coinbase: OTHER }, /the coinbase is 0x0b0b/);
      }
    } finally {
      await test.chain.close();
    }
  });

  it("begins with the first proven batch after trusted ones", async () => {
    let version = TRUSTED_VERSION;
    const { test, next, submit } = await followed(402, () => version);
    try {
      await submit({ to: RANDOM_STORE.address });
      assert.equal((await test.sealAndVerify()).protocolVersion, TRUSTED_VERSION);
      version = PROVEN_VERSION;
      for (let i = 0; i < 2; i++) {
        const { batch, witness, claim } = await next({ to: RANDOM_STORE.address }, { to: PRECOMPILED.address });
        assert.equal(batch.protocolVersion, PROVEN_VERSION);
        assert.ok(comparedPlan(witness, claim, planningTools()).weights.length > 2, `batch ${batch.outputs.batchNumber}`);
      }
    } finally {
      await test.chain.close();
    }
  });

  it("runs code of the batch itself, and user code by its weights", async () => {
    const { test, next, wallet } = await followed(403);
    try {
      // Init code that gives 0x5f545000: SLOAD of slot 0.
      const created = getCreateAddress({ from: wallet.address, nonce: 0 });
      const { witness, claim } = await next(
        { data: "0x635f5450005f526004601cf3" },
        { to: created },
        { to: BALANCES.address, gasLimit: 600_000n },
      );
      assert.ok(comparedPlan(witness, claim, planningTools()).weights.length > 2);
    } finally {
      await test.chain.close();
    }
  });
});
