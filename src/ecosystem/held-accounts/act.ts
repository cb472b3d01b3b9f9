import {
  accountLeaf,
  actLeaf,
  heldGiftId,
  heldNoteId,
  heldNotesHash,
  heldPaymentsHash,
  type HeldAmount,
  type HeldNote,
  type HeldOpening,
  type HeldPayment,
} from "../../ground/protocol/held-accounts/formats.ts";
import { redeemedRootAfter, type RedeemedAbsence } from "../../ground/protocol/held-accounts/redeemed-set.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { credit, debit } from "./amounts.ts";
import { HeldAccountError } from "./held-account-error.ts";

/** Maximum number of redemptions of an act, and of its notes, and of its payments. */
export const MAX_ACT_ITEMS = 8;
/** Maximum number of tokens of an account. */
const MAX_HOLDINGS = 32;
const NO_ACCOUNT = /^0x0{40}$/;

/** Proof that an act burned a note: it travels over any channel, and never expires. */
export interface BurnProof {
  /** Root of the tree of acts. */
  readonly root: Hex;
  /** Position of the sender's act in the tree. */
  readonly position: number;
  /** Siblings from the sender's act up. */
  readonly path: readonly Hex[];
  /** Number of the sender's account. */
  readonly sender: number;
  /** Leaf of the sender's account after its act. */
  readonly senderLeaf: Hex;
  /** All notes of the act. */
  readonly notes: readonly HeldNote[];
  readonly paymentsHash: Hex;
  /** Index of the note in `notes`. */
  readonly index: number;
}

/** Amount that an account of the chain gave to a held account. */
export interface HeldGift extends HeldAmount {
  /** Number of the gift. */
  readonly gift: bigint;
}

/** Note that an act redeems. */
export interface RedeemedNote extends BurnProof {
  readonly absence: RedeemedAbsence;
}

/** Gift that an act redeems. */
export interface RedeemedGift extends HeldGift {
  readonly absence: RedeemedAbsence;
}

/** One change of a held account. Each proof of absence refers to the set after the redemptions before it, notes first. */
export interface HeldAct {
  /** Number of the account. */
  readonly number: number;
  /** Contents of the account before the act. */
  readonly opening: HeldOpening;
  readonly notes: readonly RedeemedNote[];
  readonly gifts: readonly RedeemedGift[];
  readonly burned: readonly HeldNote[];
  readonly payments: readonly HeldPayment[];
}

/** Result of an act. */
interface AppliedAct {
  /** Contents of the account after the act. */
  readonly opening: HeldOpening;
  /** Leaf of the act in the tree of acts. */
  readonly leaf: Hex;
}

/** Note of a proof. Throws HeldAccountError InvalidProof if the index exceeds the notes. */
export function noteOf({ notes, index }: BurnProof): HeldNote {
  const note = notes[index];
  if (note !== undefined) return note;
  throw new HeldAccountError(
    "InvalidProof",
    `the proof names note ${index} of ${notes.length}; request the proof from its sender again`,
  );
}

export function noteIdOf({ root, position, index }: BurnProof): Hex {
  return heldNoteId(root, position, index);
}

/**
 * Contents after an act, and its leaf, as the contract computes them. Whether notes are listed is up to the contract. Throws
 * HeldAccountError if the act does not fit the contents.
 */
export function applyAct({ number, opening, notes, gifts, burned, payments }: HeldAct): AppliedAct {
  requireLimits({ redeemed: notes.length + gifts.length, burned: burned.length, payments: payments.length });
  let { holdings, redeemed } = opening;
  const redeem = (id: Hex, { token, amount }: HeldAmount, absence: RedeemedAbsence): void => {
    const next = redeemedRootAfter(redeemed, id, absence);
    if (next === undefined)
      throw new HeldAccountError("AlreadyRedeemed", `${id} is redeemed, or its proof of absence is invalid`);
    redeemed = next;
    holdings = credit(holdings, token, amount);
  };
  for (const proof of notes) {
    const note = noteOf(proof);
    if (note.to !== number)
      throw new HeldAccountError("InvalidProof", `the note is for account ${note.to}, and account ${number} redeems it`);
    redeem(noteIdOf(proof), note, proof.absence);
  }
  for (const gift of gifts) redeem(heldGiftId(gift.gift), gift, gift.absence);
  for (const { token, amount } of burned) holdings = debit(holdings, token, amount);
  for (const { to, token, amount } of payments) {
    if (NO_ACCOUNT.test(to)) throw new HeldAccountError("ActMismatch", "a payment to account 0 would be lost; name an account");
    holdings = debit(holdings, token, amount);
  }
  if (holdings.length > MAX_HOLDINGS) throw tooMany("tokens", holdings.length, MAX_HOLDINGS);
  const after = { owner: opening.owner, nonce: opening.nonce + 1n, holdings, redeemed };
  const parts = { notesHash: heldNotesHash(burned), paymentsHash: heldPaymentsHash(payments) };
  return { opening: after, leaf: actLeaf(number, { leaf: accountLeaf(number, after), ...parts }) };
}

function requireLimits(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) if (count > MAX_ACT_ITEMS) throw tooMany(name, count, MAX_ACT_ITEMS);
}

function tooMany(name: string, count: number, limit: number): HeldAccountError {
  return new HeldAccountError("TooManyItems", `an act has at most ${limit} ${name}, this one has ${count}; split it`);
}
