import * as v from "valibot";
import type { Hex } from "../../ground/protocol/hex.ts";

/** A number that counts, as notes of places have it. */
export const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** `0x` and digits that a regular expression describes. */
export const hexOf = (digits: string) =>
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^0x${digits}$`)),
    v.transform((text) => text as Hex),
  );

/** 32 bytes, in lower case. */
export const hash = hexOf("[0-9a-f]{64}");
