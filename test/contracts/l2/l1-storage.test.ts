import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import { AbiCoder, ZeroAddress, type BaseContract, type Contract, type ContractTransactionResponse } from "ethers";
import { NO_BATCH, recordWords, type BatchRecord } from "../../../src/ground/protocol/batch-record.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { EMPTY_L2_LOG_LEAF, hashL2Log, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { TransactionTree, transactionTreeLeaf } from "../../../src/ground/protocol/transaction-tree.ts";
import { createRandom } from "../verifier/support/random.ts";
import { BOOTLOADER, startLocalL2, type LocalL2 } from "./support/local-l2.ts";
import { assertReverts } from "./support/revert-reason.ts";
import { headerOf, proofOf as nodesOf, stateOf, trieOf, type TestState } from "./support/tries.ts";

const [L1, CHAIN, OTHER_CHAIN] = [31337n, 270n, 271n];
const NOTED_AT = 1_700_000_500n;
const SNAPSHOT = new URL("snapshots/l1-storage-gas.json", import.meta.url);
const CONFIGURATION = {
  l1ChainId: L1,
  l1SharedBridge: "0xb41d6e00000000000000000000000000000b41d6",
  baseTokenOriginChainId: L1,
  baseTokenOriginToken: "0x0000000000000000000000000000000000000000",
  bornAt: 0n,
} as const;

const address = (n: number): Hex => `0x${n.toString(16).padStart(40, "0")}`;
const [TOKEN, TWIN, WALLET, NOBODY] = [address(0x70ce), address(0x7217), address(0xa11e7), address(0xdead)];
/** A slot with one byte, one with a word, one that is deleted later, and one that was never written. */
const [SMALL, WIDE, DELETED, NEVER] = [0n, 1n << 200n, 7n, 8n];
const WIDE_VALUE = 2n ** 256n - 1n;
const fill = Array.from({ length: 40 }, (_, i) => [BigInt(1000 + i), BigInt(i) * 1_000_003n + 1n] as const);
const others = Array.from({ length: 40 }, (_, i) => ({ address: address(0x100000 + i * 7919), slots: new Map([[1n, 5n]]) }));
const token = (deleted: bigint) => [[SMALL, 5n], [WIDE, WIDE_VALUE], ...(deleted === 0n ? [] : [[DELETED, deleted]]), ...fill];

/** The record of a noted block: of a mark, without a state. */
const recordOf = (notedAt: bigint): BatchRecord => ({
  protocolVersion: 0n,
  oldStateRoot: wordToHex(0n),
  newStateRoot: wordToHex(0n),
  partition: wordToHex(0n),
  extensions: wordToHex(0n),
  lastBlock: 0n,
  lastTimestamp: 0n,
  executedAt: notedAt,
  provenSince: NO_BATCH,
  firstTimestamp: 0n,
  refused: wordToHex(0n),
});
const leafOf = (header: Hex, number: bigint, chainId = L1): Hex =>
  transactionTreeLeaf({ chainId, batchNumber: number, logRoot: keccak(fromHex(header)), record: recordOf(NOTED_AT) });

interface Block {
  readonly state: TestState;
  readonly header: Hex;
}

describe("L1's storage on a chain", () => {
  let l2: LocalL2;
  let storage: Contract;
  let importRoot: (index: bigint, root: Hex) => Promise<unknown>;
  let blocks: readonly [Block, Block];
  let tree: TransactionTree;
  /** Leaf of the first block, of another block, of the second block; the first as another chain's, and under another number. */
  const [FIRST, SECOND, FOREIGN, RENUMBERED] = [0, 2, 3, 4];
  const ROOT_INDEX = 5n;

  before(async () => {
    const block = async (number: bigint, timestamp: bigint, deleted: bigint): Promise<Block> => {
      const slots = new Map(token(deleted) as [bigint, bigint][]);
      const twin = new Map(token(deleted + 1n) as [bigint, bigint][]);
      const accounts = [
        { address: TOKEN, slots },
        { address: TWIN, slots: twin },
        { address: WALLET, slots: new Map() },
        ...others,
      ];
      const state = await stateOf(accounts);
      return { state, header: headerOf(state.root, number, timestamp) };
    };
    blocks = [await block(100n, 1_700_000_000n, 9n), await block(101n, 1_700_000_012n, 0n)];
    const [first, second] = blocks.map(({ header }) => header) as [Hex, Hex];
    tree = TransactionTree.of([
      leafOf(first, 100n),
      leafOf(headerOf(wordToHex(9n), 99n, 1n), 99n),
      leafOf(second, 101n),
      leafOf(first, 100n, OTHER_CHAIN),
      leafOf(first, 101n),
    ]);
    l2 = await startLocalL2(Number(CHAIN), CONFIGURATION);
    const roots = await l2.predeploy("ImportedRoots", await l2.impersonate(BOOTLOADER));
    importRoot = (index, root) => roots.getFunction("importRoot").send(index, root);
    await importRoot(ROOT_INDEX, tree.root());
    storage = (await l2.ethers.deployContract("L1Storage")) as unknown as Contract;
  });
  after(() => l2.close());

  const noted = (leafIndex: number, rootIndex = ROOT_INDEX) => ({
    notedAt: NOTED_AT,
    leafIndex,
    siblings: tree.prove(leafIndex),
    rootIndex,
  });
  const proofOf = async (slot: bigint, account: Hex = TOKEN, at: 0 | 1 = 0) => ({
    noted: noted(at === 0 ? FIRST : SECOND),
    header: blocks[at].header,
    ...(await blocks[at].state.prove(account, slot)),
  });
  type Proof = Awaited<ReturnType<typeof proofOf>>;
  const slotAt = async (slot: bigint, proof: Proof, account: Hex = TOKEN): Promise<readonly bigint[]> => [
    ...((await storage.getFunction("slotAt").staticCall(account, slot, proof)) as readonly bigint[]),
  ];
  const read = async (slot: bigint, notBefore: bigint): Promise<readonly bigint[]> => [
    ...((await storage.getFunction("read").staticCall(TOKEN, slot, notBefore)) as readonly bigint[]),
  ];
  const load = async (slot: bigint, proof: Proof): Promise<bigint> => {
    const response = (await storage.getFunction("load").send(TOKEN, slot, proof)) as ContractTransactionResponse;
    return (await response.wait())!.gasUsed;
  };
  const refused = (call: Promise<unknown>, name: string, args?: readonly unknown[]): Promise<void> =>
    assertReverts(call, "L1Storage", name, args);

  test("reads a slot's value with the number and the time of its block", async () => {
    assert.deepEqual(await slotAt(SMALL, await proofOf(SMALL)), [5n, 100n, 1_700_000_000n]);
    assert.deepEqual(await slotAt(WIDE, await proofOf(WIDE)), [WIDE_VALUE, 100n, 1_700_000_000n]);
    assert.deepEqual(await slotAt(DELETED, await proofOf(DELETED)), [9n, 100n, 1_700_000_000n]);
  });

  test("reads 0 of a slot, a contract without storage and an account that are absent", async () => {
    assert.deepEqual(await slotAt(NEVER, await proofOf(NEVER)), [0n, 100n, 1_700_000_000n]);
    assert.deepEqual(await slotAt(SMALL, await proofOf(SMALL, WALLET), WALLET), [0n, 100n, 1_700_000_000n]);
    assert.deepEqual(await slotAt(SMALL, await proofOf(SMALL, NOBODY), NOBODY), [0n, 100n, 1_700_000_000n]);
    // An absent account or an empty storage takes no node.
    const proof = await proofOf(SMALL);
    for (const account of [WALLET, NOBODY]) {
      const extra = { ...(await proofOf(SMALL, account)), storageProof: proof.storageProof };
      await refused(slotAt(SMALL, extra, account), "TrieNodesUnused", [0n, BigInt(proof.storageProof.length)]);
    }
  });

  test("a slot deleted later: the newest stored state answers, whatever the order of the proofs", async () => {
    await refused(read(DELETED, 0n), "NothingStored", [l2.ethers.getAddress(TOKEN), DELETED, 0n]);
    const gas: Record<string, number> = {};
    gas["load, first of its slot"] = Number(await load(DELETED, await proofOf(DELETED)));
    assert.deepEqual(await read(DELETED, 1_700_000_000n), [9n, 100n, 1_700_000_000n]);
    gas["load, newer, absent"] = Number(await load(DELETED, await proofOf(DELETED, TOKEN, 1)));
    assert.deepEqual(await read(DELETED, 0n), [0n, 101n, 1_700_000_012n]);
    gas["load, older"] = Number(await load(DELETED, await proofOf(DELETED)));
    assert.deepEqual(await read(DELETED, 0n), [0n, 101n, 1_700_000_012n]);
    if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
    assert.deepEqual(gas, JSON.parse(readFileSync(SNAPSHOT, "utf8")), "run with UPDATE_SNAPSHOTS=1 and review the changes");
  });

  test("an old block is refused by its header's time, not by the time of its noting", async () => {
    await load(SMALL, await proofOf(SMALL));
    assert.deepEqual(await read(SMALL, 1_700_000_000n), [5n, 100n, 1_700_000_000n]);
    await refused(read(SMALL, 1_700_000_001n), "NothingStored");
    await refused(read(SMALL, NOTED_AT), "NothingStored");
    // A later time of noting leads to another leaf.
    const proof = await proofOf(SMALL);
    await refused(slotAt(SMALL, { ...proof, noted: { ...proof.noted, notedAt: NOTED_AT + 1n } }), "BlockNotInRoot");
  });

  test("a block of another chain id, the number of another leaf and another leaf's index are refused", async () => {
    const proof = await proofOf(SMALL);
    for (const leaf of [FOREIGN, RENUMBERED, SECOND, 1])
      await refused(slotAt(SMALL, { ...proof, noted: noted(leaf) }), "BlockNotInRoot");
    await refused(slotAt(SMALL, { ...proof, noted: noted(FIRST, 77n) }), "RootNotImported", [77n]);
    await refused(
      slotAt(SMALL, { ...proof, noted: { ...proof.noted, siblings: proof.noted.siblings.slice(1) } }),
      "SiblingCount",
    );
    await refused(slotAt(SMALL, { ...proof, noted: { ...noted(FIRST), leafIndex: 2 ** 32 } }), "LeafIndexTooLarge");
  });

  test("a chain on L1 takes no state without a proof, not even from the alias of the same contract on L1", async () => {
    const alias = (BigInt(await storage.getAddress()) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n;
    const sender = await l2.impersonate(`0x${alias.toString(16).padStart(40, "0")}`);
    const state = { value: 1n, blockNumber: 200n, timestamp: 1_800_000_000n };
    const call = (storage.connect(sender) as Contract).getFunction("deliver").staticCall(TOKEN, SMALL, state);
    await refused(call, "NotOnBase", []);
  });

  test("an L1 reorg after noteBlock: under the root of L1's other history the block is not proven", async () => {
    const replaced = TransactionTree.of([leafOf(headerOf(blocks[0].state.root, 100n, 1_700_000_003n), 100n)]);
    await importRoot(6n, replaced.root());
    const proof = await proofOf(SMALL);
    await refused(
      slotAt(SMALL, { ...proof, noted: { ...proof.noted, siblings: replaced.prove(0), rootIndex: 6n } }),
      "BlockNotInRoot",
    );
  });

  test("a message proof against a block's leaf is refused by MessageVerification", async () => {
    const verification = await l2.predeploy("MessageVerification");
    const metadata = `0x020e20${"00".repeat(29)}`;
    const place = [wordToHex(BigInt(FIRST)), ...tree.prove(FIRST), wordToHex(ROOT_INDEX), ...recordWords(recordOf(NOTED_AT))];
    const header = fromHex(blocks[0].header);
    const proves = (leaf: Hex, siblings: readonly Hex[]): Promise<unknown> =>
      verification.getFunction("proveL2LeafInclusionShared").staticCall(L1, 100n, 0n, leaf, [metadata, ...siblings, ...place]);
    const zeros = Array.from({ length: 14 }, () => wordToHex(0n));
    const words = Array.from({ length: 15 }, (_, i) => toHex(header.slice(32 * i, 32 * i + 32)));
    // The log tree's root would be the block's hash: that hash as a leaf, the header's words as path, and a message.
    const hash = keccak(header);
    const message = hashL2Log(messageLog(TOKEN, Uint8Array.of(1)));
    for (const leaf of [hash, words[0]!, message, blocks[0].state.root])
      for (const siblings of [zeros, words.slice(1), zeros.with(13, hash)])
        await assertReverts(proves(leaf, siblings), "MessageVerification", "LeafOfBlock", [L1, 100n]);
    assert.equal(await proves(EMPTY_L2_LOG_LEAF, zeros), false);
    // No node of a log tree has as many bytes as a header: a block's hash is never a node's.
    assert.ok(header.length > 64);
  });

  test("a header with extra fields, with bytes after it or with a field less is refused", async () => {
    const proof = await proofOf(SMALL);
    const { root } = blocks[0].state;
    const extended = headerOf(root, 100n, 1_700_000_000n, [Uint8Array.of(1)]);
    await refused(slotAt(SMALL, { ...proof, header: extended }), "BlockNotInRoot");
    await refused(slotAt(SMALL, { ...proof, header: `${proof.header}00` }), "RlpMalformed");
    await refused(slotAt(SMALL, { ...proof, header: proof.header.slice(0, -2) as Hex }), "RlpMalformed");
    const fields = RLP.decode(proof.header) as Uint8Array[];
    const encoded = (...items: (Uint8Array | Uint8Array[])[]): Hex => toHex(RLP.encode(items));
    await refused(slotAt(SMALL, { ...proof, header: encoded(...fields.slice(0, 14)) }), "RlpMalformed");
    await refused(slotAt(SMALL, { ...proof, header: encoded(...fields.with(20, [] as never)) }), "RlpMalformed");
    await refused(slotAt(SMALL, { ...proof, header: encoded(...fields.with(3, new Uint8Array(31))) }), "RlpMalformed");
    await refused(slotAt(SMALL, { ...proof, header: encoded(...fields.with(8, Uint8Array.of(0, 100))) }), "RlpMalformed");
    const wide = encoded(...fields.with(11, fromHex(`0x01${"00".repeat(8)}`)));
    await refused(slotAt(SMALL, { ...proof, header: wide }), "HeaderNumberTooLarge", [2n ** 64n - 1n, 2n ** 64n]);
    // A later upgrade of Ethereum adds fields: a noted header of 23 fields is read as before.
    const later = headerOf(root, 100n, 1_700_000_000n, [new Uint8Array(32), Uint8Array.of(9)]);
    const tall = TransactionTree.of([leafOf(later, 100n)]);
    await importRoot(7n, tall.root());
    const notedLater = { ...proof.noted, siblings: tall.prove(0), rootIndex: 7n };
    assert.deepEqual(await slotAt(SMALL, { ...proof, header: later, noted: notedLater }), [5n, 100n, 1_700_000_000n]);
  });

  test("the storage root of another account, another slot's path and another account's path are refused", async () => {
    const proof = await proofOf(SMALL);
    const twin = await proofOf(DELETED, TWIN);
    assert.deepEqual((await slotAt(DELETED, twin, TWIN))[0], 10n);
    await refused(slotAt(DELETED, { ...twin, accountProof: proof.accountProof }), "TrieNodeMismatch");
    await assert.rejects(slotAt(DELETED, twin));
    await assert.rejects(slotAt(WIDE, proof));
    await assert.rejects(slotAt(SMALL, { ...proof, accountProof: proof.storageProof }));
    await assert.rejects(slotAt(SMALL, { ...proof, storageProof: proof.accountProof }));
  });

  test("absence shown by a cut proof is refused, of an account and of a slot", async () => {
    for (const slot of [SMALL, NEVER]) {
      const proof = await proofOf(slot);
      for (let length = 0; length < proof.storageProof.length; length++)
        await refused(slotAt(slot, { ...proof, storageProof: proof.storageProof.slice(0, length) }), "TrieNodeMissing", [
          BigInt(length),
        ]);
      for (let length = 0; length < proof.accountProof.length; length++)
        await refused(
          slotAt(slot, { ...proof, accountProof: proof.accountProof.slice(0, length), storageProof: [] }),
          "TrieNodeMissing",
        );
      const [root] = proof.storageProof;
      await refused(slotAt(slot, { ...proof, storageProof: [...proof.storageProof, root!] }), "TrieNodesUnused");
    }
  });

  test("an account with another number of fields, and a slot with a zero or a leading zero, are refused", async () => {
    const proof = await proofOf(SMALL);
    const single = async (key: Hex, value: Uint8Array): Promise<{ root: Uint8Array; proof: Hex[] }> => {
      const trie = await trieOf([[key, value]]);
      return { root: trie.root(), proof: await nodesOf(trie, key) };
    };
    let index = 20n;
    const shown = async (fields: Uint8Array[], storageProof: Hex[]): Promise<readonly bigint[]> => {
      const account = await single(keccak(fromHex(TOKEN)), RLP.encode(fields));
      const header = headerOf(toHex(account.root), 100n, 1_700_000_000n);
      const registry = TransactionTree.of([leafOf(header, 100n)]);
      await importRoot(++index, registry.root());
      const place = { ...proof.noted, siblings: registry.prove(0), rootIndex: index };
      return slotAt(SMALL, { noted: place, header, accountProof: account.proof, storageProof });
    };
    const slotKey = keccak(fromHex(wordToHex(SMALL)));
    const five = await single(slotKey, Uint8Array.of(5));
    const [nonce, balance, code] = [Uint8Array.of(1), new Uint8Array(), new Uint8Array(32)];
    assert.equal((await shown([nonce, balance, five.root, code], five.proof))[0], 5n);
    await refused(shown([nonce, balance, five.root], five.proof), "AccountFields", [4n, 3n]);
    await refused(shown([nonce, balance, five.root, code, code], five.proof), "AccountFields", [4n, 5n]);
    await refused(shown([nonce, Uint8Array.of(0, 1), five.root, code], five.proof), "RlpMalformed");
    await refused(shown([nonce, balance, five.root.slice(1), code], five.proof), "RlpMalformed");
    for (const [value, error] of [
      [Uint8Array.of(0x80), "ZeroInTrie"],
      [Uint8Array.of(0x00), "RlpMalformed"],
      [Uint8Array.of(0x82, 0, 200), "RlpMalformed"],
      [Uint8Array.of(0x81, 5), "RlpMalformed"],
      [Uint8Array.of(5, 5), "RlpMalformed"],
      [Uint8Array.of(0xc0), "RlpMalformed"],
      [Uint8Array.of(0xa1, ...new Uint8Array(33).fill(1)), "RlpMalformed"],
    ] as const) {
      const bad = await single(slotKey, value);
      await refused(shown([nonce, balance, bad.root, code], bad.proof), error);
    }
  });

  test("whatever bit of a proof is changed, no other value is shown", async () => {
    const random = createRandom(74);
    const client = storage.interface;
    for (const [slot, value] of [
      [SMALL, 5n],
      [NEVER, 0n],
    ] as const) {
      const valid = fromHex(client.encodeFunctionData("slotAt", [TOKEN, slot, await proofOf(slot)]));
      let refusals = 0;
      for (let i = 0; i < 60; i++) {
        // Account and slot name the question.
        const changed = valid.slice();
        changed[68 + random.below(valid.length - 68)]! ^= 1 << random.below(8);
        try {
          const answer = await l2.ethers.provider.call({ to: await storage.getAddress(), data: toHex(changed) });
          assert.equal(client.decodeFunctionResult("slotAt", answer)[0][0], value);
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          refusals++;
        }
      }
      assert.ok(refusals > 40, `${refusals} of 60 refused`);
    }
  });
});

describe("L1's storage on a chain that settles on a chain", () => {
  const [base, l3] = [270n, 270n + (1n << 32n)];
  const STATE = { value: 5n, blockNumber: 100n, timestamp: 1_700_000_000n } as const;
  let chain: LocalL2;
  let storage: BaseContract;
  before(async () => {
    chain = await startLocalL2(Number(l3), { ...CONFIGURATION, l1ChainId: base });
    storage = (await chain.ethers.deployContract("L1Storage")) as unknown as BaseContract;
  });
  after(() => chain.close());

  const at = async (offset: bigint): Promise<Contract> => {
    const alias = (BigInt(await storage.getAddress()) + offset) % 2n ** 160n;
    return storage.connect(await chain.impersonate(address20(alias))) as Contract;
  };
  const address20 = (n: bigint): Hex => `0x${n.toString(16).padStart(40, "0")}`;
  /** Offset of aliases of contracts on a layer: the id of a base is between the ones. */
  const offsetOf = (layer: bigint): bigint => 0x1111000000000000000000000000000000001111n + (layer << 16n);
  const deliver = (from: BaseContract, state: object): Promise<unknown> => from.getFunction("deliver").send(TOKEN, SMALL, state);
  const stored = async (): Promise<readonly bigint[]> => [
    ...((await storage.getFunction("read").staticCall(TOKEN, SMALL, 0n)) as readonly bigint[]),
  ];

  test("a proof is refused by name, whatever the base's registry has", async () => {
    const state = await stateOf([{ address: TOKEN, slots: new Map([[SMALL, 5n]]) }]);
    const header = headerOf(state.root, 100n, 1_700_000_000n);
    const tree = TransactionTree.of([leafOf(header, 100n, base)]);
    const roots = await chain.predeploy("ImportedRoots", await chain.impersonate(BOOTLOADER));
    await roots.getFunction("importRoot").send(1n, tree.root());
    const noted = { notedAt: NOTED_AT, leafIndex: 0, siblings: tree.prove(0), rootIndex: 1n };
    const proof = { noted, header, ...(await state.prove(TOKEN, SMALL)) };
    await assertReverts(storage.getFunction("slotAt").staticCall(TOKEN, SMALL, proof), "L1Storage", "NotOnL1", []);
  });

  test("only the same contract on the base delivers a state: not this one, its alias of L1 or of another base, or an account", async () => {
    const [stranger] = await chain.ethers.getSigners();
    const expected = chain.ethers.getAddress(address20((BigInt(await storage.getAddress()) + offsetOf(base)) % 2n ** 160n));
    for (const from of [storage.connect(stranger!), await at(0n), await at(offsetOf(0n)), await at(offsetOf(base + 1n))]) {
      const sender = await (from as BaseContract & { readonly runner: { getAddress(): Promise<string> } }).runner.getAddress();
      await assertReverts(deliver(from, STATE), "L1Storage", "NotTheBase", [expected, sender]);
    }
    await assertReverts(storage.getFunction("read").staticCall(TOKEN, SMALL, 0n), "L1Storage", "NothingStored");
  });

  test("the newest delivered state stays, in whatever order operations arrive", async () => {
    const fromBase = await at(offsetOf(base));
    await deliver(fromBase, STATE);
    assert.deepEqual(await stored(), [5n, 100n, 1_700_000_000n]);
    await deliver(fromBase, { value: 0n, blockNumber: 101n, timestamp: 1_700_000_012n });
    await deliver(fromBase, STATE);
    assert.deepEqual(await stored(), [0n, 101n, 1_700_000_012n]);
  });

  test("a state is forwarded verbatim to the queue of the next chain, for the gas that a queue takes without payment", async () => {
    const recorder = (await chain.ethers.deployContract("RequestRecorder")) as unknown as BaseContract;
    const forward = (slot: bigint): Promise<unknown> => storage.getFunction("forward").send(recorder, 99n, TOKEN, slot);
    await assertReverts(forward(NEVER), "L1Storage", "NothingStored");
    await forward(SMALL);
    const self = await storage.getAddress();
    const data = storage.interface.encodeFunctionData("deliver", [
      TOKEN,
      SMALL,
      { value: 0n, blockNumber: 101n, timestamp: 1_700_000_012n },
    ]);
    const type = "tuple(uint256,uint256,address,uint256,bytes,uint256,uint256,bytes[],address)";
    const request = AbiCoder.defaultAbiCoder().encode([type], [[99n, 0n, self, 0n, data, 100_000n, 0n, [], ZeroAddress]]);
    assert.equal(await recorder.getFunction("request").staticCall(), request);
    assert.equal(await recorder.getFunction("sender").staticCall(), self);
  });
});
