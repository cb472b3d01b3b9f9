import { configurationOnL1, hashConfiguration, hashExtensions } from "../../src/protocol/genesis.ts";
import { wordToHex, type Hex } from "../../src/protocol/hex.ts";

/** In place of a chain's extensions where no L1 compares them. */
export const SOME_EXTENSIONS: Hex = wordToHex(0xe0n);

/** What L1 expects a chain's batches to export beside their logs. */
export function extensionsOnL1({
  sequencingMode,
  ...chain
}: Parameters<typeof configurationOnL1>[0] & { readonly sequencingMode?: number }): Hex {
  return hashExtensions(hashConfiguration(configurationOnL1(chain), sequencingMode));
}
