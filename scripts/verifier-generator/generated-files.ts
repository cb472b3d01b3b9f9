import { createStateTransitionSystem } from "../../src/circuits/state-transition/state-transition-system.ts";
import { systemForL1 } from "../../src/execution-proof/batch/l1-system.ts";
import type { System } from "../../src/stark/systems/system.ts";
import { generateStateTree } from "../state-tree-generator/contract.ts";
import { generateConstraints, generateVerifier } from "./contract.ts";
import { generateStackVerifier } from "./stacked/stack-contract.ts";

/** A file that `npm run generate` writes; the path is relative to the project. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Folder of contracts that are deployed. */
const DEPLOYED = "contracts/verifier/generated";
/** Folder of contracts that only measure: a benchmark compiles them. */
const MEASURING = "bench/generated";
/** As both see it. */
const INTERFACE_PATH = "../../interfaces/IStarkVerifier.sol";

/** Every generated file of the project. */
export function generatedFiles(): GeneratedFile[] {
  const stateTree = generateStateTree();
  return [
    ...verifierFiles(createStateTransitionSystem(), "StateTransitionStark"),
    ...stackVerifierFiles(systemForL1(), "AggregateStark"),
    { path: `${DEPLOYED}/${stateTree.name}.sol`, content: stateTree.source },
  ];
}

/** Of the proof that L1 checks of the execution of batches. */
function stackVerifierFiles(system: System, name: string): GeneratedFile[] {
  const { core, others } = generateStackVerifier(system, { name, interfacePath: INTERFACE_PATH });
  return [core, ...others].map((contract) => ({ path: `${DEPLOYED}/${contract.name}.sol`, content: contract.source }));
}

function verifierFiles(system: System, name: string): GeneratedFile[] {
  const options = { name, interfacePath: INTERFACE_PATH };
  const profile = generateVerifier(system, { ...options, profile: true });
  return [
    ...[generateVerifier(system, options), ...generateConstraints(system, options)].map((contract) => ({
      path: `${DEPLOYED}/${contract.name}.sol`,
      content: contract.source,
    })),
    { path: `${MEASURING}/${profile.name}.sol`, content: profile.source },
  ];
}
