import { createStateTransitionSystem } from "../../src/circuits/state-transition/state-transition-system.ts";
import type { System } from "../../src/stark/system.ts";
import { generateStateTree } from "../state-tree-generator/contract.ts";
import { generateConstraints, generateVerifier } from "./contract.ts";

/** A file that `npm run generate` writes; the path is relative to the project. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Where contracts that are deployed go, and those that only measure. */
const DEPLOYED = "contracts/verifier/generated";
const MEASURING = "test/contracts/solidity/verifier/generated";

/** Every generated file of the project. */
export function generatedFiles(): GeneratedFile[] {
  const stateTree = generateStateTree();
  return [
    ...verifierFiles(createStateTransitionSystem(), "StateTransitionStark"),
    { path: `${DEPLOYED}/${stateTree.name}.sol`, content: stateTree.source },
  ];
}

function verifierFiles(system: System, name: string): GeneratedFile[] {
  const options = { name, interfacePath: "../../interfaces/IStarkVerifier.sol" };
  const profile = generateVerifier(system, { ...options, profile: true });
  return [
    ...[generateVerifier(system, options), ...generateConstraints(system, options)].map((contract) => ({
      path: `${DEPLOYED}/${contract.name}.sol`,
      content: contract.source,
    })),
    { path: `${MEASURING}/${profile.name}.sol`, content: profile.source },
  ];
}
