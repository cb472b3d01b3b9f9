import type { ExecutionLabel } from "../../../../src/execution-proof/batch/execution-label.ts";
import type { ExpectedFile } from "./replayed-files.ts";

/** What became of a batch of the suite. */
export interface ReplayedBatch {
  /** Of the repository. */
  readonly file: string;
  readonly chain: number;
  readonly batch: number;
  /** The first digits. */
  readonly commitment: string;
  /**
   * "followed": the machine's run comes to L1's record and state. "checked": its tables are filled, and satisfy every constraint and look-up. "proven": another process has verified a proof of
   * secure parameters. "refused": tables that break a constraint, or a proof that is not accepted.
   */
  readonly outcome: "followed" | "checked" | "proven" | "labelled" | "refused";
  readonly reason?: ExecutionLabel;
  readonly detail?: string;
  readonly steps: number;
  readonly messages: number;
  readonly operations: number;
  readonly imports: number;
  readonly cheats: number;
  /** Deployed or loaded. */
  readonly codes: number;
  /** Of a proof. */
  readonly chunks?: number;
  readonly bytes?: number;
  readonly provenBits?: number;
  readonly cpuSeconds: number;
}

/** A batch that has no proof because nothing could prove it. */
export interface LabelledBatch {
  readonly chain: number;
  readonly batch: number;
  readonly reason: ExecutionLabel;
}

/** What differs between a file's batches and what a replay of it has to come to; empty where nothing does. */
export function differences(file: string, batches: readonly ReplayedBatch[], expected: ExpectedFile): string[] {
  const count = batches.length === expected.batches ? [] : [`${file}: ${batches.length} batches, not ${expected.batches}`];
  const listed = expected.labelled.map(nameOf);
  const found = batches.flatMap((batch) => {
    const { outcome, reason = "fault", detail = "" } = batch;
    return outcome === "labelled" ? [{ name: nameOf({ ...batch, reason }), detail }] : [];
  });
  const further = found.flatMap(({ name, detail }) => {
    const place = listed.indexOf(name);
    if (place < 0) return [`${file}: ${name} has a label that is not listed: ${detail}`];
    listed.splice(place, 1);
    return [];
  });
  return [...count, ...further, ...listed.map((name) => `${file}: ${name} is listed, and no batch has that label`)];
}

function nameOf({ chain, batch, reason }: LabelledBatch): string {
  return `batch ${batch} of chain ${chain} (${reason})`;
}
