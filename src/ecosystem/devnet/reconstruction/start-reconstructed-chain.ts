import type { Provider } from "ethers";
import type { EdrConnect } from "../../../chain/execution/connection.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { startNode, type Node } from "../../../chain/node/node.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { startBehind } from "./chain-start.ts";
import type { Reconstruction } from "./reconstruct.ts";
import { startRepeated } from "./repeated-start.ts";

interface ReconstructedChainOptions {
  /**
   * Whether it takes transactions, and lets anyone move time and mine. They change a copy: nothing goes to L1, and the chain's
   * operator knows nothing of them. Default false.
   */
  readonly writable?: boolean;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent for any free one. */
  readonly port?: number;
  /** Minimum gas price that a transaction must offer. Default 0: no fee is paid here. */
  readonly minGasPriceWei?: bigint;
}

export interface ReconstructedChainDependencies {
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** Answers what readers ask about the chain's batches on L1. Default: nothing is known of them. */
  readonly l1?: Provider;
  /** The chain has stopped for good. */
  readonly onStop?: (error: unknown) => void;
}

/**
 * Runs a rebuilt rollup behind its last batch, apart from L1: for reading, calling and, where it is writable, trying. Rejects
 * with ReconstructionError BytecodeMissing, EngineError, PortInUseError.
 */
export async function startReconstructedChain(
  reconstruction: Reconstruction,
  { writable = false, host = "127.0.0.1", port = 0, minGasPriceWei = 0n }: ReconstructedChainOptions,
  { connect, clock, l1, onStop = () => undefined }: ReconstructedChainDependencies,
): Promise<Node> {
  const { contract, fromBlock, genesis, repeated, porter } = reconstruction;
  const { chainId, admin: coinbase } = contract.configuration;
  const again = repeated && startRepeated(reconstruction, repeated);
  const methods = writable ? new Map<string, RpcMethod>() : new Map([["eth_sendRawTransaction", refuseToSend]]);
  return startNode(
    {
      name: `chain ${chainId}, rebuilt`,
      chain: contract,
      fromBlock,
      genesis,
      start: again?.start ?? startBehind(reconstruction),
      ...(again === undefined ? {} : { keeping: again.keeping }),
      running: {
        ...(again?.running ?? { coinbase }),
        blocks: { type: "instant" },
        batches: { maxAgeMs: undefined, maxTransactions: undefined },
        minGasPriceWei,
        porterId: porter?.state === undefined ? undefined : porter.chainId,
      },
      serving: { host, port, gasPrice: { toldWei: minGasPriceWei }, development: writable, methods },
      settlement: undefined,
    },
    { connect, clock, l1, onStop, ...again?.dependencies },
  );
}

const refuseToSend: RpcMethod = () =>
  Promise.reject(
    new RpcError(RpcCode.rejected, "this chain was rebuilt from L1 for reading; start it writable to try transactions"),
  );
