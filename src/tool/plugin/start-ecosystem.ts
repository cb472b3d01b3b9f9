import type { HardhatConfig } from "hardhat/types/config";
import type { ArtifactManager } from "hardhat/types/artifacts";
import type { NetworkManager } from "hardhat/types/network";
import { systemClock } from "../../ground/runtime/clock.ts";
import { prepareFork, type EdrConnect } from "../../chain/execution/connection.ts";
import type { Devnet, DevnetDependencies } from "../../ecosystem/devnet/devnet.ts";
import type { DevnetOptions } from "../../ecosystem/devnet/described/options.ts";
import { ENGINE_NETWORK } from "./config/engine-network.ts";
import { bundledArtifact } from "./contract-artifacts.ts";
import { learningL1 } from "./learning-l1.ts";
import { newCompilations } from "./new-compilations.ts";
import { projectNames } from "./project-names.ts";

/** Functions of Hardhat for an ecosystem: in-process chains. */
interface EcosystemHost {
  readonly network: NetworkManager;
  /** Config to which a resumed chain is added. */
  readonly config: HardhatConfig;
  /** Artifacts whose contract names appear in failures. */
  readonly artifacts: ArtifactManager;
}

/** Opens chains in Hardhat's engine. */
export function connectChain(
  { network, artifacts }: Omit<EcosystemHost, "config">,
  learn = newCompilations(artifacts),
): EdrConnect {
  return async (override) => {
    const connection = await network.create({ network: ENGINE_NETWORK, chainType: "l1", override });
    const { provider } = connection;
    return { provider, learn: async () => void (await learn(provider)), close: () => connection.close() };
  };
}

/** Starts an ecosystem with Hardhat's engine, the package's own contracts and the machine's clock, unless others are given. */
export async function startEcosystem(
  options: DevnetOptions,
  { network, config, artifacts }: EcosystemHost,
  dependencies: Partial<DevnetDependencies> = {},
): Promise<Devnet> {
  // Loaded here: connections to other networks, and most tasks, need nothing of it.
  const { startDevnet } = await import("../../ecosystem/devnet/devnet.ts");
  // Networks of a process share what they know: what one learns all have.
  const learn = newCompilations(artifacts);
  return startDevnet(options, {
    async connectL1({ genesisMs, fork, past }) {
      if (past !== undefined) prepareFork(config, past);
      const forking = fork ?? past;
      const connection = await network.create({
        network: ENGINE_NETWORK,
        chainType: "l1",
        override: {
          allowBlocksWithSameTimestamp: true,
          ...(genesisMs === undefined ? {} : { initialDate: new Date(genesisMs) }),
          ...(forking === undefined ? {} : { forking: { url: forking.url, blockNumber: forking.blockNumber } }),
        },
      });
      return learningL1(connection, () => learn(connection.provider));
    },
    connectChain: connectChain({ network, artifacts }, learn),
    artifacts: bundledArtifact,
    clock: systemClock,
    names: projectNames(artifacts),
    projectFolder: config.paths.root,
    ...dependencies,
  });
}
