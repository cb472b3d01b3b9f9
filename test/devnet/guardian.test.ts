import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { verifyTypedData, Wallet, type Provider } from "ethers";
import { BatchFormer, type FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { genesisLeaves, type GenesisAccount } from "../../src/chain/model/genesis.ts";
import { RebuiltState } from "../../src/chain/reconstruction/rebuilt-state.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import type { ChainContractFacts } from "../../src/ecosystem/devnet/chain-on-l1/chain-contract.ts";
import { judgeBatch, type GuardedBatch } from "../../src/ecosystem/devnet/guardian/guarded-batch.ts";
import { GuardedChain, type GuardedOnL1, type StoredForm } from "../../src/ecosystem/devnet/guardian/guarded-chain.ts";
import { Guardian, MAX_VALID_SECONDS, requestValue } from "../../src/ecosystem/devnet/guardian/guardian.ts";
import { decodeLeaves, encodeLeaves } from "../../src/ecosystem/devnet/guardian/guardian-wire.ts";
import { GuardianError, type GuardianErrorCode } from "../../src/ecosystem/devnet/guardian/guardian-error.ts";
import { dataFolder } from "../../src/ecosystem/devnet/held-data/data-folder.ts";
import { HeldData } from "../../src/ecosystem/devnet/held-data/held-data.ts";
import type { LeafStart } from "../../src/ecosystem/devnet/reconstruction/leaf-start.ts";
import { PorterReplay } from "../../src/ecosystem/devnet/reconstruction/porter-replay.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows } from "../../src/ground/protocol/asset-flows.ts";
import { WITHHELD } from "../../src/ground/protocol/data-choice.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { GUARDIAN_REQUEST_TYPES, GUARDIAN_TYPES } from "../../src/ground/protocol/guardians.ts";
import { keccak, fromHex, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { availabilityDomain, quorumDomain } from "../../src/ground/protocol/quorum.ts";
import { openFileJournal } from "../../src/chain/settlement/journal/journal.ts";
import { oneBlockBatch } from "../support/one-block-batch.ts";
import { neverInstalling, SOME_EXTENSIONS } from "../support/extensions.ts";

const HYPERCHAIN: Hex = `0x${"11".repeat(20)}`;
const NETWORK: Hex = `0x${"22".repeat(20)}`;
const CHAIN = { chainId: 271n, settlementChainId: 31_337n, hyperchain: HYPERCHAIN, daPolicy: BigInt(NETWORK) };
const ACCOUNT = 0xabcn;
const MEMBER = 0xdefn;
const CODE: Hex = "0x6001600255";
const GENESIS: readonly GenesisAccount[] = [
  {
    address: `0x${ACCOUNT.toString(16).padStart(40, "0")}`,
    nonce: 3n,
    balanceWei: 9n,
    code: CODE,
    storage: [{ slot: 1n, value: 10n }],
  },
];
const VALID_UNTIL = 5_000n;
const L1_SECONDS = 4_000n;

/** A sequencer's side: forms batches whose values name them. */
function newFormer(daPolicy = CHAIN.daPolicy, hasPorter = false): BatchFormer {
  const compressor = createCompressor();
  return new BatchFormer(
    {
      chainId: 271n,
      settlementChainId: 31_337n,
      hyperchainAddress: HYPERCHAIN,
      daPolicy,
      extensions: neverInstalling(SOME_EXTENSIONS),
    },
    { previousCommitment: wordToHex(7n), operationsTaken: 0n },
    {
      tree: StateTree.genesis(genesisLeaves(GENESIS), { compressor }),
      partition: hasPorter ? StateTree.genesis([], { compressor }) : undefined,
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: () => hashAssetFlows([]),
      versionOf: () => 2n,
    },
  );
}
function form(former: BatchFormer, number: bigint, value = 100n + number): GuardedBatch {
  const writes = [
    { leafKind: LeafKind.storage, address: ACCOUNT, slot: 1n, value },
    { leafKind: LeafKind.storage, address: ACCOUNT, slot: 50n + number, value },
  ];
  const canonicalTxHashes = [keccak(fromHex(wordToHex(number)))];
  const logs = [{ type: "priorityOp", success: true }] as const;
  return guarded(former.form(oneBlockBatch(number, 100n + number, { writes, canonicalTxHashes, logs }), WITHHELD));
}
const guarded = ({ newStateRoot, porter, ...formed }: FormedBatch): GuardedBatch => ({
  ...formed,
  newStateRoot: digestToHex(newStateRoot),
  ...(porter === undefined ? {} : { porter: { root: digestToHex(porter.newRoot), list: porter.pubdata } }),
});
/** A batch in which an account of the porter joins or changes. */
function formPorter(former: BatchFormer, number: bigint): GuardedBatch {
  const writes = [
    ...(number === 0n ? [{ leafKind: LeafKind.storage, address: 0x10016n, slot: MEMBER, value: 1n }] : []),
    { leafKind: LeafKind.account, address: MEMBER, slot: 0n, value: 7n + number },
  ];
  return guarded(former.form(oneBlockBatch(number, 100n + number, { writes }), WITHHELD));
}
const formLine = (count: number, former = newFormer()): GuardedBatch[] =>
  Array.from({ length: count }, (_, number) => form(former, BigInt(number)));

describe("guardian", () => {
  const validator = new Wallet(wordToHex(1n));
  const key = new Wallet(wordToHex(2n));
  let folders: string[] = [];
  let folder: string;
  let onL1: GuardedOnL1;
  /** Policies that L1 may accept for the next batch. */
  let policies: readonly bigint[];
  let l1Seconds: bigint;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "guardian-"));
    folders = [...folders, folder];
    onL1 = { committed: 0n, executed: 0n, executedStateRoot: wordToHex(0n) };
    policies = [CHAIN.daPolicy];
    l1Seconds = L1_SECONDS;
  });
  after(() => Promise.all(folders.map((each) => rm(each, { recursive: true }))));

  /** The guardian's state on disk, opened. */
  async function open({ keep, read } = dataFolder(folder)) {
    const journal = await openFileJournal<StoredForm>(join(folder, "forms"));
    const data = { ...dataFolder(folder), keep, read };
    const chain = await GuardedChain.open({
      chain: CHAIN,
      policiesOf: async () => policies,
      genesis: () => new RebuiltState(GENESIS),
      journal,
      data,
      readL1: async () => onL1,
    }).catch(async (error: unknown) => {
      await journal.close();
      throw error;
    });
    const requesters = async () => new Set([validator.address.toLowerCase() as Hex]);
    const { settlementChainId } = CHAIN;
    const guardian = new Guardian({
      signer: key,
      settlementChainId,
      network: NETWORK,
      hyperchain: HYPERCHAIN,
      chain,
      requesters,
      l1Seconds: async () => l1Seconds,
    });
    return { chain, guardian, close: () => journal.close() };
  }
  async function requestOf(batch: GuardedBatch, by = validator, validUntil = VALID_UNTIL) {
    const domain = { ...quorumDomain(CHAIN.settlementChainId, HYPERCHAIN) };
    const requestSignature = (await by.signTypedData(domain, GUARDIAN_REQUEST_TYPES, requestValue(batch, validUntil))) as Hex;
    return { batch, validUntil, requestSignature };
  }
  const refuses = (work: Promise<unknown>, code: GuardianErrorCode): Promise<void> =>
    assert.rejects(work, (error: unknown) => error instanceof GuardianError && error.code === code);

  test("applies, stores and signs a batch before it is on L1", async () => {
    const { chain, guardian, close } = await open();
    for (const batch of formLine(3)) {
      const signature = await guardian.sign(await requestOf(batch));
      const value = { preCommitment: batch.preCommitment, pubdataHash: hashPubdata(batch.pubdata), validUntil: VALID_UNTIL };
      const domain = { ...availabilityDomain(CHAIN.settlementChainId, NETWORK) };
      assert.equal(verifyTypedData(domain, GUARDIAN_TYPES, value, signature), key.address);
      assert.equal(chain.stateRoot, batch.newStateRoot);
      assert.deepEqual(
        await dataFolder(folder).read({ batchNumber: 0n, hash: hashPubdata(batch.pubdata) }, new AbortController().signal),
        Buffer.from(batch.pubdata),
      );
    }
    await close();
  });

  test("a stranger's batch: neither applied nor stored without a validator's signature of its pre-commitment", async () => {
    const { chain, guardian, close } = await open();
    const [first, second] = formLine(2);
    await refuses(
      requestOf(first!, key).then((request) => guardian.sign(request)),
      "RequesterUnknown",
    );
    const ofOther = await requestOf(second!);
    await refuses(guardian.sign({ ...ofOther, batch: first! }), "RequesterUnknown");
    await refuses(guardian.sign({ ...ofOther, requestSignature: "0x12" }), "RequesterUnknown");
    assert.deepEqual([chain.nextBatch, await readdir(folder)], [0n, ["forms"]]);
    await close();
  });

  test("a request with other data, another porter's list or another end than the validator signed is refused", async () => {
    const former = newFormer(CHAIN.daPolicy, true);
    const [first, second] = [formPorter(former, 0n), formPorter(former, 1n)];
    const { chain, guardian, close } = await open();
    const request = await requestOf(first);
    const { porter } = second;
    const others = [
      { ...request, validUntil: VALID_UNTIL + 1n },
      { ...request, batch: { ...first, pubdata: Uint8Array.of(...first.pubdata, 0) } },
      { ...request, batch: { ...first, porter: { ...first.porter!, list: porter!.list } } },
    ];
    for (const other of others) await refuses(guardian.sign(other), "RequesterUnknown");
    assert.equal(chain.nextBatch, 0n);
    await guardian.sign(request);
    await close();
  });

  test("signs for little longer than L1 accepts, so that a form that was replaced expires", async () => {
    const { chain, guardian, close } = await open();
    const [first] = formLine(1);
    const latest = L1_SECONDS + MAX_VALID_SECONDS;
    await refuses(
      requestOf(first!, validator, latest + 1n).then((request) => guardian.sign(request)),
      "ValidityTooLong",
    );
    assert.equal(chain.nextBatch, 0n);
    await guardian.sign(await requestOf(first!, validator, latest));
    await close();
  });

  test("data that rebuild nothing: each changed part is refused, and the state stays", async () => {
    const { chain, close } = await open();
    const [first, second] = formLine(2);
    await chain.take(first!);
    const flipped = Uint8Array.from(second!.pubdata);
    flipped[flipped.length - 1] = flipped.at(-1)! === 0 ? 1 : 0;
    const changed: Partial<GuardedBatch>[] = [
      { pubdata: flipped },
      { pubdata: second!.pubdata.slice(0, -1) },
      { pubdata: new Uint8Array() },
      { pubdata: first!.pubdata },
      { canonicalTxHashes: [] },
      { canonicalTxHashes: [wordToHex(9n)] },
      { outputs: { ...second!.outputs, lastTimestamp: 999n } },
      { newStateRoot: first!.newStateRoot },
      { previousCommitment: wordToHex(8n) },
      { protocolVersion: 3n },
      { preCommitment: wordToHex(8n) },
    ];
    for (const part of changed) {
      await refuses(chain.take({ ...second!, ...part }), "DataMismatch");
      assert.equal(chain.stateRoot, first!.newStateRoot, JSON.stringify(Object.keys(part)));
    }
    // A batch for another policy, whose signature would count nowhere.
    await refuses(chain.take(formLine(2, newFormer(5n))[1]!), "DataMismatch");
    await chain.take(second!);
    assert.equal(chain.stateRoot, second!.newStateRoot);
    await close();
  });

  test("signs for the data that it has stored, and for no others with the same pre-commitment", async () => {
    const { chain, guardian, close } = await open();
    const [first] = formLine(1);
    await guardian.sign(await requestOf(first!));
    const others = { ...first!, pubdata: Uint8Array.of(...first!.pubdata, 0) };
    await refuses(
      requestOf(others).then((request) => guardian.sign(request)),
      "DataMismatch",
    );
    assert.deepEqual([chain.nextBatch, chain.stateRoot], [1n, first!.newStateRoot]);
    await close();
  });

  test("an account whose code is in no batch is refused: the dump would have no code for it", async () => {
    const { chain, close } = await open();
    const code: Hex = "0x60036004";
    const writes = [{ leafKind: LeafKind.codeHash, address: 0xdefn, slot: 0n, value: BigInt(keccak(fromHex(code))) }];
    const withCodes = (bytecodes: readonly Hex[]): GuardedBatch =>
      guarded(newFormer().form(oneBlockBatch(0n, 100n, { writes, bytecodes }), WITHHELD));
    const [without, complete] = [withCodes([]), withCodes([code])];
    // The pre-commitment does not bind codes.
    assert.equal(without.preCommitment, complete.preCommitment);
    await refuses(chain.take(without), "BytecodeMissing");
    assert.equal(chain.nextBatch, 0n);
    await chain.take(complete);
    assert.equal(chain.stateRoot, complete.newStateRoot);
    await close();
  });

  test("a claimed root that the data do not reach is refused after the application, and the state is as before", async () => {
    const { chain, close } = await open();
    const [first, second] = formLine(2);
    await chain.take(first!);
    // The pre-commitment binds the false root: a chain can compute it.
    const lying = withRoot(second!, first!.newStateRoot);
    await refuses(chain.take(lying), "DataMismatch");
    assert.deepEqual([chain.stateRoot, chain.nextBatch], [first!.newStateRoot, 1n]);
    await chain.take(second!);
    await close();
  });

  test("a porter's list that is missing, another batch's, or not needed is refused, and the state stays", async () => {
    const former = newFormer(CHAIN.daPolicy, true);
    const [first, second] = [formPorter(former, 0n), formPorter(former, 1n)];
    const plain = form(former, 2n);
    const { chain, close } = await open();
    const { porter: list, ...without } = first;
    for (const batch of [without, { ...first, porter: { ...list!, list: second.porter!.list } }])
      await refuses(chain.take(batch), "DataMismatch");
    assert.equal(chain.nextBatch, 0n);
    await chain.take(first);
    await refuses(chain.take({ ...second, porter: { ...second.porter!, list: list!.list } }), "DataMismatch");
    await chain.take(second);
    await refuses(chain.take({ ...plain, porter: second.porter }), "DataMismatch");
    await chain.take(plain);
    onL1 = { committed: 3n, executed: 3n, executedStateRoot: plain.newStateRoot };
    await close();
    // A guardian that starts again has both trees, and serves lists by their roots.
    const again = await open();
    const leaves = decodeLeaves(encodeLeaves(await again.chain.leaves()));
    const { porter } = leaves;
    assert.equal(new RebuiltState(porter!).stateRoot, second.porter!.root);
    // A rebuild begins at both trees, and names the porter's leaves if they are missing.
    const provider = { getLogs: async () => [{ topics: ["", "", wordToHex(1_271n)] }] } as unknown as Provider;
    const range = { provider, fromBlock: 0, toBlock: 1, blocksPerRequest: 10 };
    const facts = { factory: HYPERCHAIN, configuration: { chainId: 271n } } as ChainContractFacts;
    const rebuilt = (from: LeafStart) =>
      new PorterReplay(new RebuiltState(from.dump), new HeldData([]), from).result(facts, range);
    assert.equal((await rebuilt(leaves))!.state!.stateRoot, second.porter!.root);
    assert.equal((await rebuilt({ ...leaves, porter: undefined }))!.missing!.code, "DataWithheld");
    const wanted = { batchNumber: 1n, hash: second.porter!.root };
    const served = await dataFolder(folder).read(wanted, new AbortController().signal);
    assert.deepEqual(Buffer.from(served), Buffer.from(second.porter!.list));
    await again.close();
  });

  test("asks for the batches that it lacks", async () => {
    const { chain, close } = await open();
    const line = formLine(3);
    const missing = (error: unknown): boolean => error instanceof GuardianError && error.nextBatch === 0n;
    await assert.rejects(chain.take(line[2]!), missing);
    for (const batch of line) await chain.take(batch);
    assert.equal(chain.stateRoot, line[2]!.newStateRoot);
    await close();
  });

  test("another form of a number replaces it and what follows, unless L1 has a batch of that number", async () => {
    const { chain, close } = await open();
    const line = formLine(3);
    for (const batch of line) await chain.take(batch);
    const former = newFormer();
    form(former, 0n);
    const other = form(former, 1n, 7_777n);
    onL1 = { ...onL1, committed: 2n };
    await refuses(chain.take(other), "BatchCommitted");
    assert.deepEqual([chain.nextBatch, chain.stateRoot], [3n, line[2]!.newStateRoot]);
    onL1 = { ...onL1, committed: 1n };
    await chain.take(other);
    assert.deepEqual([chain.nextBatch, chain.stateRoot], [2n, other.newStateRoot]);
    // A form that fails leaves the present one.
    await refuses(chain.take({ ...line[1]!, preCommitment: wordToHex(1n) }), "DataMismatch");
    assert.deepEqual([chain.nextBatch, chain.stateRoot], [2n, other.newStateRoot]);
    await close();
    // Both forms survive a restart, in the order of their arrival.
    const again = await open();
    assert.deepEqual([again.chain.nextBatch, again.chain.stateRoot], [2n, other.newStateRoot]);
    await again.guardian.sign(await requestOf(line[1]!));
    await again.close();
  });

  test("attack: two forms signed, and L1 executes the replaced one: its leaves are shown, and the chain continues from it", async () => {
    const { chain, guardian, close } = await open();
    const former = newFormer();
    const [first, second, third] = formLine(3, former);
    for (const batch of [first!, second!]) await guardian.sign(await requestOf(batch));
    const other = newFormer();
    form(other, 0n);
    await guardian.sign(await requestOf(form(other, 1n, 7_777n)));
    const key = { leafKind: LeafKind.storage, address: ACCOUNT, slot: 1n };
    // A copied request of the first form is signed, and moves nothing.
    const { stateRoot } = chain;
    await guardian.sign(await requestOf(second!));
    assert.equal(chain.stateRoot, stateRoot);
    onL1 = { committed: 2n, executed: 2n, executedStateRoot: second!.newStateRoot };
    const showsBoth = async (present: GuardedChain): Promise<void> => {
      assert.equal((await present.prove(second!.newStateRoot, key)).value, 101n);
      assert.equal((await present.prove(stateRoot, key)).value, 7_777n);
      assert.equal((await present.leaves()).stateRoot, second!.newStateRoot);
    };
    await showsBoth(chain);
    await close();
    const again = await open();
    await showsBoth(again.chain);
    for (const batch of [third!, form(former, 3n)]) await again.guardian.sign(await requestOf(batch));
    assert.equal((await again.chain.prove(third!.newStateRoot, key)).value, 102n);
    await again.close();
  });

  test("attack: the chain's policy changes before a guardian starts again: it still shows leaves of the batches before", async () => {
    const { guardian, close } = await open();
    const [first] = formLine(1);
    await guardian.sign(await requestOf(first!));
    await close();
    policies = [5n];
    const again = await open();
    const key = { leafKind: LeafKind.storage, address: ACCOUNT, slot: 1n };
    assert.equal((await again.chain.prove(first!.newStateRoot, key)).value, 100n);
    const former = newFormer(5n);
    form(former, 0n);
    await again.guardian.sign(await requestOf(form(former, 1n)));
    await again.close();
  });

  test("attack: the chain's policy changes while a guardian runs: it signs under the new one, and under the old one until L1 takes none", async () => {
    const { chain, guardian, close } = await open();
    const [first, second] = formLine(2);
    await guardian.sign(await requestOf(first!));
    const former = newFormer(5n);
    form(former, 0n);
    const changed = form(former, 1n);
    await refuses(guardian.sign(await requestOf(changed)), "DataMismatch");
    // A batch that begins before the change has the old policy for a window, and the new one afterwards.
    policies = [CHAIN.daPolicy, 5n];
    for (const batch of [second!, changed]) await guardian.sign(await requestOf(batch));
    assert.equal(chain.stateRoot, changed.newStateRoot);
    policies = [5n];
    const other = newFormer();
    form(other, 0n);
    await refuses(guardian.sign(await requestOf(form(other, 1n, 9n))), "DataMismatch");
    await guardian.sign(await requestOf(form(former, 2n)));
    await close();
    const again = await open();
    assert.equal(again.chain.nextBatch, 3n);
    await again.close();
  });

  test("crash between data and signature: a form counts when its data and its entry are on disk", async () => {
    const [first, second] = formLine(2);
    const full = await open();
    await full.chain.take(first!);
    await full.close();
    const torn = await open({ ...dataFolder(folder), keep: () => Promise.reject(new Error("no space")) });
    await assert.rejects(torn.guardian.sign(await requestOf(second!)), /no space/);
    assert.deepEqual([torn.chain.nextBatch, torn.chain.stateRoot], [1n, first!.newStateRoot]);
    await torn.close();
    const again = await open();
    await again.guardian.sign(await requestOf(second!));
    await again.close();
    await rm(join(folder, hashPubdata(first!.pubdata)));
    await refuses(open(), "DataUnknown");
  });

  test("a leaf dump at the last executed root, and the data after it, rebuild the chain without the data before", async () => {
    const { chain, guardian, close } = await open();
    const line = formLine(4);
    for (const batch of line) await chain.take(batch);
    onL1 = { committed: 4n, executed: 2n, executedStateRoot: line[1]!.newStateRoot };
    const { dump, nextBatch, stateRoot } = await guardian.leaves();
    assert.deepEqual([nextBatch, stateRoot], [2n, line[1]!.newStateRoot]);
    const state = new RebuiltState(dump);
    assert.equal(state.stateRoot, line[1]!.newStateRoot);
    for (const batch of line.slice(2)) state.apply(batch.outputs.batchNumber, judgeBatch(batch, CHAIN, state));
    assert.equal(state.stateRoot, line[3]!.newStateRoot);
    // Each account with its code and its slots, by name.
    const account = state.accounts().find(({ address }) => BigInt(address) === ACCOUNT);
    assert.deepEqual([account!.code, account!.nonce, account!.balanceWei], [CODE, 3n, 9n]);
    const slots = account!.storage!.map(({ slot, value }) => [slot, value]).toSorted();
    assert.deepEqual(slots, [
      [1n, 103n],
      [50n, 100n],
      [51n, 101n],
      [52n, 102n],
      [53n, 103n],
    ]);
    onL1 = { ...onL1, executedStateRoot: line[0]!.newStateRoot };
    await refuses(guardian.leaves(), "StateUnknown");
    onL1 = { ...onL1, executed: 9n };
    await refuses(guardian.leaves(), "StateUnknown");
    await close();
  });

  test("data of a stopped chain expire: ten years after the last batch a guardian shows leaves and data, and the chain continues", async () => {
    const former = newFormer();
    const [first, second, third] = formLine(3, former);
    const before = await open();
    for (const batch of [first!, second!]) await before.guardian.sign(await requestOf(batch));
    await before.close();
    onL1 = { committed: 2n, executed: 2n, executedStateRoot: second!.newStateRoot };
    l1Seconds += 10n * 31_536_000n;
    const { chain, guardian, close } = await open();
    const { stateRoot, nextBatch } = await guardian.leaves();
    assert.deepEqual([stateRoot, nextBatch], [second!.newStateRoot, 2n]);
    assert.equal(
      (await chain.prove(first!.newStateRoot, { leafKind: LeafKind.storage, address: ACCOUNT, slot: 1n })).value,
      100n,
    );
    for (const { pubdata } of [first!, second!])
      assert.ok(await dataFolder(folder).read({ batchNumber: 0n, hash: hashPubdata(pubdata) }, new AbortController().signal));
    await guardian.sign(await requestOf(third!, validator, l1Seconds));
    await close();
  });

  test("strangers that ask for leaves cause one reading of each batch, and signatures do not wait", async () => {
    let reads = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const files = dataFolder(folder);
    const { chain, guardian, close } = await open({
      ...files,
      read: async (wanted, signal) => {
        reads++;
        await held;
        return files.read(wanted, signal);
      },
    });
    const line = formLine(3);
    for (const batch of line.slice(0, 2)) await chain.take(batch);
    onL1 = { committed: 2n, executed: 2n, executedStateRoot: line[1]!.newStateRoot };
    const asked = [guardian.leaves(), guardian.leaves(), guardian.leaves()];
    await guardian.sign(await requestOf(line[2]!));
    release();
    for (const { nextBatch } of [...(await Promise.all(asked)), await guardian.leaves()]) assert.equal(nextBatch, 2n);
    assert.equal(reads, 2);
    onL1 = { committed: 3n, executed: 3n, executedStateRoot: line[2]!.newStateRoot };
    assert.equal((await guardian.leaves()).stateRoot, line[2]!.newStateRoot);
    assert.equal(reads, 3, "the third batch's alone");
    onL1 = { committed: 3n, executed: 1n, executedStateRoot: line[0]!.newStateRoot };
    assert.equal((await guardian.leaves()).stateRoot, line[0]!.newStateRoot, "after a reorg");
    await close();
  });

  test("a state whose leaves do not fit into one answer is refused by name", () => {
    const dump = { tree: { length: 300_000_000 } as Uint8Array, names: [], codes: [] };
    assert.throws(() => encodeLeaves({ stateRoot: wordToHex(1n), nextBatch: 1n, dump }), { code: "LeavesTooLarge" });
  });

  test("a dump whose names are not those of its leaves, or whose codes are missing, is refused", async () => {
    const { guardian, close } = await open();
    const { dump } = await guardian.leaves();
    const mismatch = { code: "RootMismatch" };
    assert.throws(() => new RebuiltState({ ...dump, names: dump.names.slice(1) }), mismatch);
    assert.throws(() => new RebuiltState({ ...dump, names: [...dump.names].reverse() }), mismatch);
    assert.throws(
      () => new RebuiltState({ ...dump, names: dump.names.map((name) => ({ ...name, slot: name.slot + 1n })) }),
      mismatch,
    );
    const tree = Uint8Array.from(dump.tree);
    tree[tree.length - 1] = tree.at(-1)! === 0 ? 1 : 0;
    assert.throws(() => new RebuiltState({ ...dump, tree }));
    assert.throws(() => new RebuiltState({ ...dump, codes: [] }).accounts(), { code: "BytecodeMissing" });
    assert.equal(toHex(new RebuiltState(dump).dump().tree), toHex(dump.tree));
    await close();
  });
});

/** The batch with another root, and the pre-commitment that binds it. */
function withRoot(batch: GuardedBatch, newStateRoot: Hex): GuardedBatch {
  const state = new RebuiltState(GENESIS);
  state.apply(0n, judgeBatch(form(newFormer(), 0n), CHAIN, state));
  let preCommitment = batch.preCommitment;
  try {
    judgeBatch({ ...batch, newStateRoot }, CHAIN, state);
  } catch (error) {
    preCommitment = /to pre-commitment (0x[0-9a-f]{64})/.exec(String(error))![1] as Hex;
  }
  return { ...batch, newStateRoot, preCommitment };
}
