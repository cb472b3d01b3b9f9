import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { DevnetDependencies } from "../src/devnet/devnet.ts";

/**
 * Opens in-process chains as in a project that has compiled nothing yet: at a process' first chain Hardhat reads all that the
 * compiler wrote, 23 megabytes in this repository, which is no part of an ecosystem's start.
 */
export const { network: benchNetwork, config: benchConfig }: HardhatRuntimeEnvironment = await createHardhatRuntimeEnvironment({
  paths: { artifacts: "node_modules/.cache/no-artifacts" },
  networks: { local: { type: "edr-simulated", chainType: "l1" } },
});

/** This repository's contracts. */
export const benchArtifacts: DevnetDependencies["artifacts"] = (name) => hre.artifacts.readArtifact(name);
