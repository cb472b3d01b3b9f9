import { createMerkleProof, createMPT, type MerklePatriciaTrie } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";

/** Root of a trie without a key. */
export const EMPTY_ROOT = keccak(Uint8Array.of(0x80));
const CODE_HASH = keccak(new Uint8Array());

/** Trie of an independent implementation, whose keys are used as given. */
export async function trieOf(entries: Iterable<readonly [Hex, Uint8Array]>): Promise<MerklePatriciaTrie> {
  const trie = await createMPT();
  for (const [key, value] of entries) await trie.put(fromHex(key), value);
  return trie;
}

/** Nodes for a key, without those that are inside their parents. */
export async function proofOf(trie: MerklePatriciaTrie, key: Hex): Promise<Hex[]> {
  const nodes = await createMerkleProof(trie, fromHex(key));
  return nodes.filter((node, i) => i === 0 || node.length >= 32).map((node) => toHex(node));
}

/** Account of a state trie. */
export interface TestAccount {
  readonly address: Hex;
  readonly slots: ReadonlyMap<bigint, bigint>;
}

/** State of some accounts, with proofs of the shape that L1Storage takes. */
export interface TestState {
  readonly root: Hex;
  prove(address: Hex, slot: bigint): Promise<{ readonly accountProof: Hex[]; readonly storageProof: Hex[] }>;
}

const hashedSlot = (slot: bigint): Hex => keccak(fromHex(wordToHex(slot)));

/** Content of a number in RLP, without leading zeros. */
export function bytesOf(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return value === 0n ? new Uint8Array() : fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}

export async function stateOf(accounts: readonly TestAccount[]): Promise<TestState> {
  const storages = new Map<Hex, MerklePatriciaTrie>();
  const state = await createMPT();
  for (const { address, slots } of accounts) {
    const entries = [...slots].map(([slot, value]) => [hashedSlot(slot), RLP.encode(bytesOf(value))] as const);
    const storage = await trieOf(entries);
    storages.set(address, storage);
    const fields = [bytesOf(1n), bytesOf(10n ** 18n), storage.root(), fromHex(CODE_HASH)];
    await state.put(fromHex(keccak(fromHex(address))), RLP.encode(fields));
  }
  return {
    root: toHex(state.root()),
    async prove(address, slot) {
      const storage = storages.get(address);
      const isEmpty = storage === undefined || toHex(storage.root()) === EMPTY_ROOT;
      return {
        accountProof: await proofOf(state, keccak(fromHex(address))),
        storageProof: isEmpty ? [] : await proofOf(storage, hashedSlot(slot)),
      };
    },
  };
}

/** Header of a block with this state; 21 fields, as Ethereum has since Prague. */
export function headerOf(stateRoot: Hex, number: bigint, timestamp: bigint, extraFields: readonly Uint8Array[] = []): Hex {
  const word = (n: bigint): Uint8Array => fromHex(wordToHex(n));
  const fields = [
    ...[word(1n), word(2n), new Uint8Array(20), fromHex(stateRoot), word(3n), word(4n), new Uint8Array(256)],
    ...[bytesOf(0n), bytesOf(number), bytesOf(36_000_000n), bytesOf(21_000n), bytesOf(timestamp), new Uint8Array(5)],
    ...[word(5n), new Uint8Array(8), bytesOf(7n), word(6n), bytesOf(0n), bytesOf(0n), word(7n), word(8n)],
    ...extraFields,
  ];
  return toHex(RLP.encode(fields));
}
