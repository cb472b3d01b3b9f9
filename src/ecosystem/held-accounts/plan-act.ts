import {
  heldGiftId,
  type HeldAmount,
  type HeldNote,
  type HeldOpening,
  type HeldPayment,
} from "../../ground/protocol/held-accounts/formats.ts";
import type { RedeemedSet } from "../../ground/protocol/held-accounts/redeemed-set.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import {
  MAX_ACT_ITEMS,
  noteIdOf,
  noteOf,
  type BurnProof,
  type HeldAct,
  type HeldGift,
  type RedeemedGift,
  type RedeemedNote,
} from "./act.ts";
import { amountOf, insufficient } from "./amounts.ts";
import { HeldAccountError } from "./held-account-error.ts";

/** Contents of an account, by its file. */
export interface StoredContents {
  readonly number: number;
  readonly opening: HeldOpening;
  readonly redeemed: RedeemedSet;
  /** Notes for the account that it has not redeemed, also those that the chain does not list after a batch was reverted. */
  readonly notes: readonly BurnProof[];
}

/** Contents of an account with all that the chain lets it redeem: its notes are listed. */
export interface HeldContents extends StoredContents {
  /** Gifts to the account that it has not redeemed. */
  readonly gifts: readonly HeldGift[];
}

/** Amounts that an act spends. */
export interface Spending {
  readonly burned: readonly HeldNote[];
  readonly payments: readonly HeldPayment[];
}

/** Note or gift that an act can redeem. */
type Redeemable = HeldAmount & ({ readonly note: BurnProof } | { readonly received: HeldGift });

/**
 * Act that spends amounts, and redeems notes and gifts for them, the largest first. Throws HeldAccountError
 * InsufficientHolding, or TooManyItems if the largest eight of all tokens do not suffice.
 */
export function planSpending(contents: HeldContents, spending: Spending): HeldAct {
  const needs = new Map<Hex, bigint>();
  for (const { token, amount } of [...spending.burned, ...spending.payments]) needs.set(token, (needs.get(token) ?? 0n) + amount);
  const chosen = [...needs].flatMap(([token, need]) => cover(contents, token, need));
  if (chosen.length > MAX_ACT_ITEMS) {
    const message = `the act would redeem ${chosen.length} notes and gifts, at most ${MAX_ACT_ITEMS} fit; redeem the largest first by an act without spending`;
    throw new HeldAccountError("TooManyItems", message);
  }
  return actOf(contents, chosen, spending);
}

/** Act that redeems the eight largest notes and gifts of a token. Throws HeldAccountError InsufficientHolding without any. */
export function planRedemption(contents: HeldContents, token: Hex): HeldAct {
  const chosen = redeemableOf(contents, token).slice(0, MAX_ACT_ITEMS);
  if (chosen.length === 0)
    throw new HeldAccountError("InsufficientHolding", `the account has no note or gift of token ${token} to redeem`);
  return actOf(contents, chosen, { burned: [], payments: [] });
}

/** Amount of a token with all notes and gifts that are not redeemed. */
export function totalOf(contents: HeldContents, token: Hex): bigint {
  const redeemable = redeemableOf(contents, token).reduce((sum, { amount }) => sum + amount, 0n);
  return amountOf(contents.opening.holdings, token) + redeemable;
}

function cover(contents: HeldContents, token: Hex, need: bigint): readonly Redeemable[] {
  const available = totalOf(contents, token);
  if (available < need) throw insufficient(token, need, available);
  const chosen: Redeemable[] = [];
  let missing = need - amountOf(contents.opening.holdings, token);
  for (const each of redeemableOf(contents, token)) {
    if (missing <= 0n) break;
    chosen.push(each);
    missing -= each.amount;
  }
  return chosen;
}

function redeemableOf({ notes, gifts }: HeldContents, token: Hex): readonly Redeemable[] {
  const all: Redeemable[] = [
    ...notes.map((note) => ({ token: noteOf(note).token, amount: noteOf(note).amount, note })),
    ...gifts.map((received) => ({ token: received.token, amount: received.amount, received })),
  ];
  return all.filter((each) => each.token === token).toSorted((a, b) => (a.amount > b.amount ? -1 : a.amount < b.amount ? 1 : 0));
}

/** Each proof of absence refers to the set after the redemptions before it, notes first. */
function actOf({ number, opening, redeemed }: HeldContents, chosen: readonly Redeemable[], spending: Spending): HeldAct {
  let set = redeemed;
  const notes: RedeemedNote[] = [];
  const gifts: RedeemedGift[] = [];
  for (const each of chosen) {
    if (!("note" in each)) continue;
    const id = noteIdOf(each.note);
    notes.push({ ...each.note, absence: set.proveAbsence(id) });
    set = set.insert(id);
  }
  for (const each of chosen) {
    if (!("received" in each)) continue;
    const id = heldGiftId(each.received.gift);
    gifts.push({ ...each.received, absence: set.proveAbsence(id) });
    set = set.insert(id);
  }
  return { number, opening, notes, gifts, ...spending };
}
