import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { codeDigestWord } from "../../../src/ground/protocol/code-digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { keccak, fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { EdrEngine } from "../support/edr-engine.ts";
import type { EngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { BatchWitness } from "../../../src/chain/witness/batch-witness.ts";
import { WitnessError } from "../../../src/chain/witness/witness-error.ts";
import { testContract, type TestContract } from "../support/artifact.ts";
import { CHAIN_ID, environmentOf, openEngine } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
const BOOTLOADER: Hex = "0x0000000000000000000000000000000000008001";

/** Small, repeatable randomness. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => (state = Number((BigInt(state) * 48271n) % 2147483647n));
}

describe("witness compared with the execution engine", () => {
  let engine: EdrEngine;
  let witness: BatchWitness;
  let workload: TestContract;
  const wallets = Array.from({ length: 4 }, (_, i) => new TestWallet(i));
  const genesis = wallets.map(({ address }) => ({ address, balanceWei: 1000n * ETHER }));
  let height = 0n;

  before(async () => {
    engine = await openEngine(genesis);
    witness = await BatchWitness.create(CHAIN_ID, genesis);
    workload = await testContract("Workload");
  });
  after(() => engine.close());

  async function mine(transactions: readonly EngineTransaction[]) {
    const result = await engine.mine(transactions, environmentOf(++height));
    await witness.execute({ ...result.block, transactions: result.included });
    return result;
  }

  async function checkSealed() {
    const changes = witness.seal();
    const at = `0x${height.toString(16)}`;
    assert.ok(changes.writes.length > 0);
    for (const { leafKind, address, slot, value } of changes.touched) {
      const account = `0x${address.toString(16).padStart(40, "0")}`;
      const read = async (method: string, ...params: string[]) => (await engine.request(method, [account, ...params, at])) as Hex;
      const expected = {
        [LeafKind.storage]: async () => BigInt(await read("eth_getStorageAt", `0x${slot.toString(16)}`)),
        [LeafKind.account]: async () =>
          BigInt(await read("eth_getBalance")) * 2n ** 64n + BigInt(await read("eth_getTransactionCount")),
        [LeafKind.codeHash]: async () => {
          const code = fromHex(await read("eth_getCode"));
          return code.length === 0 ? 0n : BigInt(keccak(code));
        },
        [LeafKind.codeDigest]: async () => codeDigestWord(fromHex(await read("eth_getCode")), compress),
      };
      assert.equal(value, await expected[leafKind](), `kind ${leafKind} of ${account} slot ${slot}`);
    }
    const codes = changes.writes.filter(({ leafKind }) => leafKind === LeafKind.codeHash);
    const digests = changes.writes.filter(({ leafKind }) => leafKind === LeafKind.codeDigest);
    assert.deepEqual(
      digests.map(({ address }) => address),
      codes.map(({ address }) => address),
      "a code's keccak and its digest change together",
    );
    return changes;
  }

  it("agrees on random contract workloads in every receipt and every value", async () => {
    const [owner] = wallets as [TestWallet];
    const deployed = await mine([await owner.sign({ data: workload.initCode, gasLimit: 5_000_000n, value: 100n })]);
    const contract = deployed.block.receipts[0]?.contractAddress;
    assert.ok(contract);
    const { bytecodes } = await checkSealed();
    assert.deepEqual(bytecodes, [workload.runtimeCode]);
    const random = sequence(20261120);
    let failures = 0;
    let logs = 0;
    for (let round = 0; round < 12; round++) {
      const transactions: EngineTransaction[] = [];
      for (let i = 0; i < 8; i++) {
        const wallet = wallets[random() % wallets.length]!;
        const call =
          random() % 8 === 0
            ? workload.abi.encodeFunctionData("refuse", [random()])
            : workload.abi.encodeFunctionData("work", [random(), 1 + (random() % 12)]);
        const type = [0, 1, 2][random() % 3]!;
        const gasLimit = random() % 9 === 0 ? 150_000n : 8_000_000n;
        transactions.push(await wallet.sign({ to: contract, data: call, value: BigInt(random() % 10), type, gasLimit }));
      }
      const { block, refused } = await mine(transactions);
      assert.deepEqual(refused, []);
      failures += block.receipts.filter(({ success }) => !success).length;
      logs += block.receipts.reduce((sum, receipt) => sum + receipt.logs.length, 0);
      if (round % 3 === 2) await checkSealed();
    }
    assert.ok(failures > 5, `${failures} failing transactions`);
    assert.ok(logs > 50, `${logs} logs`);
  });

  it("agrees on unsigned transactions from the bootloader", async () => {
    const request = { kind: "unsigned", from: BOOTLOADER, valueWei: 0n, gasLimit: 1_000_000n } as const;
    const { block } = await mine([
      { ...request, to: wallets[0]!.address, data: "0x1234", nonce: 0n },
      { ...request, to: undefined, data: "0x600b380380600b5f395ff35f355f5500", nonce: 1n },
    ]);
    assert.deepEqual(
      block.receipts.map(({ success }) => success),
      [true, true],
    );
    const { writes } = await checkSealed();
    assert.equal(writes.find(({ address, leafKind }) => address === 0x8001n && leafKind === LeafKind.account)?.value, 2n);
  });

  it("agrees on delegated accounts", async () => {
    const [sender, delegate] = wallets as [TestWallet, TestWallet];
    const { block: creation } = await mine([await sender.sign({ data: workload.initCode, gasLimit: 5_000_000n })]);
    const contract = creation.receipts[0]!.contractAddress!;
    const authorizationList = [delegate.authorize(contract, delegate.nonce++)];
    const data = workload.abi.encodeFunctionData("work", [7, 6]);
    const { block } = await mine([
      await sender.sign({ type: 4, to: delegate.address, data, authorizationList, gasLimit: 5_000_000n }),
    ]);
    assert.equal(block.receipts[0]?.success, true);
    const { bytecodes } = await checkSealed();
    assert.ok(bytecodes.includes(`0xef0100${contract.slice(2)}`));
  });

  it("leaves out what a batch changed back", async () => {
    const [owner] = wallets as [TestWallet];
    // Stores the first word of its input in slot 0.
    const initCode = "0x600b380380600b5f395ff35f355f5500";
    const { block } = await mine([await owner.sign({ data: initCode, gasLimit: 200_000n })]);
    const store = block.receipts[0]!.contractAddress!;
    const value = (n: number) => `0x${n.toString(16).padStart(64, "0")}`;
    await mine([await owner.sign({ to: store, data: value(5), gasLimit: 100_000n })]);
    await checkSealed();
    await mine([
      await owner.sign({ to: store, data: value(9), gasLimit: 100_000n }),
      await owner.sign({ to: store, data: value(5), gasLimit: 100_000n }),
    ]);
    const { writes, touched } = await checkSealed();
    const slots = touched.filter(({ address, leafKind }) => address === BigInt(store) && leafKind === LeafKind.storage);
    assert.deepEqual(slots, [{ leafKind: LeafKind.storage, address: BigInt(store), slot: 0n, value: 5n }]);
    assert.equal(writes.filter(({ address }) => address === BigInt(store)).length, 0);
  });

  it("returns to a snapshot across a batch boundary", async () => {
    const [owner] = wallets as [TestWallet];
    const nonce = owner.nonce;
    const mark = await engine.snapshot();
    const snapshot = witness.snapshot();
    const before = height;
    await mine([await owner.sign({ to: COUNTERPARTY, value: 1n })]);
    await checkSealed();
    await engine.revert(mark);
    witness.revert(snapshot);
    height = before;
    owner.nonce = nonce;
    await mine([await owner.sign({ to: COUNTERPARTY, value: 2n })]);
    const { writes } = await checkSealed();
    const header = writes.find(({ address }) => address === BigInt(COUNTERPARTY));
    assert.equal(header?.value, 2n * 2n ** 64n);
    assert.throws(
      () => witness.revert(snapshot),
      (error) => error instanceof WitnessError && error.code === "UnknownSnapshot",
    );
  });

  it("reports a receipt that differs", async () => {
    const [owner] = wallets as [TestWallet];
    const result = await engine.mine([await owner.sign({ to: COUNTERPARTY, value: 1n })], environmentOf(++height));
    const [receipt] = result.block.receipts;
    const tampered = {
      ...result.block,
      transactions: result.included,
      receipts: [{ ...receipt!, gasUsed: receipt!.gasUsed + 1n }],
    };
    await assert.rejects(witness.execute(tampered), (error) => {
      assert.ok(error instanceof WitnessError);
      assert.equal(error.code, "EnginesDisagree");
      assert.deepEqual(error.mismatch, {
        blockNumber: height,
        transactionIndex: 0,
        subject: "gasUsed",
        engine: "21001",
        witness: "21000",
      });
      return true;
    });
  });
});

const COUNTERPARTY: Hex = `0x${"c1".repeat(20)}`;
