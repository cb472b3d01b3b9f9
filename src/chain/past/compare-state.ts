import { LeafKind } from "../../protocol/domain-tags.ts";
import { accountHeader } from "../model/genesis.ts";
import { codeDigestValue } from "../model/code-digests.ts";
import type { StateWrite } from "../state/change-set.ts";
import type { StateTree } from "../state/state-tree.ts";
import type { PlaceValue, StateUpdate } from "../witness/state-feed.ts";
import { PlaceError } from "./place-error.ts";

/** Throws PlaceError unless the state's accounts, codes and slots are the tree's leaves, one for one. */
export function requireSameState(tree: StateTree, { present, codes }: StateUpdate): void {
  const known = new Map(codes);
  const leaves = present.flatMap((place) => leavesOf(place, known)).filter(({ value }) => value !== 0n);
  const difference = tree.differenceTo(leaves);
  if (difference === undefined) return;
  if ("missing" in difference)
    throw new PlaceError("Differs", `the state lacks ${difference.missing} of the values that the state tree has`);
  const { leafKind, address, slot, value, inTree } = difference;
  const place = `kind ${leafKind} of 0x${address.toString(16)}, slot 0x${slot.toString(16)}`;
  throw new PlaceError("Differs", `the state's value of ${place}, is ${value}, the state tree's is ${inTree}`);
}

function leavesOf(place: PlaceValue, codes: ReadonlyMap<string, Uint8Array>): readonly StateWrite[] {
  const address = BigInt(place.address);
  if (place.slot !== undefined)
    return [{ leafKind: LeafKind.storage, address, slot: BigInt(place.slot), value: wordOf(place.value ?? NOTHING) }];
  if (place.value === undefined) return [];
  const { nonce, balance, codeHash } = place.value;
  if (balance >= BALANCE_LIMIT) throw new PlaceError("Differs", `${place.address} has ${balance} wei, which no account can have`);
  const header = { leafKind: LeafKind.account, address, slot: 0n, value: accountHeader(nonce, balance) };
  const name = `0x${Buffer.from(codeHash).toString("hex")}`;
  const code = codes.get(name);
  if (code === undefined || code.length === 0) return [header];
  return [
    header,
    { leafKind: LeafKind.codeHash, address, slot: 0n, value: BigInt(name) },
    { leafKind: LeafKind.codeDigest, address, slot: 0n, value: codeDigestValue(code) },
  ];
}

/** Wei that the header of an account has room for. */
const BALANCE_LIMIT = 2n ** 192n;
const NOTHING = new Uint8Array();

function wordOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
