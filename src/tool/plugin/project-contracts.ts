import { stat } from "node:fs/promises";
import type { InterfaceAbi } from "ethers";
import type { Artifact, ArtifactManager } from "hardhat/types/artifacts";
import { abiIndex } from "../../ecosystem/client/sending/abi-index.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** Functions of Hardhat's artifacts that this plugin uses. */
export type ProjectArtifacts = Pick<
  ArtifactManager,
  "clearCache" | "getAllBuildInfoIds" | "getAllFullyQualifiedNames" | "getArtifactPath" | "readArtifact"
>;

/** A contract that the project has compiled. */
export interface ProjectContract {
  readonly name: string;
  /** Name in Hardhat's gas report. */
  readonly fullName: string;
  readonly abi: InterfaceAbi;
  /** Creation code without the constructor's arguments; undefined if libraries are linked into it. */
  readonly creation: string | undefined;
  /** Id of its compilation; undefined for artifacts of another tool. */
  readonly buildInfoId: string | undefined;
  /** Never for an interface or an abstract contract, which have no code. */
  isCodeOf(code: string): boolean;
  /** Signature of the function that calldata call. */
  functionOf(input: Hex): string | undefined;
}

/** Contract with the version of its file. */
interface ReadContract {
  /** Version of the file. */
  readonly version: string;
  readonly contract: ProjectContract;
}

/**
 * Returns all contracts that the project has compiled, at the time of the call. It reads only files that a
 * compiler has replaced, because a project may have hundreds. Without changes it returns the same object.
 */
export function projectContracts(artifacts: ProjectArtifacts): () => Promise<readonly ProjectContract[]> {
  let known: ReadonlyMap<string, ReadContract> = new Map();
  let contracts: readonly ProjectContract[] = [];
  let compilations: string | undefined;
  let reading: Promise<readonly ProjectContract[]> | undefined;
  const read = async (): Promise<readonly ProjectContract[]> => {
    const ids = [...(await artifacts.getAllBuildInfoIds())].sort().join();
    // Hardhat lists the files once; a compiler that runs in another process does not tell it of new ones.
    if (ids !== compilations) await artifacts.clearCache();
    // In one order: of events and functions that several have, the first tells the names of arguments.
    const names = [...(await artifacts.getAllFullyQualifiedNames())].sort();
    const now = new Map(
      await Promise.all(names.map(async (name) => [name, await readContract(artifacts, name, known.get(name))] as const)),
    );
    compilations = ids;
    if (now.size === known.size && [...now].every(([name, each]) => known.get(name) === each)) return contracts;
    known = now;
    return (contracts = [...now.values()].map(({ contract }) => contract));
  };
  return () => {
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  };
}

async function readContract(artifacts: ProjectArtifacts, name: string, before: ReadContract | undefined): Promise<ReadContract> {
  const { mtimeMs, size } = await stat(await artifacts.getArtifactPath(name));
  const version = `${mtimeMs}:${size}`;
  if (before?.version === version) return before;
  return { version, contract: contractOf((await artifacts.readArtifact(name)) as Artifact) };
}

function contractOf(artifact: Artifact): ProjectContract {
  const abi = artifact.abi as InterfaceAbi;
  const functions = abiIndex([abi]);
  const compiled = withoutLaterParts(artifact.deployedBytecode, artifact);
  const hasCode = compiled.length > 2;
  return {
    name: artifact.contractName,
    fullName: `${artifact.inputSourceName ?? artifact.sourceName}:${artifact.contractName}`,
    abi,
    creation: /^0x([0-9a-f]{2})+$/i.test(artifact.bytecode) ? artifact.bytecode.toLowerCase() : undefined,
    buildInfoId: artifact.buildInfoId,
    isCodeOf: (code) => hasCode && code.length === compiled.length && withoutLaterParts(code, artifact) === compiled,
    functionOf: (input) => functions.functions(input.slice(0, SELECTOR_LENGTH))[0]?.format("sighash"),
  };
}

/** Length of `0x` and four bytes. */
const SELECTOR_LENGTH = 10;

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
