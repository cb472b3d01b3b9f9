import assert from "node:assert/strict";
import { it } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { BatchWitness } from "../../../src/chain/witness/batch-witness.ts";
import { CHAIN_ID, environmentOf } from "../support/engine.ts";

const SENDER: Hex = `0x${"a1".repeat(20)}`;
const KEEPER: Hex = `0x${"a2".repeat(20)}`;
/** Writes 1 to slot 0. */
const KNOWN: Hex = "0x60015f55";
/** Init code that deploys these four bytes. */
const deploying = (code: string): Hex => `0x63${code}5f526004601cf3`;

it("a previewed transaction leaves no code behind, and takes none away", async () => {
  const witness = await BatchWitness.create(CHAIN_ID, [
    { address: SENDER, balanceWei: 10n ** 18n },
    { address: KEEPER, code: KNOWN, nonce: 1n },
  ]);
  const before = witness.takeUpdate().codes.length;
  const preview = (request: Pick<UnsignedEngineTransaction, "to" | "data">) =>
    witness.preview({
      transaction: {
        kind: "unsigned",
        from: SENDER,
        ...request,
        valueWei: 0n,
        nonce: 0n,
        gasLimit: 200_000n,
        isImpersonated: true,
      },
      environment: environmentOf(1n),
    });
  for (const code of ["60025f55", KNOWN.slice(2)]) {
    const { receipt, runtimeCodes } = await preview({ to: undefined, data: deploying(code) });
    assert.equal(receipt?.success, true);
    assert.deepEqual(runtimeCodes, [`0x${code}`]);
    assert.deepEqual(witness.takeUpdate().codes, []);
  }
  // 21,000, and 22,100 for a new slot that was not warm, and two pushes.
  assert.equal((await preview({ to: KEEPER, data: "0x" })).receipt?.gasUsed, 43_105n);
  witness.restartUpdates();
  assert.equal(witness.takeUpdate().codes.length, before);
});
