import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import type { BatchInputs, InputBlock, InputTransaction } from "../../../src/chain/verification/batch-inputs.ts";
import { prevRandaoOf } from "../../../src/ground/protocol/prev-randao.ts";
import { codeDigest } from "../../../src/ground/protocol/code-digest.ts";
import { hashPreCommitment, NO_PARTITION } from "../../../src/ground/protocol/commitment.ts";
import { diffListDigest } from "../../../src/ground/protocol/diff-digest.ts";
import type { DiffEntry } from "../../../src/ground/protocol/diff-list.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { TEST_IDENTITY } from "../support/chain.ts";
import { CHAIN_ID } from "../support/engine.ts";
import { startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const ETHER = 10n ** 18n;
const USER: Hex = `0x${"5e".repeat(20)}`;
/** Returns two bytes of code: PUSH2 0x6001, PUSH0, MSTORE, PUSH1 2, PUSH1 30, RETURN. */
const CODE: Hex = "0x6001";
const INIT_CODE: Hex = "0x6160015f526002601ef3";

/** A sealed batch of one payment, and what a validator is shown of it. */
async function sealed(
  work: (test: VerifiedChain, wallet: TestWallet) => Promise<unknown>,
): Promise<{ readonly test: VerifiedChain; readonly inputs: BatchInputs }> {
  const wallet = new TestWallet(81);
  const test = await startVerifiedChain({ accounts: [{ address: wallet.address, balanceWei: ETHER }] });
  await work(test, wallet);
  const { outputs } = (await test.chain.seal())!;
  return { test, inputs: structuredClone(test.inputs(outputs.batchNumber)) };
}

const pay = async (test: VerifiedChain, wallet: TestWallet): Promise<unknown> =>
  test.chain.submit(await wallet.signRaw({ to: USER, value: 1n }));

/** Replaces the blocks in order, renumbered from the first one's number, with the randomness of their numbers. */
function withBlocks(inputs: BatchInputs, blocks: readonly InputBlock[]): BatchInputs {
  const [first] = inputs.blocks;
  return {
    ...inputs,
    blocks: blocks.map((block, i) => {
      const number = first!.environment.number + BigInt(i);
      return { ...block, environment: { ...block.environment, number, prevRandao: prevRandaoOf(BigInt(CHAIN_ID), number) } };
    }),
  };
}

/** Refused, and the honest batch is taken afterwards. */
async function refused(test: VerifiedChain, inputs: BatchInputs, forged: readonly BatchInputs[], code: string): Promise<void> {
  for (const each of forged) await assert.rejects(test.verifier.verify(each), { name: "BatchRefusal", code });
  await test.verifier.verify(inputs);
  await test.chain.close();
}

describe("attack 8: the outputs slot written otherwise than by the closing of the batch", () => {
  it("cannot be by an operation or a transaction that calls the context: only the bootloader closes", async () => {
    const wallet = new TestWallet(82);
    const test = await startVerifiedChain({ accounts: [{ address: wallet.address, balanceWei: ETHER }] });
    const { inputs } = await sealed(pay);
    const closing = inputs.blocks.at(-1)!.transactions[0] as InputTransaction & { readonly kind: "unsigned" };
    assert.equal(closing.to, PREDEPLOYS.SystemContext);
    const outputs = (): Promise<unknown> => ask(test.chain, "eth_getStorageAt", [PREDEPLOYS.SystemContext, "0x0", "latest"]);
    const before = await outputs();
    const { success } = await test.request({ from: USER, to: PREDEPLOYS.SystemContext, data: closing.data });
    assert.equal(success, false);
    await test.chain.submit(await wallet.signRaw({ to: PREDEPLOYS.SystemContext, data: closing.data, gasLimit: 500_000n }));
    assert.equal(await outputs(), before);
    await test.sealAndVerify();
    assert.notEqual(await outputs(), before);
    await test.chain.close();
  });

  it("cannot be by a batch that closes twice, or whose own steps call as the bootloader or the context: validators refuse it", async () => {
    const { test, inputs } = await sealed(pay);
    const [opening, payment, closing] = inputs.blocks as [InputBlock, InputBlock, InputBlock];
    const step = closing.transactions[0] as InputTransaction & { readonly kind: "unsigned" };
    const asContext = { ...closing, transactions: [{ ...step, from: PREDEPLOYS.SystemContext }] };
    const forged = [
      [opening, closing, payment, closing],
      [opening, asContext, payment, closing],
      [opening, payment, { ...closing, transactions: [{ ...step, to: PREDEPLOYS.L1Messenger }] }, closing],
    ].map((blocks) => withBlocks(inputs, blocks));
    await refused(test, inputs, forged, "OperationUnknown");
  });

  it("cannot be by a closing of other content: validators refuse it", async () => {
    const { test, inputs } = await sealed(pay);
    const [opening, payment, closing] = inputs.blocks as [InputBlock, InputBlock, InputBlock];
    const step = closing.transactions[0] as InputTransaction & { readonly kind: "unsigned" };
    const counting = `${step.data.slice(0, 10)}${"1".padStart(64, "0")}${step.data.slice(74)}` as Hex;
    const forged = [
      { ...step, data: counting },
      { ...step, from: PREDEPLOYS.SystemContext },
    ].map((transaction) => withBlocks(inputs, [opening, payment, { ...closing, transactions: [transaction] }]));
    await refused(test, inputs, forged, "SystemTransactionMismatch");
  });
});

describe("attack 19: a false code digest", () => {
  it("is in no batch that a validator signs: it computes the digest of deployed code itself, and another one is another commitment", async () => {
    const deploy = async (test: VerifiedChain, wallet: TestWallet): Promise<unknown> =>
      test.chain.submit(await wallet.signRaw({ to: null, data: INIT_CODE, gasLimit: 200_000n }));
    const { test, inputs } = await sealed(deploy);
    const own = await test.verifier.verify(inputs);
    const isDigest = (entry: DiffEntry): boolean => entry.type === "insertion" && entry.leafKind === LeafKind.codeDigest;
    const expected = BigInt(digestToHex(codeDigest(fromHex(CODE), compress)));
    const found = own.entries.filter((entry) => isDigest(entry) && entry.value === expected);
    assert.equal(found.length, 1);
    const lie = own.entries.map((entry) => (entry === found[0] ? { ...entry, value: expected + 1n } : entry));
    const commitTo = (entries: readonly DiffEntry[]): Hex =>
      hashPreCommitment({
        ...TEST_IDENTITY,
        chainId: BigInt(CHAIN_ID),
        protocolVersion: own.protocolVersion,
        batchNumber: own.outputs.batchNumber,
        previousCommitment: own.previousCommitment,
        oldStateRoot: own.oldStateRoot,
        newStateRoot: own.newStateRoot,
        diffDigest: diffListDigest(entries, compress),
        outputsHash: own.outputsHash,
        partition: NO_PARTITION,
      });
    assert.equal(commitTo(own.entries), own.preCommitment);
    assert.notEqual(commitTo(lie), own.preCommitment);
    await test.chain.close();
  });
});

describe("§8.3: an operation is one step", () => {
  it("and no batch ends inside it: a validator refuses one that ends behind the payout", async () => {
    const { test, inputs } = await sealed((chain) => chain.request({ from: USER, to: USER, valueWei: 5n }));
    const [opening, payout, , , closing] = inputs.blocks;
    assert.ok(opening && payout && closing && inputs.blocks.length === 5);
    await refused(test, inputs, [withBlocks(inputs, [opening, payout, closing])], "SystemTransactionMismatch");
  });
});
