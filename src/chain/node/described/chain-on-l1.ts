import { layersBelow } from "../../../ground/protocol/chain-ancestry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { VersionedChain } from "../../settlement-layer/reader/chain-versions.ts";

/** A chain as its settlement layer has it since its creation. Nothing of it changes. */
export interface ChainOnL1 {
  readonly settlementChainId: ChainId;
  /** The chain's contract. */
  readonly hyperchain: Hex;
  readonly factory: Hex;
  readonly bridge: Hex;
  /** Registry of Transaction Roots. */
  readonly registry: Hex;
  /** Settings of all chains, and their upgrades. */
  readonly settings: Hex;
  /** Registry of protocol versions. */
  readonly verifiers: Hex;
  /** When it was created; seconds of L1's time. */
  readonly bornAt: bigint;
  readonly configuration: {
    readonly chainId: ChainId;
    /** The version that it was created with. */
    readonly protocolVersion: bigint;
    /** ERC-20 on L1; ETH_BASE_TOKEN is ETH. */
    readonly baseToken: Hex;
    readonly dataAvailabilityPolicy: Hex;
    /** ONE_SEQUENCER or QUEUE_ALONE. */
    readonly sequencingMode: number;
    /** Seconds that the sequencer has for an operation of the queue. */
    readonly priorityOpWindow: bigint;
    /** Whether the state may be changed without transactions. */
    readonly cheatsAllowed: boolean;
    /** True if a second verifier confirms each batch before it executes. */
    readonly requiresSecondCheck: boolean;
  };
}

/** True if the chain settles on a proven chain: a proven chain that does not settle on L1 has a proven base. */
export function settlesOnProvenChain({ chainId, protocolVersion }: ChainOnL1["configuration"]): boolean {
  return layersBelow(chainId) > 0 && isProvenOnL1(protocolVersion);
}

/** Chain whose versions L1's events report. */
export function versionedChain({
  configuration,
  settings,
  verifiers,
}: Pick<ChainOnL1, "configuration" | "settings" | "verifiers">): VersionedChain {
  const { chainId, protocolVersion } = configuration;
  return { chainId, firstVersion: protocolVersion, settings, verifiers };
}
