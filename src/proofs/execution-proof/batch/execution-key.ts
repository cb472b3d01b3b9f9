import { digestLength } from "../../kernels/tree-hash.ts";
import type { WasmBackend } from "../../kernels/wasm/threaded-backend.ts";
import { kernelRows } from "../../machine/interpreter/kernel.ts";
import type { RomRow } from "../../machine/rom/rom-row.ts";
import { PROVEN_VERSION } from "../../../ground/protocol/protocol-version.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import { commitPreprocessed } from "../../stark/proving/preprocess.ts";
import { leastProvenBits } from "../../stark/security/proof-security.ts";
import { committedHeights, compileSystem, type System, type SystemDefinition } from "../../stark/systems/system.ts";
import { statedKernel } from "./kernel-statement.ts";
import { executionParameters } from "../parameters.ts";
import { CHUNK_PROFILES, SEGMENT_PROFILES } from "../run-profiles.ts";
import { runDefinition, type RunSystem, segmentedDefinition } from "../run-system.ts";
import type { ProvenProgram } from "../run-tables.ts";
import { packageChunkRoots, writtenChunkRoots } from "./chunk-roots.ts";

/** System for runs of a protocol version. */
export interface ExecutionSystem extends RunSystem {
  readonly system: System;
}

/** Key for proofs of a protocol version's runs. */
export interface ExecutionKey extends ExecutionSystem {
  readonly protocolVersion: bigint;
  /** Proven bits that every proof has at least. */
  readonly provenBits: number;
  /** Key for runs that are cut into segments; compiled at the first use, which takes a second. */
  readonly segmented: () => SegmentedKey;
}

/** Key for proofs of runs in segments. */
interface SegmentedKey {
  readonly system: System;
  readonly provenBits: number;
}

/** The circuits compute Poseidon digests of eight elements; statements contain no random evaluation. */
const APPLICATION = { circuitDigestElements: 8, statementTerms: 0 };

/** Proven bits that a verifier asks for. */
export const MIN_PROVEN_BITS = 100;

/**
 * The package's program and parameters get the package's roots, all others those of `committedExecutionKey`. A program is named
 * by the version whose rules it has.
 */
export async function createExecutionKey(
  protocolVersion: bigint,
  parameters: ProofParameters,
  processor: WasmBackend,
  rows: readonly RomRow[] = kernelRows(),
): Promise<ExecutionKey> {
  const roots = writtenChunkRoots(protocolVersion, parameters);
  if (roots === undefined) return committedExecutionKey(protocolVersion, parameters, processor, rows);
  return keyWith(kernelSystem(protocolVersion, parameters, rows), protocolVersion, roots);
}

/**
 * Commits to the kernel's program, or hashes it where verifiers evaluate it; takes a second, so keep it. On the processor only: a
 * device that commits wrongly would accept its own wrong proofs.
 */
export async function committedExecutionKey(
  protocolVersion: bigint,
  parameters: ProofParameters,
  processor: WasmBackend,
  rows: readonly RomRow[] = kernelRows(),
): Promise<ExecutionKey> {
  const kernel = kernelSystem(protocolVersion, parameters, rows);
  return keyWith(kernel, protocolVersion, await commitPreprocessed(kernel.definition, processor));
}

/** The key of the package's programs; nothing is committed to. */
export function packageExecutionKey(): ExecutionKey {
  const [protocolVersion, parameters] = [PROVEN_VERSION, executionParameters()];
  return keyWith(kernelSystem(protocolVersion, parameters), protocolVersion, packageChunkRoots());
}

function keyWith(run: RunSystem, protocolVersion: bigint, roots: ReadonlyMap<number, Uint8Array>): ExecutionKey {
  const { definition } = run;
  const system = compileSystem(definition, roots);
  let compiled: SegmentedKey | undefined;
  const segmented = (): SegmentedKey => (compiled ??= segmentedKey(definition, roots));
  return { ...run, protocolVersion, system, provenBits: leastProvenBits(system, APPLICATION), segmented };
}

/** Key for segments with the same fixed columns and commitments. */
function segmentedKey(definition: SystemDefinition, roots: ReadonlyMap<number, Uint8Array>): SegmentedKey {
  const system = compileSystem(segmentedDefinition(definition), roots);
  return { system, provenBits: leastProvenBits(system, APPLICATION) };
}

/** System without commitments to the program: a proof that needs one can neither be made nor checked with it. */
export function uncommittedSystem(
  protocolVersion: bigint,
  parameters: ProofParameters,
  rows: readonly RomRow[] = kernelRows(),
): ExecutionSystem {
  const { definition, ...own } = kernelSystem(protocolVersion, parameters, rows);
  const root = new Uint8Array(digestLength(parameters.hash));
  return {
    ...own,
    definition,
    system: compileSystem(definition, new Map(committedHeights(definition).map((height) => [height, root]))),
  };
}

function kernelSystem(protocolVersion: bigint, parameters: ProofParameters, rows: readonly RomRow[] = kernelRows()): RunSystem {
  const name = `the kernel of version ${protocolVersion}`;
  const program: ProvenProgram = { name, rows, ...statedKernel(protocolVersion) };
  const definition = runDefinition(program, parameters);
  // Of proofs that programs check there are a few shapes.
  if (parameters.transcript !== "poseidon") return { program, definition };
  return { program, definition, profiles: CHUNK_PROFILES, segmentProfiles: SEGMENT_PROFILES };
}
