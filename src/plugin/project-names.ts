import { contractNames } from "../client/revert-reason.ts";
import type { ProjectNames } from "../devnet/view/describe.ts";
import { projectContracts } from "./project-contracts.ts";
import type { ProjectArtifacts } from "./project-contracts.ts";
import { projectSources } from "./project-sources.ts";
import type { Compilations } from "./project-sources.ts";

/** What the contracts that the project has compiled call themselves, their errors, functions and events; read when asked for. */
export function projectNames(artifacts: ProjectArtifacts & Compilations): () => Promise<ProjectNames> {
  const source = projectSources(artifacts);
  return async () => {
    const contracts = await projectContracts(artifacts);
    return {
      ...contractNames(contracts.map(({ abi }) => abi)),
      contracts,
      source,
      contract: (code) => contracts.find((contract) => contract.isCodeOf(code)),
    };
  };
}
