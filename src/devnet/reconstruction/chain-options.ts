import type { ChainOptions } from "../../chain/chain.ts";
import { configurationAccounts } from "../../chain/predeploys/genesis.ts";
import { PROTOCOL_LIMITS } from "../../chain/sequencer/limits.ts";
import type { BatchPolicy, BlockPolicy } from "../../chain/sequencer/policies.ts";
import type { Hex } from "../../protocol/hex.ts";
import { ETH_BASE_TOKEN } from "../chains/create-chain.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** What L1 does not say about how a chain is run. */
export interface RunningOptions {
  /** Receives all fees. */
  readonly coinbase: Hex;
  readonly blocks: BlockPolicy;
  readonly batches: BatchPolicy;
  readonly minGasPriceWei: bigint;
}

/** How the protocol writes L1's own coin. */
const ETHER: Hex = "0x0000000000000000000000000000000000000000";

/** A chain that goes on behind the last applied batch. Throws ReconstructionError BytecodeMissing. */
export function chainOptionsOf(
  { contract, genesis, batches, last, l1, state }: Reconstruction,
  { coinbase, blocks, batches: batchPolicy, minGasPriceWei }: RunningOptions,
): ChainOptions {
  const { configuration, settlementChainId, hyperchain, bridge, bornAt } = contract;
  const { baseToken, chainId, protocolVersion, dataAvailabilityPolicy } = configuration;
  const origin = { origin: state.origin({ number: last.lastBlock, timestamp: last.lastTimestamp }) };
  const configured = configurationAccounts({
    l1ChainId: settlementChainId,
    l1SharedBridge: bridge,
    baseTokenOriginChainId: settlementChainId,
    baseTokenOriginToken: baseToken === ETH_BASE_TOKEN ? ETHER : baseToken,
    bornAt,
  });
  return {
    chainId: Number(chainId),
    coinbase,
    genesisTimestamp: l1.timestamp,
    genesis,
    // The first batch publishes the chain's own initial state; before it, none has.
    ...(batches.length === 0 ? { initialState: configured } : origin),
    trustedCreators: genesis.flatMap(({ code }) => (code === undefined ? [] : [code])),
    identity: {
      protocolVersion,
      settlementChainId,
      hyperchainAddress: hyperchain,
      daPolicy: BigInt(dataAvailabilityPolicy),
      pubdataOnChain: true,
    },
    genesisCommitment: last.commitment,
    mempool: { maxTransactions: 10_000, maxPerSender: 1_000, minGasPriceWei },
    sequencer: { blocks, batches: batchPolicy, limits: PROTOCOL_LIMITS, firstBatch: BigInt(batches.length) },
  };
}
