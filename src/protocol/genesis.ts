import { wordToHex } from "./hex.ts";
import type { Hex } from "./hex.ts";
import { PREDEPLOYS } from "./predeploys.ts";
import type { PredeployName } from "./predeploys.ts";

/** Wei of base token that the base token's predeploy holds at genesis; deposits are paid out of it. */
export const BASE_TOKEN_RESERVE_WEI = 2n ** 127n;

/** An account that exists before a chain's first block. */
export interface GenesisAccount {
  /** 20 bytes. */
  readonly address: Hex;
  /** Artifact whose runtime code the account has. */
  readonly artifact: PredeployName;
  readonly balanceWei: bigint;
  /** Nonce, as EIP-161 gives it to contracts. */
  readonly nonce: bigint;
}

/**
 * The accounts of the genesis state, the same for every chain of a protocol version. No constructor runs and no storage
 * is set here: what differs between chains is `chainConfigurationSlots`, which a chain's own initial state writes.
 */
export function genesisAccounts(): readonly GenesisAccount[] {
  return Object.entries(PREDEPLOYS).map(([artifact, address]) => ({
    address,
    artifact: artifact as PredeployName,
    balanceWei: address === PREDEPLOYS.L2BaseToken ? BASE_TOKEN_RESERVE_WEI : 0n,
    nonce: 1n,
  }));
}

/** What a chain must know of the ecosystem it belongs to. */
export interface ChainConfiguration {
  /** Chain id of the settlement layer. */
  readonly l1ChainId: bigint;
  /** The bridge on L1 whose deposits the chain mints: 20 bytes. */
  readonly l1SharedBridge: Hex;
  /** Chain that issued the asset which pays for gas. */
  readonly baseTokenOriginChainId: bigint;
  /** The asset's address there, as asset messages carry it: 20 bytes. */
  readonly baseTokenOriginToken: Hex;
  /** Leaves that the registry of Transaction Roots had when the chain was created: what they sent to it is refunded on L1. */
  readonly bornAt: bigint;
}

/** One storage word. */
export interface StorageSlot {
  readonly address: Hex;
  readonly slot: Hex;
  readonly value: Hex;
}

/** The chain's configuration as words of the system context's storage; the slots are fixed by `SystemContext.sol`. */
export function chainConfigurationSlots(configuration: ChainConfiguration): readonly StorageSlot[] {
  const words = [
    configuration.l1ChainId,
    BigInt(configuration.l1SharedBridge),
    configuration.baseTokenOriginChainId,
    BigInt(configuration.baseTokenOriginToken),
    configuration.bornAt,
  ];
  return words.map((word, i) => ({
    address: PREDEPLOYS.SystemContext,
    slot: wordToHex(2n + BigInt(i)),
    value: wordToHex(word),
  }));
}
