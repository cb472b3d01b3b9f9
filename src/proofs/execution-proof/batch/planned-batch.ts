import type { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { Kernel } from "../../machine/interpreter/kernel.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import { encodeChunkInput } from "./chunk-input.ts";
import { chunkCells, profiledCells, stepsWithin } from "./chunk-plan.ts";
import { BatchRun } from "./chunk-run.ts";
import type { Joint } from "./chunk-statement.ts";
import { comparedPlan, relistingTo, type PlanningTools } from "./compared-plan.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import { partOf, PartialTree } from "./partial-tree.ts";
import type { Relisting } from "./relisting.ts";
import { addWeights, NO_WEIGHT, type StepWeight } from "./step-weight.ts";
import { atOnce } from "../../../ground/runtime/turns.ts";

/** A batch cut into chunks that can be proven apart. Plain data. */
export interface PlannedBatch {
  readonly kind: "planned";
  /** In the order of their steps. */
  readonly chunks: readonly PlannedChunk[];
  /** Relisting of the leaves, if the state after the last chunk differs from L1's. */
  readonly relisting: Relisting | undefined;
}

/** A part of a batch's steps. */
interface PlannedChunk {
  /** `encodeChunkInput`. */
  readonly input: Uint8Array;
  /** Place of its first step among the batch's. */
  readonly firstStep: number;
  /** About what its tables will have. */
  readonly cells: number;
}

export interface CutOptions {
  /** Cells that a chunk of several steps may have. */
  readonly mostCells: number;
  /** Steps that chunks begin with in any case: those before them were more together than planned. Default: none. */
  readonly cuts?: readonly number[] | undefined;
}

/**
 * Cuts a batch into chunks: runs it to its end, compares that with L1's, and, unless one chunk has all, runs it again for what
 * each begins with. A chunk has the part of the state that its own steps need. Throws what ends the making of a proof.
 */
export function cutBatch(
  witness: ExecutionWitness,
  claim: ExecutionClaim,
  { mostCells, cuts = [] }: CutOptions,
  tools: PlanningTools,
): Omit<PlannedBatch, "kind"> {
  const { steps, links } = witness;
  const { protocolVersion } = claim.batch;
  const { weights, touched, boundary } = comparedPlan(witness, claim, tools);
  const { program, primitives, compress, profiles } = tools;
  const cellsOf = profiles === undefined ? chunkCells : (weight: StepWeight): number => profiledCells(weight, profiles);
  const kernel = new Kernel(primitives, program.rows);
  const run = new BatchRun(witness, new PartialTree(witness.state, compress), kernel);
  const chunks: PlannedChunk[] = [];
  for (let at = 0; at < steps.length;) {
    const first = at;
    const end = Math.min(at + stepsWithin(weights, at, mostCells, cellsOf), ...cuts.filter((step) => step > first));
    const count = end - at;
    const own = steps.slice(at, at + count);
    const { environment, tree } = run;
    const before = tree.copy();
    // A batch of one chunk has run already.
    const { leaves, codes } = count === steps.length ? run.take(touched, boundary) : run.follow(own);
    const names = leaves.map(({ leafKind, account, slot }) => ({ leafKind: leafKind as LeafKind, address: account, slot }));
    const after: Joint = { boundary: run.environment.boundary, root: tree.root };
    const input = encodeChunkInput({
      protocolVersion,
      firstStep: at,
      mostCells,
      environment,
      after,
      links,
      codes,
      steps: own,
      state: atOnce(partOf(before, names)),
      rootBefore: before.root,
    });
    chunks.push({ input, firstStep: at, cells: cellsOf(weights.slice(at, at + count).reduce(addWeights, NO_WEIGHT)) });
    at += count;
  }
  // New leaves have other places than in the plan's run: each chunk lists its own in the order of their keys.
  return { chunks, relisting: relistingTo(claim, run.tree, witness.state, compress) };
}
