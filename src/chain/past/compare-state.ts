import { LeafKind, MAX_LEAF_COUNT } from "../../ground/protocol/domain-tags.ts";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import { accountHeader } from "../model/genesis.ts";
import { codeDigestValue } from "../../proofs/rules/code-digests.ts";
import type { BatchCompressor } from "../state/batch-compressor.ts";
import type { StateWrite } from "../state/change-set.ts";
import { leafDifference } from "../state/leaf-difference.ts";
import { decodeLeaves } from "../state/leaf-dump.ts";
import { LeafStore } from "../state/leaf-store.ts";
import { decodeState } from "../witness/state-bytes.ts";
import type { PlaceValue, PlainAccount, StateUpdate } from "../witness/state-feed.ts";
import { PlaceError, readPart } from "./place-error.ts";

/** Facts of a checkpoint about its state, besides its bytes. */
export interface StateClaim {
  /** Exported state tree; its root is not compared with the batch's here. */
  readonly tree: Uint8Array;
  /** The oldest block whose state is known. */
  readonly oldestState: bigint;
  /** Names of all blocks up to the head, from block 0 on. */
  readonly hashes: readonly Hex[];
}

/** Decodes a state. Throws PlaceError for malformed bytes. */
export function readState(bytes: Uint8Array): StateUpdate {
  return readPart("state", () => decodeState(bytes));
}

/**
 * Rejects with PlaceError unless the state is the one after the head, knows blocks by the names that they have, and its accounts,
 * codes and slots are the tree's leaves, one for one.
 */
export async function requireClaimedState(
  state: StateUpdate,
  head: bigint,
  claim: StateClaim,
  compressor: BatchCompressor,
): Promise<void> {
  requireSameBlocks(state, head, claim);
  const store = new LeafStore();
  readPart("tree", () => decodeLeaves(claim.tree, store, MAX_LEAF_COUNT));
  const codeWords = codeWordsOf(state.codes);
  const leaves = state.present.flatMap((place) => leavesOf(place, codeWords)).filter(({ value }) => value !== 0n);
  const difference = await leafDifference(store, leaves, compressor);
  if (difference === undefined) return;
  if ("missing" in difference)
    throw new PlaceError("Differs", `the state lacks ${difference.missing} of the values that the state tree has`);
  const { leafKind, address, slot, value, inTree } = difference;
  const place = `kind ${leafKind} of 0x${address.toString(16)}, slot 0x${slot.toString(16)}`;
  throw new PlaceError("Differs", `the state's value of ${place}, is ${value}, the state tree's is ${inTree}`);
}

function requireSameBlocks(state: StateUpdate, head: bigint, { oldestState, hashes }: StateClaim): void {
  const { newest, oldest } = state;
  if (newest !== head || oldest !== oldestState)
    throw new PlaceError(
      "Differs",
      `its states are those of blocks ${oldest} to ${newest}, and are to be of ${oldestState} to ${head}`,
    );
  const named = [...state.hashes].map(([number, hash]): [number, string] => [number, toHex(hash)]);
  for (const { number, hash } of state.blocks) if (hash !== undefined) named.push([Number(number), hash]);
  for (const [number, hash] of named)
    if (hashes[number] !== hash) throw new PlaceError("Differs", `block ${number} is named ${hash} and ${hashes[number]}`);
}

/** Words in the leaves of an account with code. */
interface CodeWords {
  readonly hash: bigint;
  readonly digest: bigint;
}

type CodeWordsOf = (account: Pick<PlainAccount, "codeHash">) => CodeWords | undefined;

/**
 * Words of a code by the hash of an account's code; undefined if there is no code. Accounts that were read together share
 * the bytes of a hash: each is computed once.
 */
function codeWordsOf(codes: StateUpdate["codes"]): CodeWordsOf {
  const known = new Map(codes);
  const seen = new Map<Uint8Array, CodeWords | undefined>();
  return ({ codeHash }) => {
    if (!seen.has(codeHash)) {
      const name = `0x${Buffer.from(codeHash).toString("hex")}`;
      const code = known.get(name);
      const hasCode = code !== undefined && code.length > 0;
      seen.set(codeHash, hasCode ? { hash: BigInt(name), digest: codeDigestValue(code) } : undefined);
    }
    return seen.get(codeHash);
  };
}

function leavesOf(place: PlaceValue, codeWords: CodeWordsOf): readonly StateWrite[] {
  const address = BigInt(place.address);
  if (place.slot !== undefined)
    return [{ leafKind: LeafKind.storage, address, slot: BigInt(place.slot), value: wordOf(place.value ?? NOTHING) }];
  if (place.value === undefined) return [];
  const { nonce, balance } = place.value;
  if (balance >= BALANCE_LIMIT) throw new PlaceError("Differs", `${place.address} has ${balance} wei, which no account can have`);
  const header = { leafKind: LeafKind.account, address, slot: 0n, value: accountHeader(nonce, balance) };
  const code = codeWords(place.value);
  if (code === undefined) return [header];
  return [
    header,
    { leafKind: LeafKind.codeHash, address, slot: 0n, value: code.hash },
    { leafKind: LeafKind.codeDigest, address, slot: 0n, value: code.digest },
  ];
}

/** Wei that the header of an account has room for. */
const BALANCE_LIMIT = 2n ** 192n;
const NOTHING = new Uint8Array();

function wordOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
