import { readFileSync } from "node:fs";
import type { ChainConfiguration } from "../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { BatchOutputs } from "../../src/ground/protocol/outputs.ts";
import type { VersionParts } from "../../src/ground/protocol/protocol-version.ts";

/** Bytes of the format, from an independent derivation. */
export interface FormatVectors {
  readonly outputs: readonly (BatchOutputs & { readonly hash: Hex })[];
  /** `hashes` by the mode of sequencing. */
  readonly configurations: readonly (ChainConfiguration & { readonly hashes: readonly Hex[] })[];
  /** Imports of initial states in the given number of parts. */
  readonly imports: readonly {
    readonly chainId: bigint;
    readonly pubdataHashes: readonly Hex[];
    readonly importData: Hex;
    readonly outputs: readonly Hex[];
  }[];
  /** Codes whose byte i is (131 i + 7) mod 256. */
  readonly codes: readonly { readonly length: number; readonly lengthFirst: Hex; readonly digest: Hex }[];
  readonly randomness: readonly { readonly chainId: bigint; readonly blockNumber: bigint; readonly prevRandao: Hex }[];
  /** The changes of a batch that exchanges a predeploy, for a code made as those above. */
  readonly converting: {
    readonly codeLength: number;
    readonly outputsHash: Hex;
    readonly indices: readonly [number, number];
    readonly values: readonly [Hex, Hex];
    readonly diffDigest: Hex;
    readonly pubdataHash: Hex;
    readonly pubdataLength: number;
  };
  /** Taken apart, or the code of the refusal. */
  readonly versions: readonly { readonly number: bigint; readonly parts: VersionParts | string }[];
}

export function readFormatVectors(): FormatVectors {
  const file = new URL("../../fixtures/protocol/format.json", import.meta.url);
  // Decimal digits between quotes are numbers that JSON's own are too small for.
  return JSON.parse(readFileSync(file, "utf8"), (_, value: unknown) =>
    typeof value === "string" && /^\d+$/.test(value) ? BigInt(value) : value,
  ) as FormatVectors;
}
