import { Interface, type InterfaceAbi } from "ethers";
import type { Artifact, ArtifactManager } from "hardhat/types/artifacts";
import type { Hex } from "../protocol/hex.ts";

/** What this plugin reads of the project's compiled contracts. */
export type ProjectArtifacts = Pick<ArtifactManager, "getAllFullyQualifiedNames" | "readArtifact">;

/** A contract that the project has compiled. */
export interface ProjectContract {
  readonly name: string;
  /** As Hardhat's gas report names it. */
  readonly fullName: string;
  readonly abi: InterfaceAbi;
  /** What creates it, without the constructor's arguments; undefined where libraries are linked into it. */
  readonly creation: string | undefined;
  /** Of the compilation that made it; undefined where another tool has. */
  readonly buildInfoId: string | undefined;
  /** Never for an interface or an abstract contract, which have no code. */
  isCodeOf(code: string): boolean;
  /** Signature of the function that calldata call. */
  functionOf(input: Hex): string | undefined;
}

export async function projectContracts(artifacts: ProjectArtifacts): Promise<readonly ProjectContract[]> {
  // In one order: of events and functions that several have, the first tells the names of arguments.
  const names = [...(await artifacts.getAllFullyQualifiedNames())].sort();
  const read = (await Promise.all(names.map((name) => artifacts.readArtifact(name)))) as readonly Artifact[];
  return read.map((artifact) => {
    const abi = artifact.abi as InterfaceAbi;
    let functions: Interface | undefined;
    const compiled = withoutLaterParts(artifact.deployedBytecode, artifact);
    const hasCode = compiled.length > 2;
    return {
      name: artifact.contractName,
      fullName: `${artifact.inputSourceName ?? artifact.sourceName}:${artifact.contractName}`,
      abi,
      creation: /^0x([0-9a-f]{2})+$/i.test(artifact.bytecode) ? artifact.bytecode.toLowerCase() : undefined,
      buildInfoId: artifact.buildInfoId,
      isCodeOf: (code) => hasCode && code.length === compiled.length && withoutLaterParts(code, artifact) === compiled,
      functionOf(input) {
        if (input.length < 10) return undefined;
        // Made when first asked for: a project has hundreds of contracts, and most are never called by name.
        functions ??= new Interface(abi);
        return functions.getFunction(input.slice(0, 10))?.format("sighash");
      },
    };
  });
}

/** Code without what deployments put into it: immutable values, and addresses of libraries. */
function withoutLaterParts(code: string, { immutableReferences = {}, deployedLinkReferences }: Artifact): string {
  const libraries = Object.values(deployedLinkReferences).flatMap((ofFile) => Object.values(ofFile).flat());
  let plain = code.toLowerCase();
  for (const { start, length } of [...Object.values(immutableReferences).flat(), ...libraries]) {
    const from = 2 + 2 * start;
    plain = plain.slice(0, from) + "0".repeat(2 * length) + plain.slice(from + 2 * length);
  }
  return plain;
}
