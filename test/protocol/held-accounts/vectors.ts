import { readFileSync } from "node:fs";
import type { HeldAmount, HeldNote, HeldOpening, HeldPayment } from "../../../src/ground/protocol/held-accounts/formats.ts";
import type { RedeemedAbsence } from "../../../src/ground/protocol/held-accounts/redeemed-set.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

/** Hashes of held accounts from an independent derivation. */
export interface HeldVectors {
  readonly accounts: readonly (HeldOpening & { readonly number: number; readonly leaf: Hex })[];
  readonly acts: readonly {
    readonly number: number;
    readonly accountLeaf: Hex;
    readonly notes: readonly HeldNote[];
    readonly payments: readonly HeldPayment[];
    readonly leaf: Hex;
  }[];
  readonly trees: readonly {
    readonly leaves: readonly Hex[];
    readonly root: Hex;
    readonly paths: readonly { readonly position: number; readonly path: readonly Hex[] }[];
  }[];
  readonly notes: readonly { readonly root: Hex; readonly position: number; readonly index: number; readonly id: Hex }[];
  readonly gifts: readonly { readonly gift: bigint; readonly id: Hex }[];
  /** Ids in the order of their redemption, each with its absence before it and the root after it. */
  readonly redemptions: readonly (RedeemedAbsence & { readonly id: Hex; readonly root: Hex })[];
  /** Bodies of messages to L1, with their fields. */
  readonly messages: {
    readonly registration: { readonly number: number; readonly owner: Hex; readonly body: Hex };
    readonly gift: HeldAmount & { readonly gift: bigint; readonly to: number; readonly body: Hex };
    readonly listing: { readonly root: Hex; readonly numbers: readonly number[]; readonly body: Hex };
    readonly partialListing: {
      readonly root: Hex;
      readonly positions: readonly number[];
      readonly numbers: readonly number[];
      readonly body: Hex;
    };
  };
}

const INTEGERS = ["nonce", "amount", "gift"];

/** `fixtures/protocol/held-accounts.json`; large integers are decimal text there. */
export function readHeldVectors(): HeldVectors {
  const file = new URL("../../../fixtures/protocol/held-accounts.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"), (key, value: unknown) =>
    INTEGERS.includes(key) && typeof value === "string" ? BigInt(value) : value,
  ) as HeldVectors;
}
