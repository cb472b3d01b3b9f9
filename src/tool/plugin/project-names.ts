import { contractNames } from "../../ecosystem/client/sending/revert-reason.ts";
import type { ProjectNames } from "../../ecosystem/devnet/view/books/describe.ts";
import { projectContracts, type ProjectArtifacts, type ProjectContract } from "./project-contracts.ts";
import { projectLayouts, type CompilationOutputs } from "./project-layouts.ts";
import { projectLines } from "./project-lines.ts";
import { projectSources, type Compilations } from "./project-sources.ts";

/**
 * Names of the project's contracts, their errors, functions and events, read on demand. Without a new
 * compilation it returns the same object.
 */
export function projectNames(artifacts: ProjectArtifacts & Compilations & CompilationOutputs): () => Promise<ProjectNames> {
  const source = projectSources(artifacts);
  const layouts = projectLayouts(artifacts);
  const lines = projectLines(artifacts);
  const compiledContracts = projectContracts(artifacts);
  const namesOf = (contracts: readonly ProjectContract[]): ProjectNames => {
    const compiled = (fullName: string): readonly [id: string, source: string, contract: string] | undefined => {
      const id = contracts.find((each) => each.fullName === fullName)?.buildInfoId;
      const colon = fullName.lastIndexOf(":");
      return id === undefined ? undefined : [id, fullName.slice(0, colon), fullName.slice(colon + 1)];
    };
    return {
      ...contractNames(contracts.map(({ abi }) => abi)),
      contracts,
      source,
      async layout(fullName) {
        const place = compiled(fullName);
        return place === undefined ? undefined : layouts(...place);
      },
      async lines(fullName, trail) {
        const [id, name, contract] = compiled(fullName) ?? [];
        if (id === undefined || name === undefined || contract === undefined) return [];
        return (await lines(id))?.lines(name, contract, trail) ?? [];
      },
      async places(fullName) {
        const [id, name, contract] = compiled(fullName) ?? [];
        if (id === undefined || name === undefined || contract === undefined) return undefined;
        return (await lines(id))?.places(name, contract);
      },
      contract: (code) => contracts.find((contract) => contract.isCodeOf(code)),
    };
  };
  let known: { readonly contracts: readonly ProjectContract[]; readonly names: ProjectNames } | undefined;
  return async () => {
    const contracts = await compiledContracts();
    if (known?.contracts !== contracts) known = { contracts, names: namesOf(contracts) };
    return known.names;
  };
}
