import { NamedError } from "../../ground/errors/named-error.ts";
import type { Backend } from "../kernels/backend.ts";
import type { ProverInput } from "../stark/proving/prover-input.ts";
import { prove } from "../stark/proofs/prove.ts";
import type { System } from "../stark/systems/system.ts";
import { TablePrograms } from "../stark/programs/table-programs.ts";
import { calibrationInput, calibrationSystem } from "./calibration-system.ts";

/** log2 of the rows that backends are measured with: a proof of a million cells, which is some tenths of a second. */
const CALIBRATION_LOG_ROWS = 13;

/** A device that takes longer than this many times the processor's time is slower: the rest need not be waited for. */
const MOST_TIMES = 8;
const LEAST_LIMIT_MS = 5_000;

/** Time of a proof on each backend, in milliseconds. */
export interface Calibration {
  readonly processorMs: number;
  /** The limit where it took longer. */
  readonly deviceMs: number;
  /** Times as fast as the processor that the device was. */
  readonly gain: number;
}

/** The device made another proof than the processor. */
export class CalibrationMismatch extends NamedError<"OtherProof"> {
  override readonly name = "CalibrationMismatch";
}

/**
 * Makes a short proof on both backends, once for their initialization, and measures the second one. Rejects
 * with CalibrationMismatch, or with the device's error.
 */
export async function calibrate(
  { processor, device }: { readonly processor: Backend; readonly device: Backend },
  now: () => number,
  logRows = CALIBRATION_LOG_ROWS,
  leastLimitMs = LEAST_LIMIT_MS,
): Promise<Calibration> {
  const system = calibrationSystem();
  const programs = new TablePrograms(system);
  const input = calibrationInput(logRows);
  const measured = { system, input, programs };
  const expected = await timed(measured, processor, now);
  const { proof, ms: processorMs } = await timed(measured, processor, now);
  if (!isSame(proof, expected.proof)) throw new Error("the processor made two proofs of the same");
  const limit = new AbortController();
  const limitMs = Math.max(leastLimitMs, MOST_TIMES * processorMs);
  let deviceMs = limitMs;
  for (let run = 0; run < 2; run++) {
    const timer = setTimeout(() => limit.abort(), limitMs);
    const made = await timed(measured, device, now, limit.signal).catch((error: unknown) => {
      if (limit.signal.aborted) return undefined;
      throw error;
    });
    clearTimeout(timer);
    if (made === undefined) return { processorMs, deviceMs: limitMs, gain: processorMs / limitMs };
    if (!isSame(made.proof, expected.proof))
      throw new CalibrationMismatch("OtherProof", "the graphics card made another proof than WebAssembly of the same");
    deviceMs = made.ms;
  }
  return { processorMs, deviceMs, gain: processorMs / deviceMs };
}

interface Measured {
  readonly system: System;
  readonly input: ProverInput;
  readonly programs: TablePrograms;
}

async function timed(
  { system, input, programs }: Measured,
  backend: Backend,
  now: () => number,
  signal?: AbortSignal,
): Promise<{ readonly proof: Uint8Array; readonly ms: number }> {
  backend.prepare(programs.compile(system.tables));
  const began = now();
  const proof = await prove(system, input, backend, { programs, ...(signal === undefined ? {} : { signal }) });
  return { proof, ms: now() - began };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
