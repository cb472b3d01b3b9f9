import { startChain } from "../../chain/chain.ts";
import type { Chain } from "../../chain/chain.ts";
import type { Clock } from "../../chain/clock.ts";
import type { EdrConnect } from "../../chain/execution/connection.ts";
import { predeployTransactions } from "../../chain/predeploys/system-transactions.ts";
import type { RpcMethod } from "../../chain/rpc/dispatch.ts";
import { RpcCode, RpcError } from "../../chain/rpc/json-rpc.ts";
import { hashAssetFlows, sumAssetFlows } from "../../protocol/asset-flows.ts";
import { serveChain } from "../chains/serve-chain.ts";
import { startOrClose } from "../closing.ts";
import type { Closing } from "../closing.ts";
import { chainOptionsOf } from "./chain-options.ts";
import type { Reconstruction } from "./reconstruct.ts";

export interface ReconstructedChainOptions {
  /**
   * Whether it takes transactions, and lets anyone move time and mine. They change a copy: nothing goes to L1, and the chain's
   * operator knows nothing of them. Default false.
   */
  readonly writable?: boolean;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent for any free one. */
  readonly port?: number;
  /** Least price of gas that a transaction must offer. Default 0: nobody is paid here. */
  readonly minGasPriceWei?: bigint;
}

export interface ReconstructedChainDependencies {
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** The chain has stopped for good. */
  readonly onStop?: (error: unknown) => void;
}

/** A rebuilt chain that runs, and answers over HTTP and WebSocket. */
export interface ReconstructedChain {
  readonly url: string;
  readonly chain: Chain;
  close(): Promise<void>;
}

/**
 * Runs a rebuilt rollup behind its last batch, for reading, calling and, where it is writable, trying. Rejects with
 * ReconstructionError BytecodeMissing, EngineError, PortInUseError.
 */
export function startReconstructedChain(
  reconstruction: Reconstruction,
  options: ReconstructedChainOptions,
  dependencies: ReconstructedChainDependencies,
): Promise<ReconstructedChain> {
  return startOrClose("the rebuilt chain", (closing) => start(reconstruction, options, dependencies, closing));
}

async function start(
  reconstruction: Reconstruction,
  { writable = false, host = "127.0.0.1", port = 0, minGasPriceWei = 0n }: ReconstructedChainOptions,
  { connect, clock, onStop }: ReconstructedChainDependencies,
  closing: Closing,
): Promise<ReconstructedChain> {
  const { settlementChainId, configuration } = reconstruction.contract;
  const running = {
    coinbase: configuration.admin,
    blocks: { type: "instant" },
    batches: { maxAgeMs: undefined, maxTransactions: undefined },
    minGasPriceWei,
  } as const;
  const chain = await startChain(chainOptionsOf(reconstruction, running), {
    connect,
    clock,
    system: predeployTransactions,
    flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
    ...(onStop === undefined ? {} : { onStop }),
  });
  closing.add(() => chain.close());
  const name = `chain ${configuration.chainId}, rebuilt`;
  const methods = writable ? new Map<string, RpcMethod>() : new Map([["eth_sendRawTransaction", refuseToSend]]);
  const { url } = await serveChain(chain, { name, host, port, gasPriceWei: minGasPriceWei, development: writable, methods }, closing);
  return { url, chain, close: () => closing.close() };
}

const refuseToSend: RpcMethod = () =>
  Promise.reject(new RpcError(RpcCode.rejected, "this chain was rebuilt from L1 for reading; start it writable to try transactions"));
