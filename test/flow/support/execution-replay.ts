import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import { executionParameters } from "../../../src/execution-proof/parameters.ts";
import type { ExecutionProver } from "../../../src/execution-proof/batch/execution-prover.ts";
import type { ExecutionProofs } from "../../../src/node/execution/node-execution.ts";
import type { DevnetDependencies, DevnetOptions } from "../../../src/devnet/devnet.ts";
import type { FlowDevnet } from "./devnet.ts";

/** Names the file to which a replay adds what became of each batch's proof of execution; unset: the suite runs as it is. */
export const REPLAY_VARIABLE = "HYPERCHAIN_EXECUTION_REPLAY";

/** What became of the proof of a batch of the flow suite. */
export interface ReplayedBatch {
  readonly file: string;
  readonly chain: string;
  readonly batch: number;
  /** "filled": its tables were, and no proof was made. */
  readonly outcome: "proven" | "filled" | "labelled";
  readonly reason: string;
  readonly detail: string;
}

/** How ecosystems of the flow suite are started while they are replayed. */
export interface Replay {
  readonly path: string;
  readonly options: Pick<DevnetOptions, "prover">;
  readonly dependencies: Pick<DevnetDependencies, "executionProving" | "executionProver">;
}

/** Set beside it: proofs are made and checked, of two queries. What can be proven does not depend on their number. */
const PROOFS_VARIABLE = "HYPERCHAIN_EXECUTION_REPLAY_PROOFS";

export function replayOptions(): Replay | undefined {
  const path = process.env[REPLAY_VARIABLE];
  if (path === undefined) return undefined;
  return {
    path,
    options: { prover: { mode: "stark", workers: 2, execution: "proven" } },
    dependencies: {
      executionProving: { parameters: { ...executionParameters(), queryCount: 2, grindingBits: 0 }, acceptsWeakParameters: true },
      ...(process.env[PROOFS_VARIABLE] === undefined ? { executionProver: withoutProofs } : {}),
    },
  };
}

/** Fills the tables of a proof, and makes none: what no table has, and where machine and chain disagree, is found all the same. */
function withoutProofs({ examine }: ExecutionProver): ExecutionProofs["prover"] {
  const metrics = { chunks: 0, cells: 0, seconds: 0, phaseSeconds: {}, provenBits: 0, workers: 0 };
  return {
    prove: async (witness, claim) => (await examine(witness, claim)) ?? { kind: "proven", proof: new Uint8Array(), metrics },
    verify: () => Promise.resolve({ chunks: 0, provenBits: 0 }),
  };
}

/** The ecosystem; before it closes, what becomes of all its batches is waited for and noted. */
export function recordExecution(devnet: FlowDevnet, { path }: Replay): FlowDevnet {
  const close = devnet.close.bind(devnet);
  let isNoted = false;
  return Object.assign(devnet, {
    async close(): Promise<void> {
      if (!isNoted) await note(devnet, path);
      isNoted = true;
      await close();
    },
  });
}

async function note(devnet: FlowDevnet, path: string): Promise<void> {
  const file = basename(process.argv[1] ?? "unknown");
  for (const { name, pipeline } of devnet.chains) {
    const { execution } = pipeline;
    if (execution === undefined) continue;
    for (const batch of execution.pending()) await execution.outcome(batch).catch(() => undefined);
    const lines = [...execution.outcomes()].map(([batch, outcome]): ReplayedBatch => {
      const kind = outcome.kind === "proven" && outcome.bytes === 0 ? "filled" : outcome.kind;
      const [reason, detail] = outcome.kind === "labelled" ? [outcome.reason, outcome.detail] : ["", ""];
      return { file, chain: name, batch: Number(batch), outcome: kind, reason, detail };
    });
    appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
}
