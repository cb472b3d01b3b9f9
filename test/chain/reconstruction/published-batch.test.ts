import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface, type Provider } from "ethers";
import { BatchFormer, type FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { genesisLeaves, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { readPublishedBatch, type PublishedBatch } from "../../../src/chain/reconstruction/published-batch.ts";
import { RebuiltState } from "../../../src/chain/reconstruction/rebuilt-state.ts";
import { ReconstructionError, type ReconstructionErrorCode } from "../../../src/chain/reconstruction/reconstruction-error.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { compress as referenceCompress } from "../../../src/proofs/kernels/poseidon.ts";
import { codeDigestWord } from "../../../src/ground/protocol/code-digest.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { deriveEvaluationPoint, NO_PARTITION } from "../../../src/ground/protocol/commitment.ts";
import { PUBLISHED, WITHHELD, type DataChoice } from "../../../src/ground/protocol/data-choice.ts";
import { digestToHex, elementsToBytes } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../../src/ground/protocol/outputs.ts";
import { hashPubdata, pubdataLogLeaves, type PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { importedRootsRollingHash, priorityOpsRollingHash } from "../../../src/ground/protocol/rolling-hash.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { TRUSTED_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { readBatchContent } from "../../../src/ecosystem/devnet/reconstruction/batch-content.ts";
import { HeldData } from "../../../src/ecosystem/devnet/held-data/held-data.ts";
import type { RepeatedInputs } from "../../../src/ecosystem/devnet/reconstruction/repeated-inputs.ts";
import type { CommitCall } from "../../../src/chain/settlement-layer/reader/commit-call.ts";
import { neverInstalling, SOME_EXTENSIONS } from "../../support/extensions.ts";
import { verifyProof } from "../state/support/verify-proof.ts";

const CHAIN = { chainId: 271n, settlementChainId: 31337n, hyperchain: `0x${"11".repeat(20)}`, daPolicy: 5n } as const;
const CODE: Hex = "0x6001600255";
const ACCOUNT = 0xabcdefn;
const ACCOUNT_HEX: Hex = `0x${ACCOUNT.toString(16).padStart(40, "0")}`;
const NO_COINBASE: Hex = `0x${"00".repeat(20)}`;
const OPERATION = keccak(fromHex("0x01"));
const genesis: readonly GenesisAccount[] = [
  {
    address: ACCOUNT_HEX,
    nonce: 3n,
    balanceWei: 9n,
    storage: [
      { slot: 1n, value: 10n },
      { slot: 2n, value: 20n },
    ],
  },
];
const logs: readonly PubdataLog[] = [
  { type: "message", sender: `0x${"ab".repeat(20)}`, body: fromHex("0x1234") },
  { type: "priorityOp", success: true },
];
const writes = [
  { leafKind: LeafKind.storage, address: ACCOUNT, slot: 1n, value: 0n },
  { leafKind: LeafKind.storage, address: ACCOUNT, slot: 3n, value: 30n },
  { leafKind: LeafKind.codeHash, address: ACCOUNT, slot: 0n, value: BigInt(keccak(fromHex(CODE))) },
  { leafKind: LeafKind.codeDigest, address: ACCOUNT, slot: 0n, value: codeDigestWord(fromHex(CODE), referenceCompress) },
];

/** A batch as L1 would have it, and the one that it was. */
function publish(
  written = writes,
  coinbase: Hex = NO_COINBASE,
  data: DataChoice = PUBLISHED,
): { readonly published: PublishedBatch; readonly formed: FormedBatch } {
  const protocolVersion = TRUSTED_VERSION;
  const compressor = createCompressor();
  const tree = StateTree.genesis(genesisLeaves(genesis), { compressor });
  const previous = genesisStoredBatch(protocolVersion, digestToHex(tree.root), BigInt(tree.leafCount));
  const former = new BatchFormer(
    {
      chainId: 271n,
      settlementChainId: 31337n,
      hyperchainAddress: CHAIN.hyperchain,
      daPolicy: 5n,
      extensions: neverInstalling(SOME_EXTENSIONS),
    },
    { previousCommitment: previous.commitment, operationsTaken: 0n },
    {
      tree,
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: (of) => hashAssetFlows(sumAssetFlows(of, 31337n)),
      versionOf: () => protocolVersion,
    },
  );
  const outputs = {
    batchNumber: 0n,
    firstBlock: 1n,
    lastBlock: 4n,
    firstTimestamp: 100n,
    lastTimestamp: 200n,
    l2LogsTreeRoot: l2LogTreeRoot(pubdataLogLeaves(logs, [OPERATION])),
    logCount: 2n,
    priorityOpCount: 1n,
    priorityOpsRollingHash: priorityOpsRollingHash([OPERATION]),
    importedRootCount: 0n,
    importedRootsRollingHash: importedRootsRollingHash([]),
    cheatCount: 0n,
    extensions: SOME_EXTENSIONS,
    coinbase,
  };
  const formed = former.form(
    {
      outputs,
      outputsHash: hashOutputs(outputs),
      logs,
      canonicalTxHashes: [OPERATION],
      importedRoots: [],
      writes: written,
      bytecodes: [CODE],
      transactionCount: 1,
    },
    data,
  );
  const { statement } = formed.job;
  const stored: StoredBatch = {
    batchNumber: 0n,
    lastBlock: 4n,
    firstTimestamp: 100n,
    lastTimestamp: 200n,
    leafCount: BigInt(tree.leafCount),
    priorityOpTotal: 1n,
    committedAt: 300n,
    importedRootCount: 0n,
    protocolVersion,
    commitment: formed.commitment,
    oldStateRoot: digestToHex(formed.oldStateRoot),
    newStateRoot: digestToHex(formed.newStateRoot),
    diffDigest: digestToHex(statement.diffDigest),
    point: toHex(elementsToBytes(statement.point)),
    evaluation: toHex(elementsToBytes(statement.evaluation)),
    outputsHash: formed.outputsHash,
    l2LogsTreeRoot: outputs.l2LogsTreeRoot,
    importedRootsRollingHash: outputs.importedRootsRollingHash,
    flowsHash: formed.flowsHash,
    extensions: SOME_EXTENSIONS,
    nestedRoot: NO_PARTITION,
    partitionRoot: NO_PARTITION,
    partition: NO_PARTITION,
    partitionDa: NO_PARTITION,
  };
  const call = {
    firstBlock: 1n,
    firstTimestamp: 100n,
    cheatCount: 0n,
    coinbase: coinbase ?? NO_COINBASE,
    transactionsHash: wordToHex(0n),
    pubdata: formed.pubdata,
    data,
  };
  return { formed, published: { stored, previous, canonicalTxHashes: [OPERATION], ...call } };
}

const { published, formed } = publish();
const { published: withFees, formed: formedWithFees } = publish(writes, `0x${"c0".repeat(20)}`);
const { compress } = new RebuiltState(genesis);

test("A7: a published batch is read back in its original form", () => {
  const content = readPublishedBatch(published, CHAIN, compress);
  assert.deepEqual(content.entries, formed.entries);
  assert.deepEqual(content.logs, logs);
  assert.deepEqual(content.outputs, formed.outputs);
  assert.deepEqual(content.statement, formed.job.statement);
  assert.deepEqual(content.bytecodes.map(toHex), [CODE]);
});

test("A7: a published batch is read back with its coinbase", () => {
  const { outputs } = readPublishedBatch(withFees, CHAIN, compress);
  assert.deepEqual(outputs, formedWithFees.outputs);
  assert.equal(outputs.coinbase, `0x${"c0".repeat(20)}`);
});

test("A7: state, code and proofs come out of a batch", () => {
  const state = new RebuiltState(genesis);
  const content = readPublishedBatch(published, CHAIN, compress);
  const byName = (list: readonly { leafKind: number; slot: bigint; value: bigint }[]) =>
    list.map(({ leafKind, slot, value }) => [leafKind, slot, value].join()).sort();
  assert.deepEqual(byName(state.writesOf(content.entries)), byName(writes));
  const { witness } = state.applyWithWitness(0n, content);
  assert.deepEqual(witness, formed.job.witness);
  assert.equal(state.stateRoot, digestToHex(formed.newStateRoot));
  assert.deepEqual(
    state.accounts().find(({ address }) => address === ACCOUNT_HEX),
    {
      address: ACCOUNT_HEX,
      nonce: 3n,
      balanceWei: 9n,
      code: CODE,
      storage: [
        { slot: 2n, value: 20n },
        { slot: 3n, value: 30n },
      ],
    },
  );
  const key = { leafKind: LeafKind.storage, address: ACCOUNT, slot: 3n };
  assert.deepEqual(verifyProof(formed.newStateRoot, key, state.prove(key)), { ok: true, isPresent: true, value: 30n });
  // What the chain starts from is its own: the state does not follow it.
  const { tree } = state.origin({ number: 4n, timestamp: 200n });
  tree.apply([], 99n);
  assert.equal(state.stateRoot, digestToHex(formed.newStateRoot));
});

const otherDigest = [...writes.slice(0, -1), { ...writes.at(-1)!, value: codeDigestWord(fromHex("0x00"), referenceCompress) }];
for (const [what, lie] of [
  ["of another code", otherDigest],
  ["left out", writes.slice(0, -1)],
  ["without a code", [...writes.slice(0, 2), writes.at(-1)!]],
] as const) {
  test(`attack 19: a state with a code digest ${what} is read, and refused if a chain would continue from it`, () => {
    const lying = publish([...lie]);
    const state = new RebuiltState(genesis);
    state.apply(0n, readPublishedBatch(lying.published, CHAIN, compress));
    assert.equal(state.stateRoot, digestToHex(lying.formed.newStateRoot));
    assert.throws(
      () => state.origin({ number: 4n, timestamp: 200n }),
      (error: unknown) => error instanceof ReconstructionError && error.code === "CodeDigestMismatch",
    );
  });
}

/** The record that a pubdata would have had, so that only what is inside it can be wrong. */
function withPubdata(pubdata: Uint8Array): PublishedBatch {
  const point = deriveEvaluationPoint(formed.preCommitment, hashPubdata(pubdata), pubdata.length);
  return { ...published, pubdata, stored: { ...published.stored, point: toHex(elementsToBytes(point)) } };
}

function changed(bytes: Uint8Array, place: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[place] = value;
  return copy;
}

const end = formed.pubdata.length - 1;
const cases: readonly { readonly what: string; readonly code: ReconstructionErrorCode; readonly batch: PublishedBatch }[] = [
  { what: "another pubdata", code: "PubdataMismatch", batch: { ...published, pubdata: changed(formed.pubdata, end, 1) } },
  { what: "pubdata cut short", code: "PubdataMismatch", batch: { ...published, pubdata: formed.pubdata.subarray(0, end) } },
  {
    what: "a predecessor with another commitment",
    code: "PubdataMismatch",
    batch: { ...published, previous: { ...published.previous, commitment: OPERATION } },
  },
  {
    what: "a predecessor with another root",
    code: "RecordMismatch",
    batch: { ...published, previous: { ...published.previous, newStateRoot: wordToHex(1n) } },
  },
  { what: "pubdata of an unknown version", code: "PubdataMalformed", batch: withPubdata(changed(formed.pubdata, 0, 1)) },
  { what: "pubdata with a byte too many", code: "PubdataMalformed", batch: withPubdata(Uint8Array.of(...formed.pubdata, 0)) },
  { what: "another operation", code: "LogRootMismatch", batch: { ...published, canonicalTxHashes: [keccak()] } },
  { what: "no operation", code: "PubdataMalformed", batch: { ...published, canonicalTxHashes: [] } },
  { what: "another first block", code: "CommitmentMismatch", batch: { ...published, firstBlock: 2n } },
  { what: "another first timestamp", code: "CommitmentMismatch", batch: { ...published, firstTimestamp: 101n } },
  { what: "a cheat count", code: "CommitmentMismatch", batch: { ...published, cheatCount: 1n } },
  {
    what: "another last value",
    code: "CommitmentMismatch",
    batch: withPubdata(changed(formed.pubdata, end, (formed.pubdata[end] ?? 0) ^ 1)),
  },
  {
    what: "another evaluation",
    code: "CommitmentMismatch",
    batch: { ...published, stored: { ...published.stored, evaluation: published.stored.point } },
  },
  {
    what: "other asset flows",
    code: "CommitmentMismatch",
    batch: { ...published, stored: { ...published.stored, flowsHash: OPERATION } },
  },
  { what: "the coinbase of another batch", code: "CommitmentMismatch", batch: { ...withFees, coinbase: NO_COINBASE } },
  { what: "other policy data", code: "CommitmentMismatch", batch: { ...published, data: { ...PUBLISHED, bound: OPERATION } } },
];

for (const { what, code, batch } of cases) {
  test(`A7: a batch with ${what} is refused: ${code}`, () => {
    assert.throws(
      () => readPublishedBatch(batch, CHAIN, compress),
      (error: unknown) => error instanceof ReconstructionError && error.code === code && error.batchNumber === 0n,
    );
  });
}

test("A7: a batch of another chain, contract or settlement chain is refused", () => {
  for (const other of [
    { ...CHAIN, chainId: 272n },
    { ...CHAIN, settlementChainId: 1n },
    { ...CHAIN, daPolicy: 6n },
    { ...CHAIN, hyperchain: `0x${"12".repeat(20)}` as const },
  ]) {
    assert.throws(() => readPublishedBatch(published, other, compress), { name: "ReconstructionError", code: "PubdataMismatch" });
  }
});

test("A7: a batch that does not lead from this state to its root is refused", () => {
  const content = readPublishedBatch(published, CHAIN, compress);
  const [account] = genesis;
  // The slot that the batch zeroes is zero already, or has another value.
  const already = new RebuiltState([{ ...account!, storage: [{ slot: 2n, value: 20n }] }]);
  assert.throws(() => already.apply(0n, content), { name: "ReconstructionError", code: "RootMismatch" });
  const other = new RebuiltState([
    {
      ...account!,
      storage: [
        { slot: 1n, value: 11n },
        { slot: 2n, value: 21n },
      ],
    },
  ]);
  assert.throws(() => other.apply(0n, content), { name: "ReconstructionError", code: "RootMismatch" });
});

test("A7: an account with unpublished code is named", () => {
  const state = new RebuiltState(genesis);
  const content = readPublishedBatch(published, CHAIN, compress);
  state.apply(0n, { ...content, bytecodes: [] });
  assert.deepEqual(state.missingCodes(), [keccak(fromHex(CODE))]);
  assert.throws(() => state.accounts(), { name: "ReconstructionError", code: "BytecodeMissing" });
  state.addCode(fromHex(CODE));
  assert.deepEqual(state.missingCodes(), []);
});

/** Reads a batch whose data are withheld, by these calls. Its policy binds the hash of the data that it is shown. */
async function readWithheld(
  { published: batch, formed: own }: ReturnType<typeof publish>,
  calls: readonly Partial<CommitCall>[],
) {
  const policy = new Interface([
    "function checkAvailability((bool, bytes32, bytes32, bytes32) claim, bytes policyData) view returns (bytes32)",
  ]);
  const call = async ({ data }: { readonly data: string }): Promise<string> => {
    const [, shown] = policy.decodeFunctionData("checkAvailability", data) as unknown as [unknown, Hex];
    return policy.encodeFunctionResult("checkAvailability", [keccak(fromHex(shown))]);
  };
  const wanted: Hex[] = [];
  const holder = {
    name: "holder",
    read: ({ hash }: { readonly hash: Hex }) => {
      wanted.push(hash);
      return Promise.resolve(own.pubdata);
    },
  };
  const executed: Hex[] = [];
  const repeated = {
    isUnder: () => Promise.resolve(own.data.bound !== WITHHELD.bound),
    pubdataOf: (repeatable: { readonly call: CommitCall }) => {
      executed.push(repeatable.call.policyData);
      return Promise.resolve(own.pubdata);
    },
  } as unknown as RepeatedInputs;
  const shown = { ...batch, batchNumber: 0n, pubdata: new Uint8Array(), withheldHash: hashPubdata(own.pubdata) };
  const source = {
    ...{ stored: batch.stored, previous: batch.previous, canonicalTxHashes: [OPERATION], operations: [] },
    ...{ oldLeafCount: own.oldLeafCount, calls: calls.map((each) => ({ ...shown, policyData: "0x", ...each }) as CommitCall) },
  };
  const sources = { compress, heldData: new HeldData([holder]), repeated };
  const content = await readBatchContent(source, CHAIN, sources, { call } as unknown as Provider);
  assert.deepEqual(content.entries, own.entries);
  return { wanted, executed };
}

test("decoys around a commit whose data are withheld: no holder is asked for data that the commitment does not bind", async () => {
  const withheld = publish(writes, undefined, WITHHELD);
  const decoys = Array.from({ length: 20 }, (_, i) => ({ withheldHash: wordToHex(BigInt(i)) }));
  const { wanted } = await readWithheld(withheld, [...decoys, {}]);
  assert.deepEqual(wanted, [hashPubdata(withheld.formed.pubdata)]);
});

test("decoys around a commit with inputs: none is executed, so that none decides what later ones must be", async () => {
  const inputs = "0x0102";
  const published = publish(writes, undefined, { ...WITHHELD, bound: keccak(fromHex(inputs)) });
  const decoys = Array.from({ length: 20 }, (_, i) => ({ policyData: wordToHex(BigInt(i)) }));
  const { executed } = await readWithheld(published, [...decoys, { policyData: inputs }]);
  assert.deepEqual(executed, [inputs]);
});
