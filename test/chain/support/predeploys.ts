import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { configurationAccounts, protocolGenesis } from "../../../src/chain/predeploys/genesis.ts";
import { chainExtensions, hashConfiguration, type ChainExtensions } from "../../../src/ground/protocol/genesis.ts";
import { PREDEPLOYS_DIGEST } from "../../../src/ground/protocol/generated/version-predeploys.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { testContract } from "./artifact.ts";

export const CONFIGURATION = {
  l1ChainId: 31337n,
  l1SharedBridge: "0xb41d6e00000000000000000000000000000b41d6" as Hex,
  baseTokenOriginChainId: 31337n,
  baseTokenOriginToken: `0x${"00".repeat(20)}` as Hex,
  bornAt: 0n,
};

/** The real predeploys, as every chain has them. */
export function realGenesis(): Promise<readonly GenesisAccount[]> {
  return protocolGenesis(async (artifact) => (await testContract(artifact)).runtimeCode);
}

/**
 * Returns a chain's configuration as accounts of its initial state, and the exports of its batches in addition to their
 * logs. `mode`: word of the mode's slot.
 */
export function configurationOf(
  bornAt: bigint,
  mode = 0,
): {
  readonly accounts: readonly GenesisAccount[];
  readonly extensions: ChainExtensions;
} {
  const own = { ...CONFIGURATION, bornAt };
  return {
    accounts: configurationAccounts(own, mode),
    extensions: chainExtensions(hashConfiguration(own, mode), PREDEPLOYS_DIGEST, BigInt(mode)),
  };
}

/** Creation time of a test chain on L1, in seconds; its first opening writes it. */
export const BORN_AT = 1_700_000_123n;

/** Slots 2 to 6 and 9 of the system context after the first opening. */
export function configurationWords(bornAt: bigint, mode = 0n): readonly bigint[] {
  const { l1ChainId, l1SharedBridge, baseTokenOriginChainId, baseTokenOriginToken } = CONFIGURATION;
  return [l1ChainId, BigInt(l1SharedBridge), baseTokenOriginChainId, BigInt(baseTokenOriginToken), bornAt, mode];
}

export const { accounts: configuration, extensions } = configurationOf(CONFIGURATION.bornAt);
