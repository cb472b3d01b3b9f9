import type { Ext } from "../../../src/proofs/field/extension.ts";
import { inv, mul, P, sub } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import type { Bus } from "../../../src/proofs/stark/constraints/bus.ts";
import { commitSegment, proveSegment } from "../../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { FIRST_FOLD, foldSegment, runChallenges } from "../../../src/proofs/stark/segments/fold.ts";
import { proveRun } from "../../../src/proofs/stark/proofs/prove-run.ts";
import { type RunProof, type RunRejection, verifyRun } from "../../../src/proofs/stark/proofs/verify-run.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";

/** A run's proof by an honest prover, whatever its segments hold. */
export function provenRun(system: System, inputs: readonly ProverInput[], backend: Backend): Promise<RunProof> {
  return proveRun(system, { count: inputs.length, fill: (i) => inputs[i]! }, backend);
}

/** Proves a run whose segments are changed after the seed is fixed. */
export async function forgedRun(
  system: System,
  inputs: readonly ProverInput[],
  backend: Backend,
  change: (seed: Uint8Array) => readonly ProverInput[],
): Promise<RunProof> {
  let seed: Uint8Array = FIRST_FOLD;
  for (const input of inputs) seed = foldSegment(system, seed, await commitSegment(system, input, backend));
  const proofs: Uint8Array[] = [];
  let before: Uint8Array = FIRST_FOLD;
  for (const input of change(seed)) {
    const commitment = await commitSegment(system, input, backend);
    proofs.push(await proveSegment(system, input, { seed, before, mainRoot: commitment.mainRoot }, backend));
    before = foldSegment(system, before, commitment);
  }
  return { seed, proofs };
}

/** Answer to a run: the code, followed by that of a segment. */
export function answer(system: System, statement: Uint8Array, run: RunProof): string {
  const result = verifyRun(system, statement, run);
  return result.ok ? "accepted" : codeOf(result.rejection);
}

export function codeOf(rejection: RunRejection): string {
  return rejection.code === "SegmentRefused" ? `SegmentRefused: ${rejection.rejection.code}` : rejection.code;
}

/** 1 / fingerprint of a message: what it adds to a sum if it is sent once. */
export function fraction({ field, ...system }: System, seed: Uint8Array, bus: Bus, message: readonly number[]): Ext {
  const { fold, offset } = runChallenges(system, seed);
  let fingerprint = field.add(offset, field.fromBase(bus.tag));
  let power = fold;
  for (const element of message) {
    fingerprint = field.add(fingerprint, field.scale(power, element));
    power = field.mul(power, fold);
  }
  return field.inv(fingerprint);
}

/** The x of base elements with Σ xᵢ · columnsᵢ = wanted: as many columns as an extension element has coordinates. */
export function solve(columns: readonly Ext[], wanted: Ext): number[] {
  const size = wanted.length;
  const rows = Array.from({ length: size }, (_, r) => [...columns.map((column) => column[r]!), wanted[r]!]);
  for (let c = 0; c < size; c++) {
    const pivot = rows.findIndex((row, r) => r >= c && row[c] !== 0);
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    const scale = inv(rows[c]![c]!);
    rows[c] = rows[c]!.map((value) => mul(value, scale));
    for (let r = 0; r < size; r++)
      if (r !== c) rows[r] = rows[r]!.map((value, i) => sub(value, mul(rows[r]![c]!, rows[c]![i]!))).map((value) => value % P);
  }
  return rows.map((row) => row[size]!);
}
