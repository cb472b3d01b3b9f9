import type { Eip1193Provider } from "../../chain/node/serving/eip1193.ts";
import type { DevnetOptions } from "../../ecosystem/devnet/devnet.ts";
import type { Layer } from "../../ecosystem/devnet/deployment/layer.ts";
import type { ChainPorts, EcosystemPorts } from "../../ecosystem/devnet/chains/ports.ts";
import type { SettledBatchInfo } from "../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { HyperchainUserConfig } from "../../ecosystem/options/generated/user-config.ts";
import type { Proofs } from "../../ecosystem/options/fields/prover.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** A chain and its surroundings. All fields except the id have defaults that work on a developer's machine. */
export interface NodePlan {
  /** Options of a chain as in a config, with a required id. */
  readonly chain: Omit<HyperchainUserConfig, "chainId"> & { readonly chainId: bigint };
  /** An L1 that runs already. Default: one in this process. */
  readonly l1?: { readonly url: string; readonly deployerKey?: Hex };
  /** Default: "stark". */
  readonly proofs?: Proofs;
  /** Default: all cores. */
  readonly prover?: { readonly workers?: number };
  /** Folder that stores the chain over restarts. Default: none. */
  readonly data?: string;
  /** Time between two looks at L1, each with a settlement, in milliseconds. Default: the chain settles on demand only. */
  readonly pollIntervalMs?: number;
}

/** Custom parts, in place of the package's. */
export interface NodePorts extends ChainPorts, Pick<EcosystemPorts, "queue"> {
  /** Called once when the chain, or its settlement, has stopped for good. */
  readonly onStop?: (error: unknown) => void;
}

/** A member of the ecosystem that a node runs in: L1 or the chain. */
export interface KitMember {
  readonly chainId: bigint;
  readonly url: string;
  /** In this process, without HTTP. */
  readonly provider: Eip1193Provider;
}

/** One chain with its L1, in this process. */
export interface KitNode extends KitMember {
  readonly l1: KitMember;
  /** Contracts of the ecosystem on L1, on which other chains can be created. */
  readonly deployed: Layer;
  /** Reads L1: executes its operations, and imports its newest root. */
  pollL1(): Promise<void>;
  /** Seals the open batch, and resolves when L1 has executed it and all before it. Rejects with what stopped settlement. */
  settle(): Promise<readonly SettledBatchInfo[]>;
  close(): Promise<void>;
}

/** Development accounts that have money on the chain. */
const FUNDED = [0, 1, 2, 3, 4];
const FUNDING_WEI = 10n ** 20n;

/**
 * Starts an L1 with the ecosystem's contracts and a chain on it, or a chain on the L1 that the plan names. Rejects with
 * DevnetOptionsError, PortInUseError, DeploymentError, or with what a port threw; then nothing is left running.
 */
export async function startNode({ chain, ...around }: NodePlan, ports: NodePorts = {}): Promise<KitNode> {
  // A process that starts no chain loads none of this.
  const { createHardhatRuntimeEnvironment } = await import("hardhat/hre");
  const { withEngineNetwork } = await import("../plugin/config/engine-network.ts");
  const { startEcosystem } = await import("../plugin/start-ecosystem.ts");
  const host = await createHardhatRuntimeEnvironment(withEngineNetwork({}));
  const { queue, onStop, ...ofChain } = ports;
  const devnet = await startEcosystem(
    // What is not of these types is refused by name where options are read.
    { fundedAccounts: FUNDED, fundingWei: FUNDING_WEI, relayer: false, ...around, chains: [chain] } as DevnetOptions,
    host,
    {
      ports: { chain: () => ofChain, ...(queue === undefined ? {} : { queue }) },
      ...(onStop === undefined ? {} : { onStop: (_: bigint, error: unknown) => onStop(error) }),
    },
  );
  const [{ chainId, url, clientProvider, pipeline }] = devnet.chains as readonly [(typeof devnet.chains)[number]];
  const { l1, ecosystem } = devnet;
  return {
    chainId,
    url,
    provider: clientProvider,
    l1: { chainId: l1.chainId, url: l1.url, provider: l1.eip1193 },
    deployed: ecosystem,
    pollL1: async () => void (await pipeline.pollL1()),
    settle: () => devnet.settle(chainId),
    close: () => devnet.close(),
  };
}
