import assert from "node:assert/strict";
import { test } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import { AbiCoder, Interface } from "ethers";
import hre from "hardhat";
import { NO_BATCH } from "../../src/ground/protocol/batch-record.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { MAX_UNITS } from "../../src/ground/protocol/native-budget.ts";
import { TransactionTree, transactionTreeLeaf } from "../../src/ground/protocol/transaction-tree.ts";
import { bytesOf, headerOf } from "../contracts/l2/support/tries.ts";
import { callOf, worldOf } from "./support/contract-call.ts";
import { comparedMeters } from "./support/meters.ts";

const [STORAGE, CONTEXT, ROOTS] = [0xc13n, 0x900bn, 0x10008n];
const L1 = 1n;
const ACCOUNT: Hex = "0x00000000000000000000000000000000000070ce";
const SLOT = 3n;
/** Depths on Ethereum: its state has some 2^28 accounts, a large token's storage some 2^24 slots. */
const [ACCOUNT_DEPTH, SLOT_DEPTH] = [8, 7];

/** Nodes from the root down: full branches, and a leaf with the value. */
function deepProof(key: Hex, depth: number, value: Uint8Array): { readonly root: Hex; readonly nodes: readonly Uint8Array[] } {
  const nibbles = key.slice(2);
  const rest = nibbles.slice(depth);
  const path = rest.length % 2 === 0 ? `0x20${rest}` : `0x3${rest}`;
  const nodes = [RLP.encode([fromHex(path), value])];
  for (let level = depth - 1; level >= 0; level--) {
    const children: Uint8Array[] = Array.from({ length: 16 }, (_, i) => fromHex(keccak(Uint8Array.of(level, i))));
    children[Number.parseInt(nibbles[level]!, 16)] = fromHex(keccak(nodes[0]!));
    nodes.unshift(RLP.encode([...children, new Uint8Array()]));
  }
  return { root: keccak(nodes[0]!), nodes };
}

/** Code that answers any call with a word, as long as another code. */
function answering(word: Hex, length: number): readonly number[] {
  const code = [0x7f, ...fromHex(word), 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3];
  return [...code, ...new Uint8Array(length - code.length)];
}

test("a slot of L1 at the depths of Ethereum's tries fits a transaction whose execution is proven, by three meters", async (context) => {
  const code = async (name: string): Promise<string> => (await hre.artifacts.readArtifact(name)).deployedBytecode.slice(2);
  const contextBytes = (await code("SystemContext")).length / 2;
  // The machine's context has no function for L1's id: another contract answers it.
  const storage = (await code("L1Storage")).replaceAll("61800b", "61900b");
  const slot = deepProof(keccak(fromHex(wordToHex(SLOT))), SLOT_DEPTH, RLP.encode(bytesOf(10n ** 18n)));
  const fields = [bytesOf(1n), bytesOf(10n ** 18n), fromHex(slot.root), fromHex(keccak(Uint8Array.of(1)))];
  const account = deepProof(keccak(fromHex(ACCOUNT)), ACCOUNT_DEPTH, RLP.encode(fields));
  const header = headerOf(account.root, 25_000_000n, 1_700_000_000n);
  const zero = wordToHex(0n);
  const record = {
    ...{ protocolVersion: 0n, oldStateRoot: zero, newStateRoot: zero, partition: zero, extensions: zero, lastBlock: 0n },
    ...{ lastTimestamp: 0n, executedAt: 1_700_000_012n, provenSince: NO_BATCH, firstTimestamp: 0n, refused: zero },
  };
  const leaf = transactionTreeLeaf({ chainId: L1, batchNumber: 25_000_000n, logRoot: keccak(fromHex(header)), record });
  const tree = TransactionTree.of([leaf]);
  const world = worldOf(
    new Map([
      [STORAGE, { code: [...fromHex(`0x${storage}`)] }],
      [CONTEXT, { code: answering(wordToHex(L1), contextBytes) }],
      [ROOTS, { code: [...fromHex(`0x${await code("ImportedRoots")}`)] }],
    ]),
  );
  const imported = keccak(fromHex(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [7n, 0n])));
  (world.get(ROOTS)!.storage as Map<bigint, bigint>).set(BigInt(imported), BigInt(tree.root()));
  const noted = { notedAt: 1_700_000_012n, leafIndex: 0, siblings: tree.prove(0), rootIndex: 7n };
  const proof = { noted, header, accountProof: account.nodes, storageProof: slot.nodes };
  const { abi } = await hre.artifacts.readArtifact("L1Storage");
  for (const name of ["slotAt", "load"]) {
    const data = Uint8Array.from(fromHex(new Interface(abi).encodeFunctionData(name, [ACCOUNT, SLOT, proof])));
    const compared = await comparedMeters(world, callOf(STORAGE, { data, gasLimit: 2_000_000n }));
    assert.ok(compared.kind === "ran");
    const { success, gasUsed, native } = compared.receipt;
    assert.ok(success);
    context.diagnostic(`${name}: ${data.length} bytes, ${gasUsed} gas, ${native.units} units`);
    // Two fit a transaction of a proven chain.
    assert.ok(native.units < 500_000 && 2 * native.units < MAX_UNITS, `${name}: ${native.units} units`);
    assert.ok(gasUsed < 550_000n, `${name}: ${gasUsed} gas`);
  }
});
