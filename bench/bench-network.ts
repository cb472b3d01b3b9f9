import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { DevnetDependencies } from "../src/ecosystem/devnet/devnet.ts";

/**
 * Opens in-process chains like a project without compiled contracts. In other projects the first chain of a process reads
 * the compiler's whole output (23 megabytes in this repository), which would distort the start of an ecosystem.
 */
export const { network: benchNetwork, config: benchConfig }: HardhatRuntimeEnvironment = await createHardhatRuntimeEnvironment({
  paths: { artifacts: "node_modules/.cache/no-artifacts" },
  networks: { local: { type: "edr-simulated", chainType: "l1" } },
});

/** This repository's contracts. */
export const benchArtifacts: DevnetDependencies["artifacts"] = (name) => hre.artifacts.readArtifact(name);
