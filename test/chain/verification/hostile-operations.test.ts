import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Witness } from "../../../src/chain/witness/witness.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { push, staticCall, type Code } from "../support/assembler.ts";
import { COINBASE } from "../support/engine.ts";
import { waryCode } from "../support/transaction-scoped.ts";
import { L2_GAS_PRICE, startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask as askChain } from "../support/ask.ts";

const USER = new TestWallet(700).address;
const ETHER = 10n ** 18n;
/** A precompiled contract that no proof covers. */
const PAIRING: Hex = "0x0000000000000000000000000000000000000008";
/** Code of an operation that is rejected: too much work, or unprovable. */
const BROKEN_OFF: readonly Code[] = [
  Array.from({ length: 10 }, () => [...push(100_000), 0x5f, 0x20, 0x50]).flat(),
  staticCall(0x08, 0),
];
const wary = (place: number): Hex => `0x${(0xa11e00 + place).toString(16).padStart(40, "0")}`;
const CREATION: Hex = `0x${"00".repeat(20)}`;

/** Advances the clock between an inspection and the next step, as if a second ended there. */
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

describe("attack 23: an operation that wants to stop a chain whose validators run every batch again", () => {
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

  it("cannot by using up the room of the first batch's other data", async () => {
    const filler: Hex = `0x${"f1".repeat(20)}`;
    const writer: Hex = `0x${"f2".repeat(20)}`;
    const test = await startVerifiedChain({
      // PUSH2 340, then until it is 0: JUMPDEST, SSTORE of the counter in its own slot, counter - 1, JUMPI.
      accounts: [{ address: writer, nonce: 1n, code: "0x6101545b808055600190038060035700" }],
      initialState: [{ address: filler, storage: Array.from({ length: 1000 }, (_, i) => ({ slot: BigInt(i), value: 1n })) }],
      limits: { diffs: 1300 },
    });
    const { success } = await test.request({ from: USER, to: writer, gasLimit: 8_000_000n });
    assert.equal(success, true);
    assert.equal(test.batches.length, 1, "340 new leaves and the initial state's 1,000 are in separate batches");
    await test.sealAndVerify();
    await test.chain.close();
  });

  it("cannot by the hash of the block that pays it out, which does not exist yet when it is judged", async () => {
    const test = await startVerifiedChain();
    // NUMBER - 1, BLOCKHASH, AND 1: where it is odd, init code whose child begins with an incomplete PUSH20.
    const data: Hex = "0x6001430340600116600c57005b60735f5360015f5ff000";
    for (let i = 0; i < 2; i++) {
      const { notRun } = await test.request({ from: USER, to: CREATION, data, valueWei: 5n });
      assert.equal(notRun, "blockHash");
    }
    // Without a payout that block exists already.
    const { notRun } = await test.request({ from: USER, to: CREATION, data: "0x600143034000" });
    assert.equal(notRun, undefined);
    await test.sealAndVerify();
    await test.chain.close();
  });

  it("cannot by what it stores for its transaction before it does not run: the refund's recipient sees nothing of it", async () => {
    const test = await startVerifiedChain({
      accounts: BROKEN_OFF.map((last, i) => ({ address: wary(i), nonce: 1n, code: waryCode(last) })),
    });
    for (let i = 0; i < BROKEN_OFF.length; i++) {
      // Where gas is free, the refund is the first of what concludes it.
      const free = { gasPriceWei: 0n, mintedWei: 1n, gasLimit: 8_000_000n, refundRecipient: wary(i) };
      const { notRun } = await test.request({ from: USER, to: wary(i), data: "0x01", ...free });
      assert.ok(notRun !== undefined);
      assert.equal(await askChain(test.chain, "eth_getBalance", [wary(i), "latest"]), "0x1");
    }
    await test.sealAndVerify();
    assert.equal(test.chain.sequencer.fault, undefined);
    await test.chain.close();
  });

  it("cannot by a transaction of its chain that is refused in the middle either: the next one sees nothing of it", async () => {
    const wallet = new TestWallet(701);
    const test = await startVerifiedChain({
      // Three instructions and 12 gas a round: more than a transaction may run.
      accounts: [
        { address: wary(0), nonce: 1n, code: waryCode([0x5b, 0x60, 19, 0x56]) },
        { address: wallet.address, balanceWei: ETHER },
      ],
    });
    await assert.rejects(test.chain.submit(await wallet.signRaw({ to: wary(0), data: "0x01", gasLimit: 2n ** 24n })), {
      code: "TooManySteps",
    });
    wallet.nonce--;
    // Its sender waits for the work that was done for nothing.
    test.clock.advance(600_000);
    // With so little gas it is not looked at beforehand.
    await test.chain.submit(await wallet.signRaw({ to: wary(0), gasLimit: 100_000n }));
    assert.equal(test.blocks.at(-1)?.receipts[0]?.success, true);
    await test.sealAndVerify();
    assert.equal(test.chain.sequencer.fault, undefined);
    await test.chain.close();
  });

  it("leaves nothing behind where it does not run, pays for all of its gas, and gets the rest back", async () => {
    const test = await startVerifiedChain();
    const refundRecipient: Hex = `0x${"4e".repeat(20)}`;
    const ask = async (method: string, address: Hex): Promise<bigint> =>
      BigInt((await askChain(test.chain, method, [address, "latest"])) as Hex);
    const before = await ask("eth_getBalance", COINBASE);
    const { notRun, gasUsed } = await test.request({
      from: USER,
      to: PAIRING,
      valueWei: 7n * ETHER,
      gasLimit: 1_000_000n,
      mintedWei: 9n * ETHER,
      refundRecipient,
    });
    assert.deepEqual([notRun, gasUsed], ["precompile", 1_000_000n]);
    assert.deepEqual([await ask("eth_getBalance", USER), await ask("eth_getTransactionCount", USER)], [0n, 0n]);
    const fee = 1_000_000n * L2_GAS_PRICE;
    assert.equal((await ask("eth_getBalance", COINBASE)) - before, fee);
    assert.equal(await ask("eth_getBalance", refundRecipient), 9n * ETHER - fee);
    // Opening and conclusion.
    assert.equal(test.blocks.length, 2);
    await test.sealAndVerify();
    await test.chain.close();
  });

  it("pays for nothing where it is not even valid: its sender has code (EIP-3607)", async () => {
    const contract: Hex = `0x${"c0de".repeat(10)}`;
    const test = await startVerifiedChain({ accounts: [{ address: contract, nonce: 1n, code: "0x00" }] });
    const before = await askChain(test.chain, "eth_getBalance", [COINBASE, "latest"]);
    const { notRun, gasUsed } = await test.request({ from: contract, to: USER, valueWei: 3n });
    assert.deepEqual([notRun, gasUsed], ["invalid", 0n]);
    assert.equal(await askChain(test.chain, "eth_getBalance", [COINBASE, "latest"]), before);
    await test.sealAndVerify();
    await test.chain.close();
  });

  for (const [what, request, lie, code] of [
    ["leaves out one that can run", { from: USER, to: USER }, "budget", "OperationLeftOut"],
    ["runs one that must not", { from: USER, to: PAIRING }, undefined, "OperationMustNotRun"],
  ] as const) {
    it(`cannot with the sequencer's help, that ${what}: its validators refuse the batch`, async () => {
      const test = await startVerifiedChain();
      const { witness } = test.chain;
      const honest = witness.request.bind(witness);
      const lying = async (operation: never, parameters: never): Promise<unknown> => {
        const answer: unknown = await honest(operation, parameters);
        return operation === "judge" ? { notRun: lie, chargedGas: 1_000_000n } : answer;
      };
      Object.assign(witness, { request: lying });
      const { notRun } = await test.request(request);
      assert.equal(notRun, lie);
      await assert.rejects(test.sealAndVerify(), { name: "BatchRefusal", code });
      await test.chain.close();
    });
  }
});
