import type { BatchInputs } from "../../../chain/verification/batch-inputs.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { CommitteeMember } from "../../../chain/settlement/committee.ts";
import { SettlementError, type SettlementErrorCode } from "../../../chain/settlement/errors/settlement-error.ts";
import type { QuorumMember } from "../../../chain/settlement/signing/quorum.ts";
import type { StakableKey } from "../stake/enlist-keys.ts";
import type { MemberProcess } from "./member-process.ts";
import { QuorumMemberError, type MemberOperations } from "./messages.ts";

/** Where a batch's inputs come from. */
export type InputsOf = (batchNumber: bigint) => Promise<BatchInputs>;

/** A member of a chain's quorum in a process of its own, as settlement sees it. */
export function remoteMember(member: MemberProcess, inputsOf: InputsOf): QuorumMember {
  return {
    address: member.address,
    async signBatch({ outputs, commitment, protocolVersion }, terms) {
      const inputs = await inputsOf(outputs.batchNumber);
      return shown(member, inputsOf, "signBatch", { inputs, commitment, protocolVersion, terms });
    },
    signRevert: (reversal) => member.request("signRevert", reversal),
    forgetApprovalsBut: (kept) => member.request("forgetApprovalsBut", { kept }),
  };
}

/** The key of a member in a process of its own, which can consent to a stake. */
export function remoteStakableKey(member: MemberProcess): StakableKey {
  return {
    address: member.address,
    signEnlistment: (registry, enlistment) => member.request("signEnlistment", { registry, ...enlistment }),
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
