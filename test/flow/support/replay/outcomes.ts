import type { ExecutionLabel } from "../../../../src/execution-proof/batch/execution-label.ts";

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

/** What differs between the batches of a file that have a label and those of the list; empty where nothing does. */
export function differences(file: string, batches: readonly ReplayedBatch[], listed: readonly LabelledBatch[]): string[] {
  const told = new Map(
    batches.flatMap(({ chain, batch, outcome, reason, detail }) =>
      outcome === "labelled" ? [[nameOf({ chain, batch, reason: reason ?? "fault" }), detail] as const] : [],
    ),
  );
  const expected = new Set(listed.map(nameOf));
  return [
    ...[...told]
      .filter(([name]) => !expected.has(name))
      .map(([name, why]) => `${file}: ${name} has a label that is not listed: ${why}`),
    ...[...expected].filter((name) => !told.has(name)).map((name) => `${file}: ${name} is listed, and no batch has that label`),
  ];
}

function nameOf({ chain, batch, reason }: LabelledBatch): string {
  return `batch ${batch} of chain ${chain} (${reason})`;
}
