import type { BatchInputs } from "../../chain/verification/batch-inputs.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { CommitteeMember } from "../../settlement/committee.ts";
import { SettlementError, type SettlementErrorCode } from "../../settlement/errors/settlement-error.ts";
import type { QuorumMember } from "../../settlement/signing/quorum.ts";
import type { MemberProcess } from "./member-process.ts";
import { QuorumMemberError, type MemberOperations, type ProvenInputs, type ShownInputs } from "./messages.ts";

/** Where a batch's inputs come from. */
export type InputsOf<Inputs extends ShownInputs = BatchInputs> = (batchNumber: bigint) => Promise<Inputs>;

/** Where they come from for a member that asks for proofs. */
export interface ProvenSource {
  readonly proven: InputsOf<ProvenInputs>;
  /** For the batches that it has to run all the same. */
  readonly blocks: InputsOf;
}

/** A member of a chain's quorum in a process of its own, as settlement sees it. */
export function remoteMember(member: MemberProcess, source: InputsOf | ProvenSource): QuorumMember {
  const inputsOf: InputsOf<ShownInputs> = typeof source === "function" ? source : source.proven;
  return {
    address: member.address,
    async signBatch({ outputs, commitment, protocolVersion }, terms) {
      const inputs = await inputsOf(outputs.batchNumber);
      return shown(member, source, "signBatch", { inputs, commitment, protocolVersion, terms });
    },
    signRevert: (reversal) => member.request("signRevert", reversal),
    forgetApprovalsBut: (kept) => member.request("forgetApprovalsBut", { kept }),
  };
}

/** As above, a member of an availability committee. `policy` is the contract that counts signatures. */
export function remoteCommitteeMember(member: MemberProcess, inputsOf: InputsOf, policy: Hex): CommitteeMember {
  return {
    address: member.address,
    async signAvailability({ outputs, preCommitment, protocolVersion }) {
      const inputs = await inputsOf(outputs.batchNumber);
      return shown(member, inputsOf, "signAvailability", { inputs, preCommitment, protocolVersion, policy });
    },
  };
}

/**
 * What settlement makes of a member's refusals: some pass by themselves, others do when the batch is formed again. Settlement
 * compares a batch's version with L1's each time that it asks, so a member that finds another one is behind.
 */
const MEANINGS = new Map<string, SettlementErrorCode>([
  ["L1Unreachable", "L1Unreachable"],
  ["VersionMismatch", "L1Unreachable"],
  ["TimestampAhead", "L1Unreachable"],
  ["TimestampTooOld", "BatchTooOld"],
  ["OperationOverdue", "BatchOverdue"],
]);

/**
 * Shows a batch to a member. Rejects with SettlementError L1Unreachable, BatchTooOld or BatchOverdue where asking
 * otherwise, or again, may help.
 */
async function shown<Name extends "signBatch" | "signAvailability">(
  member: MemberProcess,
  source: InputsOf | ProvenSource,
  operation: Name,
  request: MemberOperations[Name]["request"],
): Promise<MemberOperations[Name]["result"]> {
  try {
    return await shownInOrder(member, source, () => member.request(operation, request), request.inputs.batchNumber);
  } catch (error) {
    const meaning = error instanceof QuorumMemberError ? MEANINGS.get(error.code) : undefined;
    if (meaning !== undefined)
      throw new SettlementError(meaning, error instanceof Error ? error.message : String(error), { cause: error });
    throw error;
  }
}

/** First come the batches that it has missed, and those that it has to run. */
async function shownInOrder<Result>(
  member: MemberProcess,
  source: InputsOf | ProvenSource,
  ask: () => Promise<Result>,
  batchNumber: bigint,
): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof QuorumMemberError) || error.nextBatch === undefined) throw error;
    if (error.code === "InputsNeeded" && typeof source !== "function") {
      for (let next = error.nextBatch; next <= batchNumber; next++) await member.request("execute", await source.blocks(next));
      return ask();
    }
    if (error.nextBatch >= batchNumber) throw error;
    const inputsOf: InputsOf<ShownInputs> = typeof source === "function" ? source : source.proven;
    for (let missed = error.nextBatch; missed < batchNumber; missed++) {
      const inputs = await inputsOf(missed);
      await shownInOrder(member, source, () => member.request("follow", inputs), missed);
    }
    return shownInOrder(member, source, ask, batchNumber);
  }
}
