import { NamedError } from "../../ground/errors/named-error.ts";
import type { DiffEntry } from "../../ground/protocol/diff-list.ts";
import { digestToHex, type Digest } from "../../ground/protocol/digest.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { PARTITION_ROOT } from "../../ground/protocol/genesis.ts";
import { keccak, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { encodePubdata } from "../../ground/protocol/pubdata.ts";
import type { GenesisLeaf } from "../model/genesis.ts";
import type { StateKey } from "../state/state-key.ts";
import type { StateTree } from "../state/state-tree.ts";

/** Changes of the porter's tree by a batch. L1 has only the root after it, as a leaf of the first tree. */
export interface PorterList {
  readonly oldRoot: Digest;
  readonly newRoot: Digest;
  /** Leaf count before the batch, which the list's indices refer to. */
  readonly oldLeafCount: number;
  /** The complete diff list; its outputs are those of the batch. */
  readonly entries: readonly DiffEntry[];
  /** Codes and changes in the encoding of pubdata, without logs. */
  readonly pubdata: Uint8Array;
}

/** A batch's writes and codes by the tree that has them. */
interface SplitChanges {
  readonly rollup: Changes;
  readonly porter: Changes;
}

/** A batch's writes, and codes that accounts received in it, ascending by keccak. */
interface Changes {
  readonly writes: readonly GenesisLeaf[];
  readonly codes: readonly Uint8Array[];
}

/** Leaf of the first tree with the porter's root; 0 as long as no account has joined. */
const ROOT_KEY: StateKey = {
  leafKind: LeafKind.storage,
  address: BigInt(PARTITION_ROOT.address),
  slot: PARTITION_ROOT.slot,
};

const PARTITIONS = BigInt(PREDEPLOYS.Partitions);
/** Leaves of an account that follow it into the porter. */
const MOVED_KINDS = [LeafKind.account, LeafKind.codeHash, LeafKind.codeDigest];

/** Leaf of the first tree that is 1 if an account is in the porter. */
function memberKey(account: bigint): StateKey {
  return { leafKind: LeafKind.storage, address: PARTITIONS, slot: account };
}

/** True if an account is in the porter, by the first tree. */
function isMember(account: bigint, rollup: Pick<StateTree, "get">): boolean {
  return rollup.get(memberKey(account)) !== 0n;
}

/**
 * A batch's changes by tree. Header and code of a member are in the porter's tree, and so is its storage, except for slots
 * that the first tree has: these stay there. A header that the first tree has becomes 0.
 * Throws PartitionError MemberLeft if the changes end a membership, RootWritten if they write the porter's root.
 */
export function splitChanges({ writes, codes }: Changes, rollup: Pick<StateTree, "get" | "indexOf">): SplitChanges {
  const joining = joiningIn(writes);
  const members = new Map<bigint, boolean>(Array.from(joining, (account) => [account, true]));
  const ofRollup: GenesisLeaf[] = [];
  const ofPorter: GenesisLeaf[] = [];
  for (const write of [...writes, ...unwrittenOf(joining, writes, rollup)]) {
    const { address, slot, leafKind } = write;
    if (leafKind === ROOT_KEY.leafKind && address === ROOT_KEY.address && slot === ROOT_KEY.slot)
      throw new PartitionError("RootWritten", `the changes write slot ${slot} of ${PARTITION_ROOT.address}, the porter's root`);
    const isOfPorter = members.get(address) ?? isMember(address, rollup);
    members.set(address, isOfPorter);
    const isOfRollup = !isOfPorter || rollup.indexOf(write) !== undefined;
    if (isOfPorter && !(isOfRollup && leafKind === LeafKind.storage)) ofPorter.push(write);
    if (isOfRollup) ofRollup.push(isOfPorter && leafKind !== LeafKind.storage ? { ...write, value: 0n } : write);
  }
  const inRollup = codesNamedBy(ofRollup);
  const inPorter = codesNamedBy(ofPorter);
  const hashed = codes.map((code) => ({ code, hash: keccak(code) }));
  const codesWith = (isTaken: (hash: Hex) => boolean): readonly Uint8Array[] =>
    hashed.filter(({ hash }) => isTaken(hash)).map(({ code }) => code);
  return {
    rollup: { writes: ofRollup, codes: codesWith((hash) => inRollup.has(hash) || !inPorter.has(hash)) },
    porter: { writes: ofPorter, codes: codesWith((hash) => inPorter.has(hash)) },
  };
}

/**
 * Applies the porter's part of a batch to its tree, and returns the root for the first tree. Undefined if nothing
 * changes there. Throws ChangeSetError, PubdataError or DiffListError; the tree may have changed then.
 */
export function applyToPorter(
  { writes, codes }: Changes,
  outputsHash: bigint,
  porter: StateTree,
): { readonly list: PorterList; readonly root: GenesisLeaf } | undefined {
  if (writes.length === 0) return undefined;
  const oldLeafCount = porter.leafCount;
  const { entries, oldRoot, newRoot } = porter.apply(writes, outputsHash);
  const pubdata = encodePubdata({ logs: [], bytecodes: codes, changes: entries.slice(0, -1) }, oldLeafCount);
  const root = { ...ROOT_KEY, value: BigInt(digestToHex(newRoot)) };
  return { list: { oldRoot, newRoot, oldLeafCount, entries, pubdata }, root };
}

/** Accounts that join by these writes. */
function joiningIn(writes: readonly GenesisLeaf[]): ReadonlySet<bigint> {
  const joining = new Set<bigint>();
  for (const { leafKind, address, slot, value } of writes) {
    if (address !== PARTITIONS || leafKind !== LeafKind.storage) continue;
    if (value === 0n) throw new PartitionError("MemberLeft", `the changes take account 0x${slot.toString(16)} out of the porter`);
    joining.add(slot);
  }
  return joining;
}

/** Headers and codes that accounts have in the first tree when they join, and that the batch did not change. */
function unwrittenOf(
  joining: ReadonlySet<bigint>,
  writes: readonly GenesisLeaf[],
  rollup: Pick<StateTree, "get">,
): readonly GenesisLeaf[] {
  const written = new Set(writes.map(({ leafKind, address }) => `${leafKind} ${address}`));
  return [...joining]
    .flatMap((address) => MOVED_KINDS.map((leafKind) => ({ leafKind, address, slot: 0n })))
    .filter(({ leafKind, address }) => !written.has(`${leafKind} ${address}`))
    .map((key) => ({ ...key, value: rollup.get(key) }))
    .filter(({ value }) => value !== 0n);
}

function codesNamedBy(writes: readonly GenesisLeaf[]): ReadonlySet<Hex> {
  const named = writes.filter(({ leafKind, value }) => leafKind === LeafKind.codeHash && value !== 0n);
  return new Set(named.map(({ value }) => wordToHex(value)));
}

/** Changes that no chain with a second tree can make. */
class PartitionError extends NamedError<"MemberLeft" | "RootWritten"> {
  override readonly name = "PartitionError";
}
