import { createStateTransitionSystem } from "../circuits/state-transition/state-transition-system.ts";
import { systemForL1 } from "../execution-proof/batch/l1-system.ts";
import { aggregateStatement, type AggregatedFields, type HubStates, statementElements } from "../../ground/protocol/aggregate.ts";
import { elementsToBytes, type Digest } from "../../ground/protocol/digest.ts";
import type { LastProof } from "../../ground/protocol/last-proof.ts";
import { shapeOfProof } from "../recursion/proof-hints.ts";
import { RejectedProof } from "../stark/openings/rejection.ts";
import { verify } from "../stark/proofs/verify.ts";
import type { System } from "../stark/systems/system.ts";

/** Checks a proof of a batch's published changes, as L1's contracts do. Returns the reason for a refusal, else undefined. */
export function changesRefusal(statement: Uint8Array, proof: Uint8Array): string | undefined {
  return refusalBy(createStateTransitionSystem(), statement, proof);
}

/** Claim of a proof of execution: batches in the proof's order, A, and the states of a hub whose block it proves. */
export interface ClaimedExecution {
  readonly batches: readonly AggregatedFields[];
  readonly digest: Digest;
  /** Undefined for batches that no hub landed. */
  readonly hub?: HubStates | undefined;
}

/** Checks a proof of the batches' execution, as L1's contracts do. Returns the reason for a refusal, else undefined. */
export function executionRefusal({ batches, digest, hub }: ClaimedExecution, proof: Uint8Array): string | undefined {
  const statement = elementsToBytes(statementElements(aggregateStatement(batches, digest, hub)));
  return refusalBy(systemForL1(lastProofOfBytes(proof)), statement, proof);
}

/** The last proof that these bytes may be: a fast one has more tables, whose heights it begins with. */
export function lastProofOfBytes(proof: Uint8Array): LastProof {
  try {
    shapeOfProof(systemForL1("fast"), proof);
    return "fast";
  } catch (error) {
    if (error instanceof RejectedProof) return "small";
    throw error;
  }
}

function refusalBy(system: System, statement: Uint8Array, proof: Uint8Array): string | undefined {
  const verdict = verify(system, statement, proof);
  return verdict.ok ? undefined : verdict.rejection.code;
}
