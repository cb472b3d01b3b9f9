import type { LabelledExecution } from "../../execution-proof/batch/execution-label.ts";
import { QuorumMemberError } from "./messages.ts";

/**
 * Throws QuorumMemberError MemberFailed if this validator's machine failed: a lost thread or a full memory says nothing about the
 * batch. It is judged again when it is shown again.
 */
export function requireNoFault(batchNumber: bigint, { reason, detail }: LabelledExecution): void {
  if (reason !== "fault") return;
  throw new QuorumMemberError(
    "MemberFailed",
    `this validator's machine failed at batch ${batchNumber}: ${detail}; show it again`,
  );
}
