import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";
import { compareDigests } from "../../../ground/protocol/diff-digest.ts";
import type { Compress, Digest } from "../../../ground/protocol/digest.ts";
import type { SizedProfile } from "../run-profiles.ts";
import type { ProvenProgram } from "../run-tables.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import { type BatchPlan, planBatch } from "./chunk-plan.ts";
import { otherWord } from "./chunk-statement.ts";
import { claimedEnds, type ExecutionClaim } from "./execution-claim.ts";
import { StepTooLarge, UnprovableBatch } from "./unproven-execution.ts";
import { PartialTree, type TreePart } from "./partial-tree.ts";
import { stepLimits } from "./step-limits.ts";
import { relist, relistedRoots, type Relisting } from "./relisting.ts";

/** Tools of a batch's run. */
export interface PlanningTools {
  readonly program: Pick<ProvenProgram, "rows">;
  readonly primitives: Primitives;
  readonly compress: Compress;
  /** Profiles of chunks, the smallest first. Default: a chunk's tables are as high as its steps need. */
  readonly profiles?: readonly SizedProfile[] | undefined;
}

/** Plan of a batch whose result is L1's. */
type ComparedPlan = Pick<BatchPlan, "weights" | "touched" | "boundary">;

/**
 * Runs a batch by the machine to its end, and compares the result with L1: number, time, count of cheats and state.
 * Returns the weights of its steps, their leaves, and the end. Throws UnprovableBatch if they differ; then, if a step
 * exceeds the limits of the batch's protocol version, StepTooLarge: a large step does not prevent the detection of a
 * false end. Otherwise throws like `planBatch`.
 */
export function comparedPlan(
  witness: ExecutionWitness,
  claim: ExecutionClaim,
  { program, primitives, compress }: PlanningTools,
): ComparedPlan {
  const { first, last, rootBefore, environment } = claimedEnds(claim);
  const tree = new PartialTree(witness.state, compress);
  const found = witness.environment;
  const [before, other] = [tree.root, otherWord(found.boundary, first)];
  const isOther = found.chainId !== environment.chainId || !isSame(before, rootBefore);
  if (other !== undefined || isOther)
    throw new UnprovableBatch("disagreement", `the witness does not begin where L1's records do: ${other ?? "another state"}`);
  const { protocolVersion } = claim.batch;
  const limits = stepLimits(protocolVersion);
  const plan = planBatch(witness, tree, { program, primitives, limits });
  const different = otherWord(plan.boundary, last);
  if (different !== undefined)
    throw new UnprovableBatch(
      different === "cheatCount" ? "cheat-unknown" : "disagreement",
      `the machine ends with ${different} ${plan.boundary[different]}, L1 has ${{ ...last, blockHashes: 0n }[different]}`,
    );
  relistingTo(claim, plan.tree, witness.state, compress);
  if (plan.large !== undefined) throw new StepTooLarge({ protocolVersion, limits, step: plan.large });
  return plan;
}

/**
 * Relisting that gives a tree L1's root; undefined if the root is the same. `leafCount`: leaves before the batch. Throws
 * UnprovableBatch for another state.
 */
export function relistingTo(
  claim: ExecutionClaim,
  tree: PartialTree,
  { leafCount }: Pick<TreePart, "leafCount">,
  compress: Compress,
): Relisting | undefined {
  const { rootAfter } = claimedEnds(claim);
  if (isSame(tree.root, rootAfter)) return undefined;
  const relisting = relist(tree, leafCount);
  const roots = relistedRoots(relisting, compress);
  if (roots === undefined || !isSame(roots.after, rootAfter))
    throw new UnprovableBatch("disagreement", "the machine's state differs from L1's");
  return relisting;
}

function isSame(a: Digest, b: Digest): boolean {
  return compareDigests(a, b) === 0;
}
