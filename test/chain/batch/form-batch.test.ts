import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AssetMessageKind, BASE_TOKEN_ADDRESS, decodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../../src/ground/protocol/genesis.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { diffListDigest } from "../../../src/ground/protocol/diff-digest.ts";
import { outputsEntry } from "../../../src/ground/protocol/diff-list.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { PRIORITY_OPERATION_TYPE, type L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { decodePubdata } from "../../../src/ground/protocol/pubdata-decoder.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { genesisLeaves, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { priorityOperation } from "../../../src/chain/predeploys/priority-operation.ts";
import { predeployTransactions } from "../../../src/chain/predeploys/system-transactions.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { checkStatement } from "../support/check-statement.ts";
import { testContract } from "../support/artifact.ts";
import { GENESIS_COMMITMENT, startTestChain, type TestChain } from "../support/chain.ts";
import { COINBASE } from "../support/engine.ts";
import { configuration, extensions, realGenesis } from "../support/predeploys.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c5".repeat(20)}`;

describe("batches of a chain with the real predeploys", () => {
  let test: TestChain;
  let genesis: readonly GenesisAccount[];
  const wallet = new TestWallet(60);

  before(async () => {
    genesis = await realGenesis();
    test = await startTestChain({
      predeploys: genesis,
      initialState: [...configuration, { address: wallet.address, balanceWei: 100n * ETHER }],
      extensions,
      system: predeployTransactions,
      sequencer: { firstBatch: 0n },
    });
  });
  after(() => test.chain.close());

  const balance = async (address: Hex) => BigInt((await ask(test.chain, "eth_getBalance", [address, "latest"])) as Hex);

  function deposit(fields: Partial<L2CanonicalTransaction>): L2CanonicalTransaction {
    return {
      txType: PRIORITY_OPERATION_TYPE,
      from: 0xabcdn,
      to: BigInt(SINK),
      gasLimit: 1_000_000n,
      gasPerPubdataByteLimit: 800n,
      maxFeePerGas: 7n,
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce: 0n,
      value: ETHER,
      reserved: [2n * ETHER, 0xbeefn, 0n, 0n],
      data: "0x",
      signature: "0x",
      factoryDeps: [],
      paymasterInput: "0x",
      reservedDynamic: "0x",
      ...fields,
    };
  }

  it("publishes the chain's own initial state in its first batch", async () => {
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: 5n }));
    const batch = (await test.chain.seal())!;
    assert.equal(batch.outputs.batchNumber, 0n);
    assert.equal(batch.previousCommitment, GENESIS_COMMITMENT);
    const inserted = batch.entries.flatMap((entry) => (entry.type === "insertion" ? [entry] : []));
    const slots = inserted.filter(({ address, leafKind }) => address === BigInt(PREDEPLOYS.SystemContext) && leafKind === 0);
    // The configuration, and the chain of block hashes, which the batch's own closing writes.
    assert.deepEqual(slots.map(({ slot }) => slot).sort(), [2n, 3n, 4n, 7n]);
    assert.ok(
      inserted.some(
        ({ address, value }) => address === BigInt(wallet.address) && value >> 64n < 100n * ETHER && value % 2n ** 64n === 1n,
      ),
    );
  });

  it("pays deposits out of the reserve, charges the gas used and refunds the rest", async () => {
    const [sinkBefore, reserveBefore] = [await balance(SINK), await balance(PREDEPLOYS.L2BaseToken)];
    const result = await test.chain.sequencer.runPriorityOp(priorityOperation(deposit({}), COINBASE));
    assert.equal(result.success, true);
    const fee = 7n * 21_000n;
    assert.equal((await balance(SINK)) - sinkBefore, ETHER);
    assert.equal(await balance("0x000000000000000000000000000000000000beef"), ETHER - fee);
    assert.equal(reserveBefore - (await balance(PREDEPLOYS.L2BaseToken)), 2n * ETHER);
  });

  it("returns a failed operation's value to the refund's recipient", async () => {
    const before = await balance("0x000000000000000000000000000000000000beef");
    // The messenger refuses value.
    const operation = priorityOperation(deposit({ to: BigInt(L1_MESSENGER_ADDRESS), nonce: 1n, data: "0x12345678" }), COINBASE);
    const { success, operationHash } = await test.chain.sequencer.runPriorityOp(operation);
    assert.equal(success, false);
    const { gasUsed } = (await ask(test.chain, "eth_getTransactionReceipt", [operationHash])) as { gasUsed: Hex };
    assert.equal(await balance("0x000000000000000000000000000000000000abcd"), 0n);
    assert.equal((await balance("0x000000000000000000000000000000000000beef")) - before, 2n * ETHER - 7n * BigInt(gasUsed));
  });

  it("creates contracts from the queue, and fails those whose code fails", async () => {
    const create = (data: Hex, nonce: bigint) =>
      priorityOperation(deposit({ to: 0n, data, nonce, value: 0n, reserved: [ETHER, 0n, 0n, 0n] }), COINBASE);
    const created = await test.chain.sequencer.runPriorityOp(create("0x600b380380600b5f395ff35f355f5500", 2n));
    const receipt = (await ask(test.chain, "eth_getTransactionReceipt", [created.operationHash])) as {
      contractAddress: Hex;
    };
    assert.equal(await ask(test.chain, "eth_getCode", [receipt.contractAddress, "latest"]), "0x5f355f5500");
    assert.equal((await test.chain.sequencer.runPriorityOp(create("0xfe", 3n))).success, false);
    assert.equal(test.chain.sequencer.fault, undefined);
  });

  it("publishes what rebuilds state, code and messages, and commits to all of it", async () => {
    const baseToken = await testContract("L2BaseToken");
    await test.chain.submit(
      await wallet.signRaw({ to: BASE_TOKEN_ADDRESS, data: baseToken.abi.encodeFunctionData("withdraw", [SINK]), value: 123n }),
    );
    const messenger = await testContract("L1Messenger");
    await test.chain.submit(
      await wallet.signRaw({ to: L1_MESSENGER_ADDRESS, data: messenger.abi.encodeFunctionData("sendToL1", ["0xabcdef"]) }),
    );
    const workload = await testContract("Workload");
    await test.chain.submit(await wallet.signRaw({ data: workload.initCode, gasLimit: 5_000_000n }));
    await test.chain.sequencer.importRoots([{ registryIndex: 1n, root: wordToHex(5n) }]);
    const batch = (await test.chain.seal())!;
    assert.deepEqual(
      batch.logs.map((log) => (log.type === "message" ? log.sender : log.success)),
      [true, false, true, false, BASE_TOKEN_ADDRESS, wallet.address],
    );
    const [, , , , withdrawal, message] = batch.logs;
    assert.ok(withdrawal?.type === "message" && message?.type === "message");
    const transfer = decodeAssetMessage(withdrawal.body);
    assert.deepEqual([transfer?.kind, transfer?.amount, transfer?.recipient], [AssetMessageKind.withdrawal, 123n, SINK]);
    assert.equal(toHex(message.body), "0xabcdef");

    const decoding = decodePubdata(batch.pubdata, {
      oldLeafCount: batch.oldLeafCount,
      priorityOpCount: batch.canonicalTxHashes.length,
    });
    assert.ok(decoding.ok);
    const { pubdata } = decoding;
    assert.deepEqual(pubdata.logs, batch.logs);
    const published = pubdata.bytecodes.map((code) => keccak(code));
    assert.ok(published.includes(keccak(fromHex(workload.runtimeCode))));
    assert.equal(published.includes(keccak(fromHex("0x5f355f5500"))), true);

    // A reader with nothing but the genesis and the published lists reaches the same root.
    const reader = StateTree.genesis(genesisLeaves(genesis), { compressor: createCompressor() });
    const entries = [...pubdata.changes, outputsEntry(BigInt(batch.outputsHash))];
    for (const list of [test.batches[0]!.entries, entries]) reader.applyDiffList(list);
    assert.equal(digestToHex(reader.root), digestToHex(batch.newStateRoot));
    assert.deepEqual(batch.job.statement.diffDigest, diffListDigest(entries, compress));
    checkStatement(batch);
  });

  it("publishes a bytecode once and clears the messenger between batches", async () => {
    const workload = await testContract("Workload");
    await test.chain.submit(await wallet.signRaw({ data: workload.initCode, gasLimit: 5_000_000n }));
    const batch = (await test.chain.seal())!;
    const decoding = decodePubdata(batch.pubdata, {
      oldLeafCount: batch.oldLeafCount,
      priorityOpCount: batch.canonicalTxHashes.length,
    });
    assert.ok(decoding.ok);
    assert.deepEqual(decoding.pubdata.bytecodes, []);
    assert.equal(batch.previousCommitment, test.batches[1]?.commitment);
    assert.equal(
      batch.writes.some(({ address, leafKind }) => address === BigInt(L1_MESSENGER_ADDRESS) && leafKind === 0),
      false,
    );
    assert.equal((await balance(PREDEPLOYS.L2BaseToken)) < BASE_TOKEN_RESERVE_WEI, true);
    checkStatement(batch);
  });

  it("chains commitments and roots from batch to batch", () => {
    const { batches } = test;
    batches.slice(1).forEach((batch: FormedBatch, i) => {
      assert.equal(batch.previousCommitment, batches[i]?.commitment);
      assert.deepEqual(batch.oldStateRoot, batches[i]?.newStateRoot);
      assert.equal(batch.outputs.firstBlock, (batches[i]?.outputs.lastBlock ?? 0n) + 1n);
    });
  });
});
