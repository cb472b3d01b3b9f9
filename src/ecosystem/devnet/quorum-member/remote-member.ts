import type { BatchInputs } from "../../../chain/verification/batch-inputs.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { CommitteeMember } from "../../../chain/settlement/committee.ts";
import { SettlementError, type SettlementErrorCode } from "../../../chain/settlement/errors/settlement-error.ts";
import type { QuorumMember } from "../../../chain/settlement/signing/quorum.ts";
import type { StakableKey } from "../stake/enlist-keys.ts";
import type { MemberProcess } from "./member-process.ts";
import { QuorumMemberError, type MemberOperations } from "./messages.ts";

/** Source of a batch's inputs. */
export type InputsOf = (batchNumber: bigint) => Promise<BatchInputs>;

/** A member of a chain's quorum in a separate process, for settlement. */
export function remoteMember(member: MemberProcess, inputsOf: InputsOf): QuorumMember {
  return {
    address: member.address,
    async signBatch({ outputs, commitment, protocolVersion }, terms) {
      const inputs = await inputsOf(outputs.batchNumber);
      return shown(member, inputsOf, "signBatch", { inputs, commitment, protocolVersion, terms });
    },
    signRevert: (reversal) => member.request("signRevert", reversal),
    forgetApprovalsBut: (exceptions) => member.request("forgetApprovalsBut", { exceptions }),
  };
}

/** The key of a member in a separate process, which can consent to a stake. */
export function remoteStakableKey(member: MemberProcess): StakableKey {
  return {
    address: member.address,
    signEnlistment: (registry, enlistment) => member.request("signEnlistment", { registry, ...enlistment }),
  };
}

/** A member of an availability committee in a separate process. `policy` is the contract that counts signatures. */
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
 * Meaning of a member's refusals for settlement: some are temporary, others end when the batch is resealed. Settlement
 * compares a batch's version with L1's at each request, so a member with another one is late.
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
  inputsOf: InputsOf,
  operation: Name,
  request: MemberOperations[Name]["request"],
): Promise<MemberOperations[Name]["result"]> {
  try {
    return await shownInOrder(member, inputsOf, () => member.request(operation, request), request.inputs.batchNumber);
  } catch (error) {
    const meaning = error instanceof QuorumMemberError ? MEANINGS.get(error.code) : undefined;
    if (meaning !== undefined)
      throw new SettlementError(meaning, error instanceof Error ? error.message : String(error), { cause: error });
    throw error;
  }
}

/** Shows the batches that the member has missed, then the asked one. */
async function shownInOrder<Result>(
  member: MemberProcess,
  inputsOf: InputsOf,
  ask: () => Promise<Result>,
  batchNumber: bigint,
): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof QuorumMemberError) || error.nextBatch === undefined) throw error;
    if (error.nextBatch >= batchNumber) throw error;
    for (let missed = error.nextBatch; missed < batchNumber; missed++) {
      const inputs = await inputsOf(missed);
      await shownInOrder(member, inputsOf, () => member.request("follow", inputs), missed);
    }
    return shownInOrder(member, inputsOf, ask, batchNumber);
  }
}
