import * as v from "valibot";
import { isPlainHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BurnProof } from "./act.ts";
import { HeldAccountError } from "./held-account-error.ts";

const MAX_NOTES = 8;
const MAX_PATH = 8;

export const hexOf = (bytes: number) =>
  v.custom<Hex>((text) => isPlainHex(text, bytes), `must have ${bytes} bytes in lower case`);
const integerBelow = (limit: bigint) =>
  v.pipe(
    v.string(),
    v.regex(/^(?:0|[1-9]\d{0,77})$/, "must be a decimal number"),
    v.transform((text) => BigInt(text)),
    v.maxValue(limit - 1n),
  );
export const uint256 = integerBelow(2n ** 256n);
export const uint64 = integerBelow(2n ** 64n);
const byte = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
/** Number of a held account. */
export const accountNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 40 - 1));
export const amountEntries = { token: hexOf(20), amount: uint256 };
export const noteSchema = v.strictObject({ to: accountNumber, ...amountEntries });
export const paymentSchema = v.strictObject({ to: hexOf(20), ...amountEntries });
/** Siblings from an act up to the root. */
export const pathSchema = v.pipe(v.array(hexOf(32)), v.maxLength(MAX_PATH));
export const positionSchema = byte;
export const proofEntries = {
  root: hexOf(32),
  position: byte,
  path: pathSchema,
  sender: accountNumber,
  senderLeaf: hexOf(32),
  notes: v.pipe(v.array(noteSchema), v.maxLength(MAX_NOTES)),
  paymentsHash: hexOf(32),
  index: byte,
};
export const openingSchema = v.strictObject({
  owner: hexOf(20),
  nonce: uint64,
  holdings: v.pipe(v.array(v.strictObject(amountEntries)), v.maxLength(32)),
  redeemed: hexOf(32),
});

/** JSON with large integers as decimal text. */
export function encodeHeldJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}

/** Burn proof as text, for any channel. */
export function encodeBurnProof(proof: BurnProof): string {
  return encodeHeldJson(proof);
}

/** Throws HeldAccountError InvalidProof for a text of another form. Whether its act is listed is checked by the recipient. */
export function decodeBurnProof(text: string): BurnProof {
  try {
    return v.parse(v.strictObject(proofEntries), JSON.parse(text));
  } catch (cause) {
    throw new HeldAccountError("InvalidProof", "the text is not a burn proof; request the text from its sender again", {
      cause,
    });
  }
}
