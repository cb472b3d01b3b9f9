import { readFileSync, writeFileSync } from "node:fs";
import { comparedPlan, type PlanningTools } from "../../../../src/proofs/execution-proof/batch/compared-plan.ts";
import { unprovenBy } from "../../../../src/proofs/execution-proof/batch/unproven-execution.ts";
import { createPrimitives } from "../../../../src/proofs/execution-proof/batch/machine-primitives.ts";
import { createCompressor } from "../../../../src/proofs/kernels/wasm/compressor.ts";
import { kernelRows } from "../../../../src/proofs/machine/interpreter/kernel.ts";
import { createExecutionKey, type ExecutionKey } from "../../../../src/proofs/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../../../../src/proofs/execution-proof/batch/prove-execution.ts";
import type { ExecutionWitness } from "../../../../src/proofs/execution-proof/batch/batch-witness.ts";
import { executionParameters } from "../../../../src/proofs/execution-proof/parameters.ts";
import { createWasmBackend } from "../../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../../src/proofs/kernels/wasm/threaded-backend.ts";
import { ProvingBackends } from "../../../../src/proofs/devices/proving-backends.ts";
import type { ProvableBatch } from "../../../../src/chain/node/execution/batch-executions.ts";
import { proveHere } from "../../../execution-proof/support/own-prover.ts";
import { COLLECTED, type CollectedBatch, readCollected } from "./collecting.ts";
import type { Depth } from "./depths.ts";
import type { ReplayedBatch } from "./outcomes.ts";
import { asShown, canBeShown, ShownOnL1 } from "./shown-on-l1.ts";
import { startVerifier, type Verifier } from "./verifying.ts";
import { checkTraces, type Violation } from "../../../stark/check-traces.ts";

/** A batch that was collected. */
export interface Collected {
  readonly file: string;
  readonly path: string;
}

/** Tools by protocol version. */
interface Tools {
  readonly key: ExecutionKey;
  readonly proving: ExecutionProving;
}

type Judged = Pick<
  ReplayedBatch,
  "outcome" | "reason" | "detail" | "chunks" | "bytes" | "provenBits" | "proofs" | "onL1CpuSeconds"
>;
/** A batch that the machine has run in the node. */
type WitnessedBatch = CollectedBatch & { readonly witness: ExecutionWitness };

const DEPTHS: readonly Depth[] = ["followed", "checked", "proven", "shown"];

/** Judges collected batches, and stores the results in the same folder. */
export class BatchJudge {
  readonly #backend: Promise<WasmBackend>;
  readonly #tools = new Map<bigint, Promise<Tools>>();
  readonly #planning: Omit<PlanningTools, "program"> = {
    primitives: createPrimitives(),
    compress: createCompressor().compress,
  };
  readonly #workers: number;
  readonly #tell: (line: string) => void;
  #verifier: Verifier | undefined;
  #onL1: Promise<ShownOnL1> | undefined;

  /** Creates a judge; `tell` receives the progress of a batch for L1. */
  constructor(workers: number, tell: (line: string) => void) {
    this.#workers = workers;
    this.#tell = tell;
    this.#backend = createWasmBackend({ workers });
  }

  /** Stored result of the batch; undefined if it is missing or not so deep. */
  known({ path }: Collected, depth: Depth): ReplayedBatch | undefined {
    try {
      const known = JSON.parse(readFileSync(resultOf(path), "utf8")) as ReplayedBatch;
      const reached = DEPTHS.indexOf(known.outcome as Depth);
      return reached === -1 || reached >= DEPTHS.indexOf(depth) ? known : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Runs the batch by the machine, or also fills its tables and checks them, or also proves it and verifies the proof in
   * another process, or also checks the proof for L1 on an L1.
   */
  async judge({ file, path }: Collected, depth: Depth): Promise<ReplayedBatch> {
    const collected = readCollected(path);
    const { commitment, claim, witness } = collected;
    const { user, system } = process.cpuUsage();
    const judged: Judged =
      witness.kind === "unproven"
        ? { outcome: "unproven", reason: witness.reason, detail: witness.detail }
        : await this.#judge({ ...collected, witness }, depth);
    const spent = process.cpuUsage({ user, system });
    const { batchNumber, logCount, priorityOpCount, importedRootCount, cheatCount } = claim.outputs;
    const result: ReplayedBatch = {
      ...{ file, chain: Number(claim.chainId), batch: Number(batchNumber), commitment: commitment.slice(0, 14), ...judged },
      version: Number(claim.batch.protocolVersion),
      ...{ messages: Number(logCount), operations: Number(priorityOpCount), imports: Number(importedRootCount) },
      ...{ cheats: Number(cheatCount), steps: 0, codes: 0, cpuSeconds: (spent.user + spent.system) / 1e6 },
      ...(witness.kind === "witness" ? { steps: witness.steps.length, codes: witness.codes.size } : {}),
    };
    writeFileSync(resultOf(path), JSON.stringify(result));
    return result;
  }

  /** Whether L1 can be shown the batch: it has a witness, and its version the rules of the one that L1 knows. */
  canBeShown({ path }: Collected): boolean {
    const { witness, claim } = readCollected(path);
    return witness.kind === "witness" && canBeShown(claim.batch.protocolVersion);
  }

  async close(): Promise<void> {
    this.#verifier?.close();
    await (await this.#onL1)?.close();
    for (const tools of this.#tools.values()) await (await tools).proving.release();
    await (await this.#backend).close();
  }

  async #judge(batch: WitnessedBatch, depth: Depth): Promise<Judged> {
    const { witness, claim } = batch;
    if (depth === "followed") return this.#follow(witness, claim);
    if (depth === "checked") return this.#check(witness, claim);
    return depth === "proven" ? this.#prove(batch) : this.#show(asShown(batch));
  }

  /** Proves a batch; `then` receives the verified proof. */
  async #prove({ witness, claim }: WitnessedBatch, then?: (proof: Uint8Array) => Promise<Partial<Judged>>): Promise<Judged> {
    const { key, proving } = await this.#toolsOf(claim.batch.protocolVersion);
    const made = await proveHere(key, proving, witness, claim);
    if (made.kind === "unproven") return { outcome: "unproven", reason: made.reason, detail: made.detail };
    this.#verifier ??= startVerifier();
    const answer = await this.#verifier.verify({ claim, proof: made.proof });
    if ("provenBits" in answer) {
      const { chunks } = made.metrics;
      const proven = { outcome: "proven", chunks, bytes: made.proof.length, provenBits: answer.provenBits } as const;
      return { ...proven, ...(await then?.(made.proof)) };
    }
    // Which constraint it is, the proof does not say.
    const { detail = "its tables are in order" } = await this.#check(witness, claim);
    return { outcome: "refused", detail: `${answer.refusal}; ${detail}` };
  }

  async #show(batch: WitnessedBatch): Promise<Judged> {
    this.#onL1 ??= ShownOnL1.start(this.#workers);
    const onL1 = await this.#onL1;
    return this.#prove(batch, async (proof) => {
      this.#tell(`  chunks are proven and verified: ${proof.length} bytes`);
      const { user, system } = process.cpuUsage();
      const shown = await onL1.show(batch, proof, (line) => this.#tell(`  ${line}`));
      const spent = process.cpuUsage({ user, system });
      const onL1CpuSeconds = (spent.user + spent.system) / 1e6;
      if ("refusal" in shown) return { outcome: "refused", detail: shown.refusal, onL1CpuSeconds };
      return { outcome: "shown", proofs: shown.proofs, onL1CpuSeconds };
    });
  }

  #follow(witness: ExecutionWitness, claim: ProvableBatch["claim"]): Judged {
    const program = { rows: kernelRows() };
    try {
      comparedPlan(witness, claim, { program, ...this.#planning });
      return { outcome: "followed" };
    } catch (error) {
      const { reason, detail } = unprovenBy(error);
      return { outcome: "unproven", reason, detail };
    }
  }

  async #check(witness: ExecutionWitness, claim: ProvableBatch["claim"]): Promise<Judged> {
    const { key, proving } = await this.#toolsOf(claim.batch.protocolVersion);
    const violations: Violation[] = [];
    const label = await proving.examine(witness, claim, {}, (input) => violations.push(...checkTraces(key.system, input)));
    if (label !== undefined) return { outcome: "unproven", reason: label.reason, detail: label.detail };
    const [violation] = violations;
    return violation === undefined ? { outcome: "checked" } : { outcome: "refused", detail: textOf(violation) };
  }

  #toolsOf(protocolVersion: bigint): Promise<Tools> {
    const known = this.#tools.get(protocolVersion);
    if (known !== undefined) return known;
    const made = this.#backend.then(async (backend) => {
      const key = await createExecutionKey(protocolVersion, executionParameters(), backend);
      return { key, proving: new ExecutionProving(key, new ProvingBackends(backend)) };
    });
    this.#tools.set(protocolVersion, made);
    return made;
  }
}

/** Path of a batch's stored result. */
function resultOf(path: string): string {
  return `${path.slice(0, -COLLECTED.length)}.json`;
}

function textOf(violation: Violation): string {
  return violation.kind === "bus"
    ? `bus ${violation.bus} is not balanced: ${violation.message.join()} at row ${violation.row} of ${violation.table}`
    : `constraint ${violation.constraint} of ${violation.table} does not hold at row ${violation.row}`;
}
