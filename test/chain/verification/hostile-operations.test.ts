import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Witness } from "../../../src/chain/witness/witness.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/protocol/predeploys.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";
import type { VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

const USER = new TestWallet(700).address;
const CREATION: Hex = `0x${"00".repeat(20)}`;

/** Lets the clock go on between an inspection and what follows, as it does where a second ends there. */
function moveClockAfterPreviews({ chain, clock }: VerifiedChain): void {
  const { witness } = chain;
  const request = witness.request.bind(witness);
  const slow: Witness["request"] = async (operation, parameters) => {
    const result = await request(operation, parameters);
    if (operation === "preview") clock.advance(1000);
    return result;
  };
  Object.assign(witness, { request: slow });
}

describe("an operation that wants to stop a chain whose validators run every batch again", () => {
  it("cannot by a target that the chain itself calls: imports of roots come from the bootloader only", async () => {
    const test = await startVerifiedChain();
    const { success } = await test.request({ from: USER, to: PREDEPLOYS.ImportedRoots });
    assert.equal(success, false);
    await test.importRoots([{ registryIndex: 3n, root: `0x${"ab".repeat(32)}` }]);
    await test.sealAndVerify();
    await test.chain.close();
  });

  it("cannot by a verdict that depends on the second in which it is taken", async () => {
    const test = await startVerifiedChain();
    moveClockAfterPreviews(test);
    // In an even second init code whose child begins with an incomplete PUSH20, which no engine may run; else nothing.
    // TIMESTAMP, PUSH1 1, AND, PUSH1 18, JUMPI; PUSH1 0x73, PUSH1 0, MSTORE8, PUSH1 1, PUSH0, PUSH0, CREATE, STOP; JUMPDEST, STOP.
    const data: Hex = "0x42600116601257607360005360015f5ff0005b00";
    for (const second of [0, 1]) {
      test.clock.advance(second * 1000);
      await test.request({ from: USER, to: CREATION, data });
    }
    await test.sealAndVerify();
    await test.chain.close();
  });

  it("cannot by a deposit with so much gas that it needs a fresh batch", async () => {
    const test = await startVerifiedChain();
    await test.request({ from: USER, to: USER });
    const { success } = await test.request({ from: USER, to: USER, valueWei: 1n, gasLimit: 2n ** 24n });
    assert.equal(success, true);
    assert.equal(test.batches.length, 1);
    await test.sealAndVerify();
    await test.chain.close();
  });

  it("cannot by init code that no engine may look at, in a creation that fails before it runs", async () => {
    const test = await startVerifiedChain();
    // PUSH1 0x73, PUSH0, MSTORE8, then CREATE of this byte with more value than there is.
    const { operationHash } = await test.request({ from: USER, to: CREATION, data: "0x60735f5360015f6001f000" });
    assert.equal(operationHash, undefined);
    await test.sealAndVerify();
    await test.chain.close();
  });
});
