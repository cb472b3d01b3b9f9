import type { Backend } from "../../kernels/backend.ts";
import { digestLength } from "../../kernels/tree-hash.ts";
import { kernelRows } from "../../machine/interpreter/kernel.ts";
import type { ProofParameters } from "../../stark/parameters.ts";
import { commitPreprocessed } from "../../stark/preprocess.ts";
import { proofSecurity } from "../../stark/security/proof-security.ts";
import { createShape } from "../../stark/shape.ts";
import { committedHeights, compileSystem, type System, tallestHeights } from "../../stark/system.ts";
import { KERNEL_PLACES } from "../memory-places.ts";
import { type ProvenProgram, runDefinition, type RunSystem } from "../run-system.ts";

/** What runs of a protocol version are filled into. */
export interface ExecutionSystem extends RunSystem {
  readonly system: System;
}

/** What proofs of a protocol version's runs are made and checked with. */
export interface ExecutionKey extends ExecutionSystem {
  readonly protocolVersion: bigint;
  /** Proven bits that every proof has at least. */
  readonly provenBits: number;
}

/** Proven bits that a verifier asks for. */
export const LEAST_PROVEN_BITS = 100;

/** Commits to the kernel's program; takes seconds, so keep it. A program is named by the version whose rules it has. */
export async function createExecutionKey(
  protocolVersion: bigint,
  parameters: ProofParameters,
  backend: Backend,
): Promise<ExecutionKey> {
  const { program, definition } = kernelSystem(protocolVersion, parameters);
  const system = compileSystem(definition, await commitPreprocessed(definition, backend));
  return { protocolVersion, program, definition, system, provenBits: provenBitsOf(system) };
}

/** The same without commitments to the program, so at once: no proof can be made or checked with it. */
export function uncommittedSystem(protocolVersion: bigint, parameters: ProofParameters): ExecutionSystem {
  const { program, definition } = kernelSystem(protocolVersion, parameters);
  const root = new Uint8Array(digestLength(parameters.hash));
  return {
    program,
    definition,
    system: compileSystem(definition, new Map(committedHeights(definition).map((height) => [height, root]))),
  };
}

function kernelSystem(protocolVersion: bigint, parameters: ProofParameters): RunSystem {
  const program: ProvenProgram = { name: `the kernel of version ${protocolVersion}`, rows: kernelRows(), places: KERNEL_PLACES };
  return { program, definition: runDefinition(program, parameters) };
}

/** At the height that has the fewest, with all tables as high as they may be together with the tallest. */
function provenBitsOf(system: System): number {
  const bits = tallestHeights(system.definition).map((height) => {
    const shape = createShape(
      system,
      system.tables.map(({ fixedLogRows }) => fixedLogRows ?? height),
    );
    // More rows than multiplicities may be counted in: no proof is so large.
    if (typeof shape === "number") return Infinity;
    return proofSecurity(system, shape, { circuitDigestElements: 8, statementTerms: 0 }).provenBits;
  });
  return Math.floor(Math.min(...bits) * 10) / 10;
}
