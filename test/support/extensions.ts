import { PREDEPLOYS_DIGEST } from "../../src/ground/protocol/generated/version-predeploys.ts";
import {
  chainExtensions,
  configurationOnL1,
  hashConfiguration,
  type ChainExtensions,
} from "../../src/ground/protocol/genesis.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";

/** In place of a chain's extensions where no L1 compares them. */
export const SOME_EXTENSIONS: Hex = wordToHex(0xe0n);

/** Exports of a chain none of whose batches installs predeploys. */
export function neverInstalling(extensions: Hex): ChainExtensions {
  return { usual: extensions, installing: extensions };
}

/** Exports that L1 expects of a chain's batches in addition to their logs. */
export function extensionsOnL1(chain: ChainFacts): Hex {
  return chainExtensionsOnL1(chain).usual;
}

type ChainFacts = Parameters<typeof configurationOnL1>[0] & { readonly sequencingMode?: number };

/** Likewise, with those of a batch whose opening installs predeploys. */
export function chainExtensionsOnL1({ sequencingMode, ...chain }: ChainFacts): ChainExtensions {
  const hash = hashConfiguration(configurationOnL1(chain), sequencingMode);
  return chainExtensions(hash, PREDEPLOYS_DIGEST, BigInt(sequencingMode ?? 0));
}
