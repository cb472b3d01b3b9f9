import type { BaseWallet } from "ethers";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import type { UnlockedAccounts } from "../../../chain/rpc/accounts/unlocked-accounts.ts";
import type { Sessions } from "../../../chain/rpc/access/sessions.ts";
import type { NotedCalls } from "../../../chain/rpc/request/noted-calls.ts";
import type { Feed } from "../../../chain/rpc/transport/feed.ts";
import type { Closed } from "../../../chain/rpc/development/guarded-methods.ts";
import type { RevertReason } from "../../../chain/rpc/zks/message-status.ts";
import type { Eip1193Provider } from "../../../chain/node/serving/eip1193.ts";
import type { ChainAccess } from "../../../chain/node/serving/serve-chain.ts";
import type { CustomErrorText } from "../../../chain/node/serving/named-reverts.ts";
import { ETH_BASE_TOKEN } from "../../../ground/protocol/base-token.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { isQueueAlone, type ChainPlan } from "../../options/plan.ts";
import type { BaseToken } from "../chain-on-l1/base-token.ts";
import { startChainPipeline, type ChainPipeline, type ChainPipelineDependencies } from "./chain-pipeline.ts";
import { sentThroughQueue } from "./queue-wallets.ts";
import { measureThroughput, type Throughput } from "./throughput.ts";
import { RunSwitch, type RunSwitchOptions } from "./run-switch.ts";

/** A chain that is served. */
export interface DevnetChain {
  readonly chainId: bigint;
  readonly name: string;
  readonly url: string;
  readonly plan: ChainPlan;
  /** Settlement base of the chain. */
  readonly base: SettlementBase;
  /** Without the way over HTTP. */
  readonly provider: Eip1193Provider;
  /** Provider for clients in this process, which a paused chain refuses. */
  readonly clientProvider: Eip1193Provider;
  /** Provider with a client's bounds. */
  /** Access to its porter; undefined for a chain with one tree. */
  readonly porter: ChainAccess["porter"];
  readonly answer: ChainAccess["answer"];
  readonly gate: ChainAccess["gate"];
  readonly pipeline: ChainPipeline;
  readonly runSwitch: RunSwitch;
  readonly throughput: Throughput;
}

export interface ServedChain extends DevnetChain, ChainAccess {
  close(): Promise<void>;
}

/** Starts a chain and serves it. Rejects with PortInUseError, or with what the chain could not start for. */
export async function startServedChain(
  options: {
    readonly host: string;
    readonly origins: readonly string[];
    readonly inBackground: boolean;
    readonly closed: Closed;
    readonly feed: Feed;
    readonly noting: NotedCalls;
    readonly sessions: Sessions;
    readonly plan: ChainPlan;
    readonly begins: RunSwitchOptions["begins"];
    /** Told when it was paused or started. */
    readonly onSwitched: () => void;
    /** Whether its exit was activated, as far as is known. */
    readonly hasEnded: () => boolean;
    readonly baseToken: BaseToken;
    readonly genesis: readonly GenesisAccount[];
    readonly superchain: readonly GenesisAccount[];
    readonly accounts: UnlockedAccounts;
    /** Relayer of the ecosystem. */
    readonly relayer: Hex;
    /** Account that sends user operations; `undefined` if its key is not available. */
    readonly operator?: BaseWallet;
    readonly revertReason: RevertReason;
    readonly customError: CustomErrorText;
  },
  dependencies: ChainPipelineDependencies,
): Promise<ServedChain> {
  const { plan, begins, onSwitched, hasEnded, baseToken, genesis, superchain, relayer, ...answering } = options;
  const { name, chainId } = plan;
  const { base } = dependencies;
  const wallClockMs = (): number => dependencies.clock.nowMs();
  const runSwitch = new RunSwitch(
    { name, layer: base.chain === undefined ? "L1" : base.name, begins },
    { pipeline: () => pipeline, hasEnded, onChange: onSwitched },
  );
  const serving = { ...answering, wallClockMs, gasPrice: { toldWei: GAS_PRICE_WEI }, refusal: runSwitch.refusal };
  const funders = await Promise.all(
    [base.funder, base.deployer].map(async (signer) => lowerCaseAddress(await signer.getAddress())),
  );
  const pipeline: ChainPipeline = await startChainPipeline(
    {
      funders,
      plan,
      startsPaused: !runSwitch.isRunning,
      baseToken,
      genesis,
      superchain,
      relayer,
      minGasPriceWei: LEAST_FEE_CAP_WEI,
      serving,
    },
    dependencies,
  );
  if (isQueueAlone(plan) && plan.protocol.baseToken === ETH_BASE_TOKEN) {
    const { hyperchain } = pipeline.created;
    const { factory } = base.ecosystem.addresses;
    const { accounts } = answering;
    pipeline.addMethods(
      sentThroughQueue({ chainId, hyperchain, factory, l1: base.provider, accounts, look: () => pipeline.pollL1() }),
    );
  }
  const throughput = measureThroughput(pipeline.chain.index, wallClockMs);
  const { url, provider, clientProvider, porter, answer, gate, addMethods, close } = pipeline;
  const served = { url, provider, clientProvider, porter, answer, gate, addMethods, close };
  return { ...served, chainId, name, plan, base, pipeline, runSwitch, throughput };
}

/** Gas price for clients. */
const GAS_PRICE_WEI = 1_000_000n;
/**
 * Any cap that covers the base fee of 0 is taken: clients that read 0 as "no EIP-1559", or as "free" (Hardhat Ignition), send
 * caps of 0 by default. A cap above it would protect nothing, since it is the priority fee that is paid.
 */
const LEAST_FEE_CAP_WEI = 0n;
