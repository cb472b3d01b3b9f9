import { fork } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "./episode.ts";

/**
 * Steps of a part of a long run. Each part has a separate seed and ecosystems, and must reach everything as often as a
 * short run.
 */
const PART_STEPS = 100_000;
/** Seeds of the parts of one run, and of runs with neighbouring seeds, differ. */
const SEEDS_PER_RUN = 100_000;

export interface Part {
  readonly seed: number;
  readonly steps: number;
}

/** Result of a part. */
export interface PartEnd extends Part {
  /** Number of steps, at least the requested one: a part continues until everything was reached often enough. */
  readonly done: number;
  readonly seconds: number;
  /** Rarest event and its count. */
  readonly least: { readonly label: string; readonly count: number };
  /** Events that were too rare. */
  readonly missing: readonly string[];
  /** Failure with the steps that lead to it. */
  readonly failure?: { readonly name: string; readonly message: string; readonly steps: readonly Step[] };
}

export type PartMessage = { readonly progress: string } | { readonly end: PartEnd };

export function partsOf(seed: number, steps: number): Part[] {
  return Array.from({ length: Math.ceil(steps / PART_STEPS) }, (_, i) => ({
    seed: seed * SEEDS_PER_RUN + i,
    steps: Math.min(PART_STEPS, steps - i * PART_STEPS),
  }));
}

export function isGood({ missing, failure }: PartEnd): boolean {
  return failure === undefined && missing.length === 0;
}

export interface PartsOptions {
  readonly parts: readonly Part[];
  /** Number of concurrent parts. */
  readonly processes: number;
  /** File of the parts' results, a line each: finished good parts are not repeated. */
  readonly ledger: string | undefined;
  readonly report: (line: string) => void;
}

/** Runs parts in separate processes until all have ended or one fails. Returns their results. */
export async function runParts({ parts, processes, ledger, report }: PartsOptions): Promise<PartEnd[]> {
  const ends = ledger === undefined ? [] : readLedger(ledger).filter((end) => isGood(end) && parts.some(isSameAs(end)));
  const waiting = parts.filter((part) => !ends.some(isSameAs(part)));
  if (ends.length > 0) report(`${ends.length} of ${parts.length} parts have ended before`);
  const work = async (): Promise<void> => {
    while (ends.every(isGood)) {
      const part = waiting.shift();
      if (part === undefined) return;
      const end = await runPart(part, report);
      ends.push(end);
      if (ledger !== undefined) appendFileSync(ledger, `${JSON.stringify(end)}\n`);
      report(`${ends.length} of ${parts.length} parts have ended; seed ${end.seed}: ${describeEnd(end)}`);
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return ends;
}

const isSameAs =
  ({ seed, steps }: Part) =>
  (other: Part): boolean =>
    other.seed === seed && other.steps === steps;

function readLedger(file: string): PartEnd[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as PartEnd);
}

function describeEnd({ done, seconds, least, missing, failure }: PartEnd): string {
  if (failure !== undefined) return failure.message;
  const pace = `${done} steps at ${(done / seconds).toFixed(0)} a second`;
  return missing.length > 0
    ? `${pace}, reached too rarely: ${missing.join(", ")}`
    : `${pace}, ${least.label} ${least.count} times`;
}

function runPart({ seed, steps }: Part, report: (line: string) => void): Promise<PartEnd> {
  const child = fork(join(import.meta.dirname, "part.ts"), [String(seed), String(steps)]);
  return new Promise((resolve, reject) => {
    let end: PartEnd | undefined;
    child.on("message", (message: PartMessage) => {
      if ("progress" in message) report(`seed ${seed}: ${message.progress}`);
      else end = message.end;
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (end === undefined) reject(new Error(`the process of seed ${seed} ended with ${code} without a result`));
      else resolve(end);
    });
  });
}
