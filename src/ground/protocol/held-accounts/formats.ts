import { fromHex, hashTag, keccak, numberToHex, toHex, type Hex } from "../hex.ts";

/** Amount of one token, in its smallest unit. Token 0 is the chain's coin, others are addresses on L1. */
export interface HeldAmount {
  readonly token: Hex;
  readonly amount: bigint;
}

/** Contents of a held account, which its owner stores; the chain stores their hash. */
export interface HeldOpening {
  readonly owner: Hex;
  /** Number of acts of the account. */
  readonly nonce: bigint;
  /** Tokens strictly ascend; no amount is 0. */
  readonly holdings: readonly HeldAmount[];
  /** Root of the set of redeemed ids (`redeemed-set.ts`). */
  readonly redeemed: Hex;
}

/** Amount that an act burns for another held account. */
export interface HeldNote extends HeldAmount {
  /** Number of the recipient's account. */
  readonly to: number;
}

/** Amount that an act pays to an account of the chain. */
export interface HeldPayment extends HeldAmount {
  readonly to: Hex;
}

const NOTE_TAG = hashTag("hyperchain.held-note.v1");
const GIFT_TAG = hashTag("hyperchain.held-gift.v1");
/** First bytes of preimages: 01 is a node of the tree of acts, 03 and 04 are the set's. */
const ACT = Uint8Array.of(0);
const ACCOUNT = Uint8Array.of(2);
/** First byte of a message to L1. */
const REGISTRATION = 1;

/** Leaf of an account. Throws RangeError for numbers above 40 bits, and HexError for malformed addresses and hashes. */
export function accountLeaf(number: number, { owner, nonce, holdings, redeemed }: HeldOpening): Hex {
  return keccak(
    ACCOUNT,
    numberBytes(number),
    fromHex(owner, 20),
    fromHex(numberToHex(nonce, 8)),
    Uint8Array.of(holdings.length),
    ...holdings.flatMap(amountBytes),
    fromHex(redeemed, 32),
  );
}

/** Leaf of an act in the tree of acts. `leaf`: leaf of the account after the act. Throws like `accountLeaf`. */
export function actLeaf(
  number: number,
  { leaf, notesHash, paymentsHash }: { readonly leaf: Hex; readonly notesHash: Hex; readonly paymentsHash: Hex },
): Hex {
  return keccak(ACT, numberBytes(number), fromHex(leaf, 32), fromHex(notesHash, 32), fromHex(paymentsHash, 32));
}

/** Hash of an act's notes. Throws like `accountLeaf`. */
export function heldNotesHash(notes: readonly HeldNote[]): Hex {
  return keccak(...notes.flatMap((note) => [numberBytes(note.to), ...amountBytes(note)]));
}

/** Hash of an act's payments. Throws like `accountLeaf`. */
export function heldPaymentsHash(payments: readonly HeldPayment[]): Hex {
  return keccak(...payments.flatMap((payment) => [fromHex(payment.to, 20), ...amountBytes(payment)]));
}

/** Id of a note: root of the tree of acts, index of the sender's act in the tree, and index of the note among the act's notes. */
export function heldNoteId(root: Hex, position: number, index: number): Hex {
  return keccak(fromHex(NOTE_TAG), fromHex(root, 32), Uint8Array.of(position, index));
}

/** Id of a gift. Throws RangeError for numbers above 64 bits. */
export function heldGiftId(gift: bigint): Hex {
  return keccak(fromHex(GIFT_TAG), fromHex(numberToHex(gift, 8)));
}

/** Message to L1 of an account's registration. Throws like `accountLeaf`. */
export function registrationMessage(number: number, owner: Hex): Hex {
  return toHex(Uint8Array.of(REGISTRATION, ...numberBytes(number), ...fromHex(owner, 20)));
}

function numberBytes(number: number): Uint8Array {
  return fromHex(numberToHex(BigInt(number), 5));
}

function amountBytes({ token, amount }: HeldAmount): readonly Uint8Array[] {
  return [fromHex(token, 20), fromHex(numberToHex(amount, 32))];
}
