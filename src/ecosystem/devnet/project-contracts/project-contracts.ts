import { createXOf, type CreateXCreation } from "./create-x.ts";
import { entryPointOf, type EntryPointCreation } from "./entry-point.ts";

/** Contracts whose code is in packages of a project, and that its chains have from the start. */
export interface ProjectContracts {
  readonly createX: CreateXCreation | undefined;
  readonly entryPoint: EntryPointCreation | undefined;
}

/** Choices of an ecosystem about contracts of its project. */
interface ContractChoices {
  /** True if chains have the CREATE2 deployer. */
  readonly hasDeployer: boolean;
  readonly accountAbstraction: boolean;
  /** True if the ecosystem starts its L1. */
  readonly startsL1: boolean;
}

/**
 * Reads the packages of the project in a folder. CreateX costs its price in coins of L1, so there is none on the chains of an
 * L1 that runs already. Throws PublishedCodeError.
 */
export function projectContracts(
  { hasDeployer, accountAbstraction, startsL1 }: ContractChoices,
  folder: string,
): ProjectContracts {
  return {
    createX: hasDeployer && startsL1 ? createXOf(folder) : undefined,
    entryPoint: accountAbstraction ? entryPointOf(folder) : undefined,
  };
}
