import * as v from "valibot";
import type { HeldAct } from "./act.ts";
import type { ActSignature } from "./collector.ts";
import { CollectorError } from "./collector-error.ts";
import {
  accountNumber,
  amountEntries,
  hexOf,
  noteSchema,
  openingSchema,
  paymentSchema,
  positionSchema,
  proofEntries,
  uint64,
} from "./held-json.ts";

/** Paths of a collector's server; the last three are followed by a number or a root. */
export const COLLECTOR_PATHS = {
  chain: "/chain",
  join: "/join",
  sign: "/sign",
  leaf: "/leaf/",
  gifts: "/gifts/",
  listed: "/listed/",
} as const;
/** Maximum size of a request in bytes: eight notes with the longest proofs have some 180,000. */
export const MAX_COLLECTOR_REQUEST_BYTES = 262_144;
const SIGNATURE_BYTES = 65;

const absence = v.strictObject({ siblings: v.pipe(v.array(hexOf(32)), v.maxLength(255)), neighbor: hexOf(32) });
const listOf = <Entry extends v.GenericSchema>(entry: Entry) => v.pipe(v.array(entry), v.maxLength(8));
const joinSchema = v.strictObject({
  act: v.strictObject({
    number: accountNumber,
    opening: openingSchema,
    notes: listOf(v.strictObject({ ...proofEntries, absence })),
    gifts: listOf(v.strictObject({ gift: uint64, ...amountEntries, absence })),
    burned: listOf(noteSchema),
    payments: listOf(paymentSchema),
  }),
  signature: hexOf(SIGNATURE_BYTES),
});
const signSchema = v.strictObject({ root: hexOf(32), position: positionSchema, signature: hexOf(SIGNATURE_BYTES) });

/** Throws CollectorError MalformedRequest for a text of another form. */
export function decodeJoin(text: string): { readonly act: HeldAct; readonly signature: ActSignature["signature"] } {
  return decode(joinSchema, text);
}

/** Throws CollectorError MalformedRequest for a text of another form. */
export function decodeSignature(text: string): ActSignature {
  return decode(signSchema, text);
}

function decode<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (cause) {
    throw new CollectorError("MalformedRequest", "the request has another form; use a client of this version of the package", {
      cause,
    });
  }
}
