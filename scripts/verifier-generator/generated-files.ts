import { createJoinSplitSystem } from "../../src/proofs/circuits/join-split/join-split-system.ts";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { systemForL1 } from "../../src/proofs/execution-proof/batch/l1-system.ts";
import { LAST_PROOFS, LAST_VERIFIERS } from "../../src/ground/protocol/last-proof.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { generateStateTree } from "../state-tree-generator/contract.ts";
import { generateNoteTree } from "../note-tree-generator/contract.ts";
import { type GeneratedContract, generateConstraints, generateVerifier } from "./contract.ts";
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
/** Import path of the interface, from both contracts. */
const INTERFACE_PATH = "../../interfaces/IStarkVerifier.sol";

/** Every generated file of the project. */
export function generatedFiles(): GeneratedFile[] {
  const [stateTree, noteTree] = [generateStateTree(), generateNoteTree()];
  return [
    ...verifierFiles(createStateTransitionSystem(), "StateTransitionStark"),
    ...LAST_PROOFS.flatMap((last) => stackVerifierFiles(systemForL1(last), LAST_VERIFIERS[last])),
    ...deployedFiles(shieldedVerifier()),
    ...deployedFiles([stateTree, noteTree]),
  ];
}

/** Verifier of a shielded pool, with its constraints. */
function shieldedVerifier(): GeneratedContract[] {
  const [system, options] = [createJoinSplitSystem(), { name: "ShieldedStark", interfacePath: INTERFACE_PATH }];
  return [generateVerifier(system, options), ...generateConstraints(system, options)];
}

function deployedFiles(contracts: readonly GeneratedContract[]): GeneratedFile[] {
  return contracts.map(({ name, source }) => ({ path: `${DEPLOYED}/${name}.sol`, content: source }));
}

/** Verifier of the proof of batches' execution that L1 checks. */
function stackVerifierFiles(system: System, name: string): GeneratedFile[] {
  const { core, others } = generateStackVerifier(system, { name, interfacePath: INTERFACE_PATH });
  return deployedFiles([core, ...others]);
}

function verifierFiles(system: System, name: string): GeneratedFile[] {
  const options = { name, interfacePath: INTERFACE_PATH };
  const profile = generateVerifier(system, { ...options, profile: true });
  return [
    ...deployedFiles([generateVerifier(system, options), ...generateConstraints(system, options)]),
    { path: `${MEASURING}/${profile.name}.sol`, content: profile.source },
  ];
}
