import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Interface } from "ethers";
import { BatchFormer, type FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { ChainResult } from "../../src/chain/composition/chain-inputs.ts";
import { Forming } from "../../src/chain/batch/forming.ts";
import { BatchArchive } from "../../src/chain/index/batch-archive.ts";
import { BlockStore } from "../../src/chain/index/block-store.ts";
import { ChainIndex } from "../../src/chain/index/chain-index.ts";
import { MessageIndex } from "../../src/chain/index/message-index.ts";
import { StateHistory } from "../../src/chain/index/state-history.ts";
import { messagesOf } from "../../src/chain/model/l1-messages.ts";
import { genesisLeaves } from "../../src/chain/model/genesis.ts";
import { createInitialState } from "../../src/chain/predeploys/initial-state.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import { BatchRecorder } from "../../src/ecosystem/devnet/quorum-member/batch-recorder.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { ExecutedBatches } from "../../src/chain/node/execution/executed-batches.ts";
import { FollowedGasPrice } from "../../src/chain/node/fees/followed-gas-price.ts";
import { BatchesUnderWay } from "../../src/chain/node/settling/batches-under-way.ts";
import { PendingBatch } from "../../src/chain/node/settling/pending-batch.ts";
import { SealedBatches } from "../../src/chain/node/settling/sealed-batches.ts";
import { keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { GENESIS_COMMITMENT, TEST_IDENTITY } from "../chain/support/chain.ts";
import { CHAIN_ID, COINBASE } from "../chain/support/engine.ts";
import { configuration, extensions, realGenesis } from "../chain/support/predeploys.ts";
import { startVerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { testFollower } from "./support/test-follower.ts";

const SINK: Hex = `0x${"ee".repeat(20)}`;
const FROM_L1: Hex = `0x${"1a".repeat(20)}`;
const MESSENGER = new Interface(["function sendToL1(bytes)"]);

/** Results of a real chain: payments, a message, operations, roots, cheats, two sealed batches and an open one. */
async function realResults(alice: TestWallet): Promise<readonly ChainResult[]> {
  const results: ChainResult[] = [];
  const test = await startVerifiedChain({
    accounts: [{ address: alice.address, balanceWei: 10n ** 20n }],
    sequencer: { cheatsAllowed: true },
    onResult: (result) => results.push(result),
  });
  const { chain } = test;
  const send = async (request: object): Promise<unknown> => chain.submit(await alice.signRaw(request));
  try {
    for (let batch = 0; batch < 3; batch++) {
      await send({ to: SINK, value: 1n });
      await send({ to: PREDEPLOYS.L1Messenger, data: MESSENGER.encodeFunctionData("sendToL1", [`0x${"12".repeat(32)}`]) });
      await test.request({ from: FROM_L1, to: SINK, valueWei: 7n });
      await test.importRoots([{ registryIndex: BigInt(batch) + 1n, root: wordToHex(77n) }]);
      await chain.sequencer.cheat({ type: "balance", address: SINK, balanceWei: 5n + BigInt(batch) });
      if (batch < 2) await chain.seal();
    }
    assert.deepEqual(test.faults, []);
    return results;
  } finally {
    await chain.close();
  }
}

describe("a follower without its part in marks does not compile, and one whose digest leaves out a field is found", () => {
  const alice = new TestWallet(1);
  const state = { genesis: [] as Awaited<ReturnType<typeof realGenesis>>, results: [] as readonly ChainResult[] };
  const firstTree = (): StateTree => StateTree.genesis(genesisLeaves([...state.genesis]), { compressor: createCompressor() });
  before(async () => {
    state.results = await realResults(alice);
    state.genesis = [...(await realGenesis()), { address: alice.address, balanceWei: 10n ** 20n }];
  });

  it("index", () => {
    testFollower({
      begin: () => new ChainIndex(),
      results: state.results,
      fields: [
        ...["blocks.0.environment.number", "blocks.0.batchNumber", "blocks.0.receipts.0.transactionHash"],
        ...["operation.success", "operation.operationHash", "operation.gasUsed", "operation.canonicalTxHash"],
      ],
    });
  });

  it("blocks", () => {
    const before = [{ number: 0n, hash: state.results[0]!.blocks[0]!.hash }];
    testFollower({
      begin: () =>
        new BlockStore({ chainId: 271, head: { number: 0n, timestamp: 0n }, before }, { header: async () => undefined }),
      results: state.results,
      fields: ["hash", "environment.timestamp", "receipts.0.gasUsed", "receipts.0.transactionHash", "transactions.0.nonce"].map(
        (name) => `blocks.0.${name}`,
      ),
    });
  });

  it("messages", () => {
    testFollower({
      begin: () => new MessageIndex(),
      results: state.results.filter(({ blocks }) => blocks[0]?.receipts.slice(0, 1).some((sent) => messagesOf(sent).length > 0)),
      fields: [
        ...["blocks.0.environment.number", "blocks.0.batchNumber", "blocks.0.receipts.0.transactionHash"],
        ...["blocks.0.receipts.0.logs.0.address", "blocks.0.receipts.0.logs.0.data"],
      ],
    });
  });

  it("archive", () => {
    const names = ["commitment", "preCommitment", "protocolVersion", "transactionCount", "pubdata", "importedRoots"];
    const outputs = ["batchNumber", "firstBlock", "lastBlock", "lastTimestamp", "l2LogsTreeRoot", "priorityOpCount"];
    testFollower({
      begin: () => new BatchArchive(),
      results: state.results,
      fields: [...names, ...outputs.map((name) => `outputs.${name}`), "newStateRoot.0", "writes"].map((name) => `formed.${name}`),
    });
  });

  it("history", () => {
    const fields = ["oldLeafCount", "outputsHash", "pubdata", "outputs.batchNumber", "outputs.priorityOpCount"];
    const dump = firstTree().export();
    testFollower({
      begin: () => new StateHistory({ dump, steps: [], bytes: 0 }, { compressor: createCompressor() }),
      results: state.results,
      fields: fields.map((name) => `formed.${name}`),
    });
  });

  it("history: batches that were too many to be kept are not counted after a return", () => {
    const sealed = state.results.find(({ formed }) => formed !== undefined);
    assert.ok(sealed?.formed !== undefined);
    const { formed } = sealed;
    // Two are more than the 64 MiB that it keeps.
    const large = { ...sealed, formed: { ...formed, pubdata: new Uint8Array(40 * 2 ** 20) } };
    const history = new StateHistory({ dump: firstTree().export(), steps: [], bytes: 0 }, { compressor: createCompressor() });
    history.on(large);
    const mark = history.mark();
    history.on(large);
    history.returnTo(mark);
    history.on(sealed);
    const { steps, bytes } = history.known;
    assert.deepEqual([steps.length, bytes], [2, 40 * 2 ** 20 + formed.pubdata.length]);
  });

  it("forming", () => {
    const initial = createInitialState(state.genesis, configuration);
    testFollower({
      begin() {
        const { compress } = createCompressor();
        const former = new BatchFormer(
          { ...TEST_IDENTITY, extensions, chainId: BigInt(CHAIN_ID) },
          { previousCommitment: GENESIS_COMMITMENT, operationsTaken: 0n },
          { tree: firstTree(), compress, flowsHash: () => keccak(), versionOf: () => 1n },
        );
        return new Forming(former, (sealed) => (sealed.outputs.batchNumber === 0n ? initial.addTo(sealed) : sealed));
      },
      results: state.results,
      fields: ["sealed.outputsHash", "sealed.outputs.priorityOpCount", "sealed.writes.0.value", "sealed.logs"],
    });
  });

  it("inputs", () => {
    testFollower({
      begin: () => new BatchRecorder(() => Promise.resolve(wordToHex(0n))),
      results: state.results,
      fields: ["batchNumber", "blocks.0.hash"],
    });
    // Of the newest batch it answers for all that its blocks are.
    const open = state.results.filter(({ batchNumber }) => batchNumber === 2n);
    testFollower({
      begin: () => new BatchRecorder(() => Promise.resolve(wordToHex(0n))),
      results: open,
      fields: ["blocks.0.environment.timestamp", "blocks.0.transactions.0.data", "blocks.0.transactions.0.from"],
    });
  });

  it("executed batches", () => {
    const tree = firstTree();
    testFollower({
      begin: () =>
        new ExecutedBatches(
          { chainId: BigInt(CHAIN_ID), coinbase: COINBASE, genesis: state.genesis, initialState: configuration, codes: [] },
          { tree, head: () => ({ number: 0n, timestamp: 0n, hash: wordToHex(0n) }) },
          () => false,
        ),
      // What it takes of a sealed batch depends on the state's tree too: its proofs are tested with it.
      results: state.results.filter(({ batchNumber }) => batchNumber === 2n),
      fields: ["blocks.0.hash", "blocks.0.environment.timestamp", "command.operation.queued.nonce", "command.cheat.balanceWei"],
    });
  });

  it("fees", () => {
    testFollower({
      begin: () => new FollowedGasPrice({}),
      results: state.results.filter(({ blocks }) => blocks.some(({ transactions }) => transactions[0]?.kind === "signed")),
      fields: ["blocks.0.environment.number", "blocks.0.receipts.0.gasUsed", "blocks.0.transactions.0.kind"],
    });
  });

  it("settlement", () => {
    const settling = {
      submit: () => undefined,
      withdrawFrom: () => undefined,
      returnTo: () => undefined,
      mark: (nextBatch: bigint) => ({ nextBatch, pending: [] }),
    };
    testFollower({
      begin: () => new SealedBatches({ firstBatch: 0n, executed: 0n }, { settling, time: undefined }),
      results: state.results.filter(({ batchNumber }) => batchNumber === 1n),
      fields: ["formed.outputs.batchNumber"],
    });
  });

  it("settlement holds no batch for where the next one begins: it would stay in memory as long as a user's mark stands", () => {
    const [first, second] = state.results.flatMap(({ formed }) => formed ?? []);
    assert.ok(first !== undefined && second !== undefined);
    const batches = new BatchesUnderWay();
    const settling = {
      submit: (batch: FormedBatch) => batches.take(new PendingBatch(batch)),
      withdrawFrom: (from: bigint) => batches.withdrawFrom(from),
      returnTo: () => undefined,
      mark: (nextBatch: bigint) => ({ nextBatch, pending: batches.copiesBefore(nextBatch) }),
    };
    const sealed = new SealedBatches({ firstBatch: 0n, executed: 0n }, { settling, time: undefined });
    sealed.begin();
    sealed.on({ formed: first });
    const [forUser, boundary] = [sealed.mark("snapshot"), sealed.mark("redo")];
    assert.deepEqual(
      forUser.pending.map(({ batch }) => batch),
      [first],
    );
    assert.deepEqual(boundary, { nextBatch: 1n, pending: [] });
    sealed.on({ formed: second });
    sealed.returnTo(boundary, "redo");
    assert.deepEqual([sealed.next, [...batches.pending.keys()]], [1n, [0n]]);
  });

  it("is found: one that forgets a block's hash", () => {
    const begin = () => {
      let numbers: bigint[] = [];
      return {
        name: "careless",
        on: ({ blocks }: ChainResult) => void numbers.push(...blocks.map(({ environment }) => environment.number)),
        mark: () => numbers.length,
        returnTo: (length: number) => void (numbers = numbers.slice(0, length)),
        digest: () => keccak(new TextEncoder().encode(numbers.join())),
      };
    };
    assert.throws(
      () => testFollower({ begin, results: state.results, fields: ["blocks.0.hash"] }),
      /careless answers for blocks.0.hash, and its digest leaves it out/,
    );
    assert.throws(
      () => testFollower({ begin: () => ({ ...begin(), returnTo: () => undefined }), results: state.results, fields: [] }),
      /careless returns to behind result 0/,
    );
  });
});
