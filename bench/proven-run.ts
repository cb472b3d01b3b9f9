import { keccak_256 } from "@noble/hashes/sha3.js";
import { referenceCompressor } from "../src/chain/state/batch-compressor.ts";
import { StateTree } from "../src/chain/state/state-tree.ts";
import { recoverPublicKey } from "../src/ground/transaction/signature-recovery.ts";
import { KERNEL_PLACES } from "../src/proofs/execution-proof/memory-places.ts";
import { executionParameters } from "../src/proofs/execution-proof/parameters.ts";
import { RunRecorder } from "../src/proofs/execution-proof/run-recorder.ts";
import { runDefinition, runInput, type RunSystem } from "../src/proofs/execution-proof/run-system.ts";
import { withState } from "../src/proofs/execution-proof/run-state.ts";
import { compress } from "../src/proofs/kernels/poseidon.ts";
import { Kernel } from "../src/proofs/machine/interpreter/kernel.ts";
import type { Hint } from "../src/proofs/machine/interpreter/machine-state.ts";
import type { Primitives } from "../src/proofs/machine/interpreter/privileged-operations.ts";
import type { RomRow } from "../src/proofs/machine/rom/rom-row.ts";
import type { LeafKind } from "../src/ground/protocol/domain-tags.ts";
import type { ProverInput } from "../src/proofs/stark/proving/prover-input.ts";

/** A run by the interpreter, and what proves it. */
export interface ProvenRun {
  readonly system: RunSystem;
  readonly steps: number;
  readonly input: ProverInput;
}

/** The system that proves runs of a program with secure parameters. */
export function programSystem(name: string, rows: readonly RomRow[]): RunSystem {
  const program = { name, rows, places: KERNEL_PLACES };
  return { program, definition: runDefinition(program, executionParameters()) };
}

/** Runs a program in a state (default: genesis) without changing the tree. */
export function provenRun(
  system: RunSystem,
  hints: readonly Hint[],
  tree = StateTree.genesis([], { compressor: referenceCompressor }),
): ProvenRun {
  const unused = (): never => {
    throw new Error("the run asks for what no measured program needs");
  };
  const primitives: Primitives = {
    ...{ keccak: keccak_256, compress, sha256Block: unused },
    recover: (hash, parity, r, s) => recoverPublicKey(hash, BigInt(parity), r, s),
  };
  const kernel = new Kernel(primitives, system.program.rows);
  const boundary = { nextBatch: 0n, open: 1n, blockNumber: 0n, timestamp: 0n, coinbase: 0n, blockHashes: 0n, cheatCount: 0n };
  const environment = { chainId: 1n, baseFee: 0n, blockGasLimit: 0n, boundary };
  const state = {
    read: (kind: number, address: bigint, slot: bigint) => tree.get({ leafKind: kind as LeafKind, address, slot }),
  };
  const recorder = new RunRecorder(system.program, environment);
  kernel.run({ environment, state, codes: { codeOf: unused, isLengthFirst: unused } }, hints, recorder);
  const trace = withState(recorder.trace(), tree);
  return { system, steps: trace.processor.length, input: runInput(system, trace) };
}
