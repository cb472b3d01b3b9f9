import type { Clock } from "../chain/clock.ts";
import { reserveEngineStack } from "../chain/execution/connection.ts";
import type { EdrConnect } from "../chain/execution/connection.ts";
import { genesisState } from "../chain/genesis-state.ts";
import { predeployGenesis } from "../chain/predeploys/genesis.ts";
import { chainMethods } from "../chain/rpc/methods.ts";
import { startRpcServer } from "../chain/rpc/server.ts";
import type { BatchPolicy, BlockPolicy } from "../chain/sequencer/sequencer.ts";
import type { Hex } from "../protocol/hex.ts";
import { createProver } from "../prover/prover.ts";
import type { Prover } from "../prover/prover.ts";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, lowerCaseAddress } from "./accounts.ts";
import type { DevelopmentAccounts } from "./accounts.ts";
import { startChainPipeline } from "./chain-pipeline.ts";
import type { ChainPipeline } from "./chain-pipeline.ts";
import { requestFromL1 } from "./deposit.ts";
import { deployEcosystem } from "./deploy-ecosystem.ts";
import type { ContractArtifact, DeployedEcosystem } from "./deploy-ecosystem.ts";
import { serveLocalL1 } from "./local-l1.ts";
import type { L1Connection, LocalL1 } from "./local-l1.ts";
import { regularly } from "./regularly.ts";
import type { SettledBatch } from "./settling.ts";

export interface DevnetOptions {
  /** One chain each, in this order. */
  readonly chainIds: readonly bigint[];
  /** Development accounts, by number, that get `fundingWei` on each chain through its priority queue. */
  readonly fundedAccounts: readonly number[];
  readonly fundingWei: bigint;
  readonly batches: BatchPolicy;
  readonly blocks?: BlockPolicy;
  /** How often chains look at L1; undefined for only when `pollL1` is called. */
  readonly pollIntervalMs?: number | undefined;
  /** Threads of the prover; default: all cores. */
  readonly proverWorkers?: number | undefined;
  /** Default 127.0.0.1; every port is free to choose by the system. */
  readonly host?: string;
}

export interface DevnetDependencies {
  /** Opens an in-process L1 with the public networks' limits, whose accounts are the development accounts. */
  readonly connectL1: () => Promise<L1Connection>;
  readonly connectChain: EdrConnect;
  readonly artifacts: (name: string) => Promise<ContractArtifact & { readonly deployedBytecode: string }>;
  readonly clock: Clock;
  readonly onSettled?: (chainId: bigint, batch: SettledBatch) => void;
  /** A part has stopped for good; the others go on. */
  readonly onStop?: (chainId: bigint, error: unknown) => void;
}

/** A chain that is served. */
export interface DevnetChain {
  readonly chainId: bigint;
  readonly url: string;
  readonly pipeline: ChainPipeline;
}

/** An L1 with the complete ecosystem and its chains, in this process. */
export interface Devnet {
  readonly l1: LocalL1;
  readonly ecosystem: DeployedEcosystem;
  readonly accounts: DevelopmentAccounts;
  readonly chains: readonly DevnetChain[];
  close(): Promise<void>;
}

const MIN_GAS_PRICE_WEI = 1_000_000n;
const PROTOCOL_VERSION = 1n;
const RETIREMENT_NOTICE_SECONDS = 86_400n;

/** Starts everything. Rejects with the first fault, and then nothing is left running. */
export async function startDevnet(options: DevnetOptions, dependencies: DevnetDependencies): Promise<Devnet> {
  const { host = "127.0.0.1", proverWorkers } = options;
  const { connectL1, artifacts, clock } = dependencies;
  reserveEngineStack();
  const closing: (() => Promise<void>)[] = [];
  // In the order opposite to the start, and all of them even if one fails.
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const end of closing.splice(0).reverse()) await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, "not everything could be closed");
  };
  try {
    const genesis = await predeployGenesis(async (name) => (await artifacts(name)).deployedBytecode as Hex);
    const { stateRoot, leafCount } = genesisState(genesis);
    const l1 = await serveLocalL1({ host, port: 0 }, await connectL1());
    closing.push(() => l1.close());
    const accounts = createDevelopmentAccounts();
    const ecosystem = await deployEcosystem(
      {
        version: { protocolVersion: PROTOCOL_VERSION, genesisStateRoot: stateRoot, genesisLeafCount: leafCount },
        retirementNoticeSeconds: RETIREMENT_NOTICE_SECONDS,
      },
      { signer: accounts.wallet(ACCOUNT_NUMBERS.deployer).connect(l1.provider), artifacts },
    );
    const prover = createProver(proverWorkers === undefined ? {} : { workers: proverWorkers });
    closing.push(() => prover.close());
    const chains: DevnetChain[] = [];
    for (const [place, chainId] of options.chainIds.entries()) {
      const chain = await startServedChain({ ...options, host, chainId, place, genesis }, { ...dependencies, l1, ecosystem, accounts, prover });
      closing.push(() => chain.close());
      chains.push(chain);
    }
    await fund(options, ecosystem, l1, accounts);
    for (const { pipeline } of chains) await pipeline.pollL1();
    if (options.pollIntervalMs !== undefined) {
      for (const { chainId, pipeline } of chains) {
        const stop = regularly(clock, options.pollIntervalMs, () => pipeline.pollL1(), (error) => {
          dependencies.onStop?.(chainId, error);
          return false;
        });
        closing.push(() => Promise.resolve(stop()));
      }
    }
    return { l1, ecosystem, accounts, chains, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ServedChainDependencies extends DevnetDependencies {
  readonly l1: LocalL1;
  readonly ecosystem: DeployedEcosystem;
  readonly accounts: DevelopmentAccounts;
  readonly prover: Prover;
}

async function startServedChain(
  options: DevnetOptions & {
    readonly host: string;
    readonly chainId: bigint;
    readonly place: number;
    readonly genesis: Awaited<ReturnType<typeof predeployGenesis>>;
  },
  dependencies: ServedChainDependencies,
): Promise<DevnetChain & { close(): Promise<void> }> {
  const { chainId, place, genesis, batches, host, blocks = { type: "instant" } } = options;
  const { l1, ecosystem, accounts, prover, connectChain, clock, onSettled, onStop } = dependencies;
  const pipeline = await startChainPipeline(
    { chainId, genesis, blocks, batches, minGasPriceWei: MIN_GAS_PRICE_WEI },
    {
      ecosystem,
      l1: l1.provider,
      connect: connectChain,
      clock,
      prover,
      operator: accounts.wallet(ACCOUNT_NUMBERS.firstOperator + place).connect(l1.provider),
      onSettled: (batch) => onSettled?.(chainId, batch),
      onStop: (error) => onStop?.(chainId, error),
    },
  );
  try {
    const methods = chainMethods(pipeline.chain, { gasPriceWei: MIN_GAS_PRICE_WEI, development: true });
    const server = await startRpcServer({ host, port: 0 }, { engine: pipeline.chain.engine, methods });
    return {
      chainId,
      url: `http://${host}:${server.port}`,
      pipeline,
      async close() {
        await server.close();
        await pipeline.close();
      },
    };
  } catch (error) {
    await pipeline.close();
    throw error;
  }
}

async function fund(options: DevnetOptions, ecosystem: DeployedEcosystem, l1: LocalL1, accounts: DevelopmentAccounts): Promise<void> {
  const { chainIds, fundedAccounts, fundingWei } = options;
  const payer = accounts.wallet(ACCOUNT_NUMBERS.deployer).connect(l1.provider);
  for (const chainId of chainIds) {
    for (const number of fundedAccounts) {
      const to = lowerCaseAddress(accounts.wallet(number).address);
      await requestFromL1(ecosystem.addresses.factory, { chainId, to, valueWei: fundingWei }, payer);
    }
  }
}
