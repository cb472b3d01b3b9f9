import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Witness } from "../../../src/chain/witness/witness.ts";
import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { staticCall, type Code } from "../support/assembler.ts";
import { COINBASE } from "../support/engine.ts";
import { waryCode } from "../support/transaction-scoped.ts";
import { L2_GAS_PRICE, startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask as askChain } from "../support/ask.ts";

const USER = new TestWallet(700).address;
const ETHER = 10n ** 18n;
/** Calls that pass on 17 MiB: an operation with them does not run. */
const LOUD: Code = Array.from({ length: 17 }, () => staticCall(0xdead, 2 ** 20)).flat();
const LOUD_CONTRACT = { address: `0x${"10".repeat(20)}`, nonce: 1n, code: toHex(Uint8Array.from([...LOUD, 0x00])) } as const;
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
    // In an even second init code whose child begins with an incomplete PUSH20; else nothing.
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

  it("cannot by init code that the explainer does not run, in a creation that fails before it runs", async () => {
    const test = await startVerifiedChain();
    // PUSH1 0x73, PUSH0, MSTORE8, then CREATE of this byte with more value than there is.
    const { notRun } = await test.request({ from: USER, to: CREATION, data: "0x60735f5360015f6001f000" });
    assert.equal(notRun, undefined);
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
    // NUMBER - 1, BLOCKHASH: the frame halts.
    const data: Hex = "0x600143034000";
    const { notRun, success } = await test.request({ from: USER, to: CREATION, data, valueWei: 5n });
    assert.deepEqual([notRun, success], [undefined, false]);
    // If nothing is paid out, that block exists already.
    assert.equal((await test.request({ from: USER, to: CREATION, data })).success, true);
    await test.sealAndVerify();
    await test.chain.close();
  });

  it("cannot by what it stores for its transaction before it does not run: the refund's recipient sees nothing of it", async () => {
    const test = await startVerifiedChain({ accounts: [{ address: wary(0), nonce: 1n, code: waryCode(LOUD) }] });
    // Where gas is free, the refund is the first of what concludes it.
    const free = { gasPriceWei: 0n, mintedWei: 1n, gasLimit: 8_000_000n, refundRecipient: wary(0) };
    const { notRun } = await test.request({ from: USER, to: wary(0), data: "0x01", ...free });
    assert.equal(notRun, "callData");
    assert.equal(await askChain(test.chain, "eth_getBalance", [wary(0), "latest"]), "0x1");
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
    const test = await startVerifiedChain({ accounts: [LOUD_CONTRACT] });
    const refundRecipient: Hex = `0x${"4e".repeat(20)}`;
    const ask = async (method: string, address: Hex): Promise<bigint> =>
      BigInt((await askChain(test.chain, method, [address, "latest"])) as Hex);
    const before = await ask("eth_getBalance", COINBASE);
    const { notRun, gasUsed } = await test.request({
      from: USER,
      to: LOUD_CONTRACT.address,
      valueWei: 7n * ETHER,
      gasLimit: 8_000_000n,
      mintedWei: 9n * ETHER,
      refundRecipient,
    });
    assert.deepEqual([notRun, gasUsed], ["callData", 8_000_000n]);
    assert.deepEqual([await ask("eth_getBalance", USER), await ask("eth_getTransactionCount", USER)], [0n, 0n]);
    const fee = 8_000_000n * L2_GAS_PRICE;
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
    ["runs one that must not", { from: USER, to: LOUD_CONTRACT.address, gasLimit: 8_000_000n }, undefined, "OperationMustNotRun"],
  ] as const) {
    it(`cannot with the sequencer's help, that ${what}: its validators refuse the batch`, async () => {
      const test = await startVerifiedChain({ accounts: [LOUD_CONTRACT] });
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
