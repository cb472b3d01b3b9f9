import { keccak_256 } from "@noble/hashes/sha3.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { limbsOf } from "../src/circuits/words/word.ts";
import { firstWords, KERNEL_PLACES } from "../src/execution-proof/memory-places.ts";
import { executionParameters } from "../src/execution-proof/parameters.ts";
import { RunRecorder } from "../src/execution-proof/recorded-run.ts";
import { type ProvenProgram, runDefinition, runInput, type RunSystem } from "../src/execution-proof/run-system.ts";
import { withState } from "../src/execution-proof/run-state.ts";
import { traceRun } from "../src/execution-proof/run-trace.ts";
import { referenceCompressor } from "../src/chain/state/batch-compressor.ts";
import { StateTree } from "../src/chain/state/state-tree.ts";
import type { TreeHash } from "../src/kernels/backend.ts";
import { blockHints, endHints } from "../src/machine/hints/transaction-hints.ts";
import { Kernel, kernelRows } from "../src/machine/interpreter/kernel.ts";
import type { ProverInput } from "../src/stark/prover-input.ts";

/** The system that proves runs of the kernel. */
export function kernelRunSystem(hash: TreeHash): RunSystem {
  const program: ProvenProgram = { name: "the kernel", rows: kernelRows(), places: KERNEL_PLACES };
  return { program, definition: runDefinition(program, executionParameters(hash)) };
}

/** A run of the kernel by the interpreter that opens blocks, a second apart, and what proves it. */
export function kernelRun(system: RunSystem, blocks: number): { readonly steps: number; readonly input: ProverInput } {
  const recorder = new RunRecorder(system.program.rows);
  const unused = (): never => {
    throw new Error("a run that opens blocks computes no signature and reads no state");
  };
  const kernel = new Kernel(
    { keccak: keccak_256, sha256, recover: unused, verifyP256: unused, compress: unused },
    system.program.rows,
  );
  const boundary = { blockNumber: 0n, timestamp: 0n, coinbase: 0n };
  const environment = { chainId: 1n, baseFee: 0n, blockGasLimit: 0n, boundary };
  const hints = [...Array.from({ length: blocks }, (_, i) => blockHints(BigInt(i + 1))).flat(), ...endHints()];
  const inputs = { environment, state: { read: unused }, codes: { codeOf: unused } };
  kernel.run(inputs, hints, recorder.observe);
  const words = firstWords(environment);
  const stated = system.program.places.map((place, i) => ({ ...place, first: limbsOf(words[i] ?? 0n) }));
  const trace = withState(traceRun(recorder.steps, stated), StateTree.genesis([], { compressor: referenceCompressor }));
  return { steps: recorder.steps.length, input: runInput(system, trace) };
}
