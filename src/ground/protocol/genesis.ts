import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";
import { PREDEPLOYS, type PredeployName } from "./predeploys.ts";
import { hasPublishedInputs } from "./sequencing-mode.ts";

/** Wei of base token that the base token's predeploy holds at genesis; deposits are paid out of it. */
export const BASE_TOKEN_RESERVE_WEI = 2n ** 127n;

/** An account that exists before a chain's first block. */
interface GenesisAccount {
  /** 20 bytes. */
  readonly address: Hex;
  /** Artifact whose runtime code the account has. */
  readonly artifact: PredeployName;
  readonly balanceWei: bigint;
  /** Nonce, as EIP-161 gives it to contracts. */
  readonly nonce: bigint;
}

/**
 * The predeploys of the genesis state, the same for every chain. No constructor runs and no storage is set
 * here: what differs between chains is `chainConfigurationSlots`, which a chain's own initial state or first opening writes.
 */
export function genesisAccounts(): readonly GenesisAccount[] {
  return Object.entries(PREDEPLOYS).map(([name, address]) => ({
    address,
    artifact: name as PredeployName,
    balanceWei: address === PREDEPLOYS.L2BaseToken ? BASE_TOKEN_RESERVE_WEI : 0n,
    nonce: 1n,
  }));
}

/** Data of its ecosystem that a chain needs. */
export interface ChainConfiguration {
  /** Chain id of the settlement layer. */
  readonly l1ChainId: ChainId;
  /** The bridge on L1 whose deposits the chain mints: 20 bytes. */
  readonly l1SharedBridge: Hex;
  /** Chain that issued the asset which pays for gas. */
  readonly baseTokenOriginChainId: ChainId;
  /** The asset's address there, as asset messages carry it: 20 bytes. */
  readonly baseTokenOriginToken: Hex;
  /** When L1 created the chain, seconds: what batches sent to it that began then or earlier is refused by L1. */
  readonly bornAt: bigint;
}

/** The configuration of a chain as L1 knows it. `baseToken` is L1's token, ETH as 1. */
export function configurationOnL1(chain: {
  readonly settlementChainId: ChainId;
  readonly bridge: Hex;
  readonly baseToken: Hex;
  readonly bornAt: bigint;
}): ChainConfiguration {
  return {
    l1ChainId: chain.settlementChainId,
    l1SharedBridge: chain.bridge,
    baseTokenOriginChainId: chain.settlementChainId,
    baseTokenOriginToken: BigInt(chain.baseToken) === 1n ? `0x${"00".repeat(20)}` : chain.baseToken,
    bornAt: chain.bornAt,
  };
}

const CONFIGURATION_TAG = hashTag("hyperchain.configuration.v2");
const CONFIGURATION_TAG_3 = hashTag("hyperchain.configuration.v3");
const EXTENSIONS_TAG = hashTag("hyperchain.extensions.v2");
const NONE = wordToHex(0n);

/**
 * keccak(tag ‖ the configuration's words): L1 computes it from its addresses, a batch's closing from the chain's
 * state. If the mode of sequencing is not 0, under a separate tag with the mode at the end.
 */
export function hashConfiguration(configuration: ChainConfiguration, sequencingMode = 0): Hex {
  const words = configurationWords(configuration);
  const [tag, hashed] =
    sequencingMode === 0 ? [CONFIGURATION_TAG, words] : [CONFIGURATION_TAG_3, [...words, BigInt(sequencingMode)]];
  return keccak(fromHex(tag), ...hashed.map((word) => fromHex(wordToHex(word), 32)));
}

/**
 * Exports of a batch besides its logs: keccak(tag ‖ hash of the configuration ‖ digest of the predeploys that its opening
 * installed ‖ hash of its inputs). The third is 0 if the opening installed none, the last one on chains that publish no inputs.
 */
export function hashExtensions(configurationHash: Hex, predeploys: Hex = NONE, transactionsHash: Hex = NONE): Hex {
  const words = [configurationHash, predeploys, transactionsHash];
  return keccak(fromHex(EXTENSIONS_TAG), ...words.map((word) => fromHex(word, 32)));
}

/** Exports of a chain's batches besides their logs. */
export interface ChainExtensions {
  /** Exports of a batch whose opening installs the version's predeploys. */
  readonly installing: Hex;
  /** Exports of every other batch. */
  readonly usual: Hex;
  /** Parts of the hashes on a chain whose batches also export a hash of the inputs; otherwise absent. */
  readonly withInputs?: { readonly configurationHash: Hex; readonly predeploys: Hex };
}

/**
 * Exports of a chain with this configuration, whose proven version has predeploys with this digest. `configured` is the word of
 * the mode's slot.
 */
export function chainExtensions(configurationHash: Hex, predeploys: Hex, configured = 0n): ChainExtensions {
  const constant = { installing: hashExtensions(configurationHash, predeploys), usual: hashExtensions(configurationHash) };
  return hasPublishedInputs(configured) ? { ...constant, withInputs: { configurationHash, predeploys } } : constant;
}

/** Exports of one batch. `transactionsHash`: hash of its inputs, of a chain whose batches export it. */
export function batchExtensions(
  { installing, usual, withInputs }: ChainExtensions,
  { installs, transactionsHash }: { readonly installs: boolean; readonly transactionsHash?: Hex | undefined },
): Hex {
  if (withInputs === undefined) return installs ? installing : usual;
  const { configurationHash, predeploys } = withInputs;
  return hashExtensions(configurationHash, installs ? predeploys : NONE, transactionsHash);
}

/**
 * True if the opening of a batch installs the predeploys: that of a proven chain's first batch, and of the first proven one after
 * a trusted one. L1's reader requires the same.
 */
export function installsPredeploys(batchNumber: BatchNumber, isProven: boolean, wasProven: boolean): boolean {
  return isProven && (batchNumber === 0n || !wasProven);
}

/** One storage word. */
interface StorageSlot {
  readonly address: Hex;
  readonly slot: Hex;
  readonly value: Hex;
}

/** Slot of the system context with the mode of sequencing in its lowest byte, and flags above it. */
export const MODE_SLOT = 9n;

/** Slots of a configuration in the system context: its five words, and the mode of sequencing. */
export const CONFIGURATION_SLOTS = [2n, 3n, 4n, 5n, 6n, MODE_SLOT] as const;

/** The chain's configuration as words of the system context's storage; the slots are fixed by `SystemContext.sol`. */
export function chainConfigurationSlots(configuration: ChainConfiguration, sequencingMode = 0): readonly StorageSlot[] {
  const mode = sequencingMode === 0 ? [] : [BigInt(sequencingMode)];
  return [...configurationWords(configuration), ...mode].map((word, i) => ({
    address: PREDEPLOYS.SystemContext,
    slot: wordToHex(CONFIGURATION_SLOTS[i] ?? 0n),
    value: wordToHex(word),
  }));
}

/**
 * The word of the first state with which a chain's contracts may have code of any size. Nothing on the chain reads or writes it;
 * without it Ethereum's limits hold.
 */
export const UNLIMITED_CONTRACT_SIZE: StorageSlot = {
  address: PREDEPLOYS.SystemContext,
  slot: hashTag("hyperchain.unlimited-contract-size.v1"),
  value: wordToHex(1n),
};

function configurationWords(configuration: ChainConfiguration): readonly bigint[] {
  return [
    configuration.l1ChainId,
    BigInt(configuration.l1SharedBridge),
    configuration.baseTokenOriginChainId,
    BigInt(configuration.baseTokenOriginToken),
    configuration.bornAt,
  ];
}

/** Slot of the system context with the hash of the open batch's inputs, on chains that publish them. */
export const INPUTS_SLOT = 13n;

/** Slot of the system context with the digest of the predeploys that the open batch's opening has installed. */
export const INSTALLED_SLOT = 12n;

/** Root of a second state tree, which trusted chains alone may have. The account has no code, so no contract reads it. */
export const PARTITION_ROOT = { address: "0x0000000000000000000000000000000000010017", slot: 0n } as const;
