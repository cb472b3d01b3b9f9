import type { BaseToken } from "./base-token.ts";
import { startChainPipeline } from "./chain-pipeline.ts";
import type { ChainPipeline, ChainPipelineDependencies } from "./chain-pipeline.ts";
import type { GenesisAccount } from "../../chain/genesis.ts";
import type { Closing } from "../closing.ts";
import { batchDataMethod } from "./data-keeper.ts";
import { startOrClose } from "../closing.ts";
import type { Eip1193Provider } from "../eip1193.ts";
import type { ChainPlan } from "../options.ts";
import { serveChain } from "./serve-chain.ts";
import type { ChainAccess } from "./serve-chain.ts";
import { settlementViewOf } from "./settlement-view.ts";

/** A chain that is served. */
export interface DevnetChain {
  readonly chainId: bigint;
  readonly name: string;
  readonly url: string;
  readonly plan: ChainPlan;
  /** Without the way over HTTP. */
  readonly provider: Eip1193Provider;
  readonly pipeline: ChainPipeline;
}

export interface ServedChain extends DevnetChain, ChainAccess {
  close(): Promise<void>;
}

/** Starts a chain and serves it. Rejects with PortInUseError, or with what the chain could not start for. */
export function startServedChain(
  options: { readonly host: string; readonly origins: readonly string[]; readonly inBackground: boolean; readonly plan: ChainPlan; readonly baseToken: BaseToken; readonly genesis: readonly GenesisAccount[] },
  dependencies: ChainPipelineDependencies,
): Promise<ServedChain> {
  return startOrClose(`chain ${options.plan.name}`, (closing) => start(options, dependencies, closing));
}

async function start(
  { host, origins, inBackground, plan, baseToken, genesis }: Parameters<typeof startServedChain>[0],
  dependencies: ChainPipelineDependencies,
  closing: Closing,
): Promise<ServedChain> {
  const pipeline = await startChainPipeline({ plan, baseToken, genesis, minGasPriceWei: LEAST_FEE_CAP_WEI }, dependencies);
  closing.add(() => pipeline.close());
  const { data } = pipeline.signers;
  const access = await serveChain(
    pipeline.chain,
    {
      name: `chain ${plan.name}`,
      host,
      port: plan.port,
      origins,
      inBackground,
      gasPriceWei: GAS_PRICE_WEI,
      development: true,
      settlement: settlementViewOf(pipeline, dependencies),
      ...(data === undefined ? {} : { methods: new Map([["hyperchain_getBatchData", batchDataMethod(data)]]) }),
    },
    closing,
  );
  return { ...access, chainId: plan.chainId, name: plan.name, plan, pipeline, close: () => closing.close() };
}

/** What clients are told to pay. */
const GAS_PRICE_WEI = 1_000_000n;
/**
 * Any cap that covers the base fee of 0 is taken: clients that read 0 as "no EIP-1559", or as "free" (Hardhat Ignition), send
 * caps of 0 by default. A cap above it would protect nothing, since it is the priority fee that is paid.
 */
const LEAST_FEE_CAP_WEI = 0n;
