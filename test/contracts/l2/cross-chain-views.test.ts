import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { AbiCoder, Interface, type Contract, type ContractTransactionResponse } from "ethers";
import hre from "hardhat";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { leafPath } from "../../../src/chain/state/leaf-path.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { NO_BATCH, type BatchRecord } from "../../../src/ground/protocol/batch-record.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, hashTag, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { transactionTreeLeaf, transactionTreeProof, transactionTreeRoot } from "../../../src/ground/protocol/transaction-tree.ts";
import { sampleRecord, recordOfMark } from "../../support/batch-record.ts";
import { createRandom } from "../verifier/support/random.ts";
import { BOOTLOADER, startLocalL2, type LocalL2 } from "./support/local-l2.ts";
import { assertReverts } from "./support/revert-reason.ts";

/** The viewed chain, a sibling, and the viewing chain. */
const [A, C, B] = [271n, 272n, 270n];
const CONTRACT = 0xc0ffeen;
const ACCOUNT = "0x0000000000000000000000000000000000c0ffee";
const [CHANGING, NEVER, CLEARED, LATE] = [1n, 2n, 3n, 4n];
const LOG_ROOT = wordToHex(0x106n);
const SNAPSHOT = new URL("snapshots/views-gas.json", import.meta.url);

const storage = (slot: bigint, value: bigint) => ({ leafKind: LeafKind.storage, address: CONTRACT, slot, value });
/** The state of the chain that is looked at, before its first batch and after each. */
const neighbours = Array.from({ length: 30 }, (_, i) => storage(1000n + BigInt(i), BigInt(i) + 1n));
const stateOf = (...writes: ReturnType<typeof storage>[]): StateTree =>
  StateTree.genesis([...neighbours, ...writes], { compressor: referenceCompressor });
function cleared(tree: StateTree): StateTree {
  tree.apply([storage(CLEARED, 0n)], 1n);
  return tree;
}
const STATES = [
  stateOf(storage(CHANGING, 9n)),
  stateOf(storage(CHANGING, 10n), storage(CLEARED, 5n)),
  cleared(stateOf(storage(CHANGING, 11n), storage(CLEARED, 5n), storage(LATE, 1n))),
] as const;
const rootOf = (batch: number): Hex => digestToHex(STATES[batch]!.root);

/** Record on L1 of the batch that leads to a state. */
const recordOf = (batch: number): BatchRecord =>
  sampleRecord({
    oldStateRoot: rootOf(batch - 1),
    newStateRoot: rootOf(batch),
    executedAt: 1_000n * BigInt(batch),
    provenSince: BigInt(batch) + 1n,
  });
const mark = recordOfMark({ protocolVersion: 1n, stateRoot: rootOf(2), lastBlock: 5n, exited: false }, 9_000n);
const executed = (chainId: bigint, batchNumber: bigint, record: BatchRecord, logRoot = LOG_ROOT): Hex =>
  transactionTreeLeaf({ chainId, batchNumber, logRoot, record });
/** A leaf as version 1 had it: a tag, chain, number and log root. */
const OLD_LEAF = keccak(
  fromHex(hashTag("hyperchain.transaction-tree-leaf.v1")),
  ...[wordToHex(A), wordToHex(1n), LOG_ROOT].map((word) => fromHex(word, 32)),
);
/** Registry: both batches of A, the other chain's first, a mark of A, a leaf of version 1. */
const LEAVES = [
  executed(A, 1n, recordOf(1)),
  executed(C, 1n, recordOf(1)),
  executed(A, 2n, recordOf(2)),
  executed(A, 3n, mark, wordToHex(0n)),
  OLD_LEAF,
];
const ROOT_INDEX = BigInt(LEAVES.length);

const at = (leafIndex: number, chainId: bigint, batchNumber: bigint, record: BatchRecord) => ({
  chainId,
  batchNumber,
  logRoot: LOG_ROOT,
  record,
  leafIndex: BigInt(leafIndex),
  siblings: transactionTreeProof(LEAVES, leafIndex),
  rootIndex: ROOT_INDEX,
});
type BatchRoot = ReturnType<typeof at>;
const FIRST = at(0, A, 1n, recordOf(1));
const SECOND = at(2, A, 2n, recordOf(2));

/** Content of a slot in a state. */
function shows(batch: number, slot: bigint) {
  const key = { leafKind: LeafKind.storage, address: CONTRACT, slot };
  const proof = STATES[batch]!.prove(key);
  return {
    isWritten: STATES[batch]!.indexOf(key) !== undefined,
    leaf: { kind: proof.leafKind as number, key: digestToHex(proof.key), value: proof.value },
    path: leafPath(proof),
  };
}

let l2: LocalL2;
let views: Contract;
let client: Interface;
before(async () => {
  l2 = await startLocalL2(Number(B), {
    l1ChainId: 31337n,
    l1SharedBridge: "0xb41d6e00000000000000000000000000000b41d6",
    baseTokenOriginChainId: 31337n,
    baseTokenOriginToken: "0x0000000000000000000000000000000000000000",
    bornAt: 0n,
  });
  const roots = await l2.predeploy("ImportedRoots", await l2.impersonate(BOOTLOADER));
  await sent(roots, "importRoot", ROOT_INDEX, transactionTreeRoot(LEAVES));
  views = await l2.predeploy("CrossChainViews");
  client = new Interface((await hre.artifacts.readArtifact("CrossChainViews")).abi);
});
after(() => l2.close());

async function sent(contract: Contract, name: string, ...args: unknown[]): Promise<bigint> {
  const response = (await contract.getFunction(name).send(...args)) as ContractTransactionResponse;
  return (await response.wait())!.gasUsed;
}
const asked = async (name: string, ...args: unknown[]): Promise<readonly bigint[]> => [
  ...((await views.getFunction(name).staticCall(...args)) as readonly bigint[]),
];
const storageAt = (batch: BatchRoot, slot: bigint, proof: object): Promise<readonly bigint[]> =>
  asked("storageAt", batch, ACCOUNT, slot, proof);
const refused = (call: Promise<unknown>, name: string, args?: readonly unknown[]): Promise<void> =>
  assertReverts(call, "CrossChainViews", name, args);

test("C5: reads a slot that changes at two batches of another chain", async () => {
  assert.deepEqual(await storageAt(FIRST, CHANGING, shows(1, CHANGING)), [10n, 1n, 1_000n, 2n]);
  assert.deepEqual(await storageAt(SECOND, CHANGING, shows(2, CHANGING)), [11n, 2n, 2_000n, 3n]);
});

test("C5: tells a slot that was never written from one that is zero again, and both read as 0", async () => {
  assert.deepEqual(await storageAt(SECOND, NEVER, shows(2, NEVER)), [0n, 2n, 2_000n, 3n]);
  assert.deepEqual(await storageAt(SECOND, CLEARED, shows(2, CLEARED)), [0n, 2n, 2_000n, 3n]);
  const absent = async (slot: bigint, before: boolean): Promise<unknown> => {
    const { leaf, path } = shows(before ? 1 : 2, slot);
    return views.getFunction("requireAbsent").staticCall(SECOND, before, ACCOUNT, slot, leaf, path);
  };
  await absent(NEVER, true);
  await absent(NEVER, false);
  await absent(LATE, true);
  for (const [slot, before] of [
    [LATE, false],
    [CLEARED, false],
    [CLEARED, true],
    [CHANGING, true],
  ] as const)
    await assertReverts(absent(slot, before), "StateTree", "KeyNotBetween");
});

test("C5: a slot of which there is a leaf cannot be shown as never written", async () => {
  const { leaf, path } = shows(2, CHANGING);
  await assertReverts(storageAt(SECOND, CHANGING, { isWritten: false, leaf, path }), "StateTree", "KeyNotBetween");
  // Nor does the gap of another slot hold it, or its own leaf lie elsewhere.
  const { leaf: low, path: gap } = shows(2, NEVER);
  const other = storageAt(SECOND, CHANGING, { isWritten: false, leaf: low, path: gap });
  await assert.rejects(other);
});

test("C5, reverted batch: what L1 never executed leads to no imported root", async () => {
  const neverExecuted = at(2, A, 2n, { ...recordOf(2), newStateRoot: digestToHex(stateOf(storage(CHANGING, 666n)).root) });
  await refused(storageAt(neverExecuted, CHANGING, shows(2, CHANGING)), "BatchNotInRoot");
  await refused(storageAt({ ...SECOND, rootIndex: 77n }, CHANGING, shows(2, CHANGING)), "RootNotImported", [77n]);
  await refused(storageAt({ ...SECOND, leafIndex: 0n }, CHANGING, shows(2, CHANGING)), "BatchNotInRoot");
});

test("C5, v1 leaf as v2: a leaf of the first version shows no state", async () => {
  for (const record of [recordOf(1), sampleRecord({ newStateRoot: rootOf(2) })])
    await refused(storageAt(at(4, A, 1n, record), CHANGING, shows(1, CHANGING)), "BatchNotInRoot");
});

test("C5, mark as batch: a mark has the number of a batch that L1 has not executed, and shows nothing", async () => {
  const marked = { ...at(3, A, 3n, mark), logRoot: wordToHex(0n) };
  assert.equal(mark.provenSince, NO_BATCH);
  await refused(storageAt(marked, CHANGING, shows(2, CHANGING)), "MarkIsNoBatch", [A, 3n]);
  const { leaf, path } = shows(2, NEVER);
  await refused(views.getFunction("requireAbsent").staticCall(marked, false, ACCOUNT, NEVER, leaf, path), "MarkIsNoBatch", [
    A,
    3n,
  ]);
  await refused(views.getFunction("load").staticCall(marked, ACCOUNT, CHANGING, shows(2, CHANGING)), "MarkIsNoBatch");
  const disguised = { ...marked, record: { ...mark, provenSince: 4n } };
  await refused(storageAt(disguised, CHANGING, shows(2, CHANGING)), "BatchNotInRoot");
});

test("C5: another chain's state, another account's or slot's leaf, another value or an older state are refused", async () => {
  const proof = shows(2, CHANGING);
  await refused(storageAt({ ...SECOND, chainId: C }, CHANGING, proof), "BatchNotInRoot");
  await refused(storageAt(SECOND, LATE, proof), "StateRootMismatch");
  await refused(asked("storageAt", SECOND, PREDEPLOYS.L2BaseToken, CHANGING, proof), "StateRootMismatch");
  await refused(storageAt(SECOND, CHANGING, { ...proof, leaf: { ...proof.leaf, value: 12n } }), "StateRootMismatch");
  await refused(storageAt(SECOND, CHANGING, shows(1, CHANGING)), "StateRootMismatch");
});

test("C5: whatever bit of a call is another one, no other value is ever shown", async () => {
  const random = createRandom(79);
  for (const [batch, slot, value] of [
    [2, CHANGING, 11n],
    [2, NEVER, 0n],
  ] as const) {
    const valid = client.encodeFunctionData("storageAt", [SECOND, ACCOUNT, slot, shows(batch, slot)]);
    const words = (valid.length - 10) / 64;
    let refusals = 0;
    for (let i = 0; i < 24; i++) {
      const word = random.below(words);
      // Account and slot name what is asked for.
      const start = 10 + 64 * word;
      const changed = BigInt(`0x${valid.slice(start, start + 64)}`) ^ (1n << BigInt(random.below(256)));
      const data = valid.slice(0, start) + wordToHex(changed).slice(2) + valid.slice(start + 64);
      if (word === 1 || word === 2) continue;
      try {
        const answer = await l2.ethers.provider.call({ to: PREDEPLOYS.CrossChainViews, data });
        assert.equal(client.decodeFunctionResult("storageAt", answer)[0][0], value, `word ${word}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        refusals++;
      }
    }
    assert.ok(refusals > 12, `${refusals} of 24 refused`);
  }
});

test("C5, kept: the newest state stands, in whatever order they are brought, and answers without a proof", async () => {
  const read = (notBefore: bigint, gateways: readonly string[] = []): Promise<readonly bigint[]> =>
    asked("read", A, ACCOUNT, CHANGING, notBefore, gateways);
  await refused(read(0n), "NothingKept", [A, l2.ethers.getAddress(ACCOUNT), CHANGING, 0n]);
  const gas: Record<string, number> = {};
  gas["load, first of its slot"] = Number(await sent(views, "load", FIRST, ACCOUNT, CHANGING, shows(1, CHANGING)));
  assert.deepEqual(await read(1_000n), [10n, 1n, 1_000n, 2n]);
  await refused(read(1_001n), "NothingKept");
  gas["load, newer"] = Number(await sent(views, "load", SECOND, ACCOUNT, CHANGING, shows(2, CHANGING)));
  assert.deepEqual(await read(1_001n), [11n, 2n, 2_000n, 3n]);
  // Neither again nor the older one changes anything, and neither stops the transaction that it is part of.
  gas["load, older"] = Number(await sent(views, "load", FIRST, ACCOUNT, CHANGING, shows(1, CHANGING)));
  await sent(views, "load", SECOND, ACCOUNT, CHANGING, shows(2, CHANGING));
  assert.deepEqual(await read(0n), [11n, 2n, 2_000n, 3n]);
  const never = await sent(views, "load", SECOND, ACCOUNT, NEVER, shows(2, NEVER));
  gas["load, never written"] = Number(never);
  assert.deepEqual(await asked("read", A, ACCOUNT, NEVER, 2_000n, []), [0n, 2n, 2_000n, 3n]);
  await refused(asked("read", C, ACCOUNT, CHANGING, 0n, []), "NothingKept");
  const { leaf, path } = shows(2, NEVER);
  const noted = await views.getFunction("requireAbsent").estimateGas(SECOND, false, ACCOUNT, NEVER, leaf, path);
  assert.ok(noted < 1_000_000n);
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
  assert.deepEqual(gas, JSON.parse(readFileSync(SNAPSHOT, "utf8")), "run with UPDATE_SNAPSHOTS=1 and review what changed");
});

test("C5, ERC-3668: a client is sent to the gateways, and what they answer is verified", async () => {
  const gateways = ["https://a.example/{sender}/{data}", "https://b.example"];
  let lookup;
  try {
    await views.getFunction("read").staticCall(A, ACCOUNT, LATE, 1_500n, gateways);
  } catch (error) {
    lookup = client.parseError((error as { readonly data: string }).data);
  }
  assert.equal(lookup?.selector, "0x556f1830", "OffchainLookup of ERC-3668");
  const [sender, urls, callData, callback, extraData] = [...lookup.args] as [string, string[], string, string, string];
  assert.equal(sender, l2.ethers.getAddress(PREDEPLOYS.CrossChainViews));
  assert.deepEqual([...urls], gateways);
  const gateway = new Interface((await hre.artifacts.readArtifact("IViewGateway")).abi);
  assert.deepEqual([...gateway.decodeFunctionData("viewSlot", callData)], [A, l2.ethers.getAddress(ACCOUNT), LATE, 1_500n]);
  assert.equal(callback, client.getFunction("verify")?.selector);

  const answer = (batch: BatchRoot, proof: object): string => gateway.encodeFunctionResult("viewSlot", [batch, proof]);
  assert.deepEqual(await asked("verify", answer(SECOND, shows(2, LATE)), extraData), [1n, 2n, 2_000n, 3n]);
  await refused(asked("verify", answer(FIRST, shows(1, LATE)), extraData), "ExecutedTooEarly", [1_500n, 1_000n]);
  const others = at(1, C, 1n, recordOf(1));
  await refused(asked("verify", answer(others, shows(1, LATE)), extraData), "AnotherChain", [A, C]);
  await refused(asked("verify", answer(SECOND, shows(2, CHANGING)), extraData), "StateRootMismatch");
  const lie = { ...shows(2, LATE), leaf: { ...shows(2, LATE).leaf, value: 2n } };
  await refused(asked("verify", answer(SECOND, lie), extraData), "StateRootMismatch");
  await assert.rejects(asked("verify", AbiCoder.defaultAbiCoder().encode(["uint256"], [1n]), extraData));
});

test("C5: a proof on top of an unproven batch is refused by a contract that trusts only an older state (RemoteSlots.readProven)", async () => {
  // Batch 2 of each: D's run of proofs begins with batch 1, C's with batch 2, behind whatever its quorum said of batch 1.
  const D = 273n;
  const provenFrom = (batch: bigint): BatchRecord => ({ ...recordOf(2), provenSince: batch });
  const leaves = [executed(D, 2n, provenFrom(1n)), executed(C, 2n, provenFrom(2n))];
  const rootIndex = ROOT_INDEX + 2n;
  const roots = await l2.predeploy("ImportedRoots", await l2.impersonate(BOOTLOADER));
  await sent(roots, "importRoot", rootIndex, transactionTreeRoot(leaves));
  for (const [i, chainId] of [D, C].entries()) {
    const batch = at(i, chainId, 2n, provenFrom(BigInt(i) + 1n));
    const shown = { ...batch, siblings: transactionTreeProof(leaves, i), rootIndex };
    await sent(views, "load", shown, ACCOUNT, CHANGING, shows(2, CHANGING));
  }
  const reader = (await l2.ethers.deployContract("SlotReader")) as unknown as Contract;
  const take = (chainId: bigint, from: bigint) => sent(reader, "takeProven", chainId, ACCOUNT, CHANGING, 0n, from);
  const unproven = (call: Promise<unknown>, args: readonly bigint[]) =>
    assertReverts(call, "SlotReader", "ExecutionNotProven", args);
  await unproven(take(C, 1n), [C, 2n, 2n, 1n]);
  // A batch before the first that must be proven leads to no state that the caller trusts.
  await unproven(take(D, 3n), [D, 2n, 1n, 3n]);
  await take(D, 1n);
  assert.equal(await reader.getFunction("seen").staticCall(), 11n);
  await take(C, 2n);
});
