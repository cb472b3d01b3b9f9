import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import {
  BATCH_COMMITMENT_TYPES,
  BATCH_REVERT_TYPES,
  quorumDomain,
  type ApprovalTerms,
  type BatchCommitment,
  type BatchRevert,
} from "../../../ground/protocol/quorum.ts";
import type { SignedBatch } from "../batch/settlement-batch.ts";
import { createMemoryJournal, type Journal } from "../journal/journal.ts";
import type { ScheduledTerms } from "../../../ground/protocol/terms.ts";
import { collectSignatures, UnsignedError, type TypedDataSigner } from "./signatures.ts";
import { SigningRecord } from "./signing-record.ts";
import { SigningRefusal } from "./signing-refusal.ts";

export type { TypedDataSigner };

/** A validator of a chain, in this process or elsewhere. */
export interface QuorumMember {
  /** 20 bytes, lower case. */
  readonly address: Hex;
  /**
   * Returns the member's EIP-712 signature of the batch's commitment on these terms. Rejects if it does not agree with
   * the batch or the terms.
   */
  signBatch(batch: SignedBatch, terms: ApprovalTerms): Promise<Hex>;
  /** Returns the member's signature of a revert. Rejects if L1 has other batches. */
  signRevert(reversal: BatchRevert): Promise<Hex>;
  /**
   * No block that L1 makes from now on is of an earlier second: approvals that have expired may be forgotten. Absent where the
   * member sees that itself.
   */
  expireBefore?(second: bigint): void;
  /**
   * Drops its approvals except for these commitments, after a development L1 has rewound to a state in which those were
   * pending. Absent if that cannot happen.
   */
  forgetApprovalsBut?(commitments: readonly Hex[]): Promise<void>;
}

/** Names the contract whose validators sign. */
export interface QuorumContext {
  readonly settlementChainId: ChainId;
  /** The chain's contract. */
  readonly hyperchain: Hex;
}

/** Checks before a member signs, each of which rejects for what the member does not agree with, and the kind of its L1. */
export interface MemberRules {
  readonly batch?: (batch: SignedBatch, terms: ApprovalTerms) => Promise<void>;
  /** Resolves with the earliest second that a block can have which L1 makes from now on. */
  readonly revert?: (reversal: BatchRevert) => Promise<bigint>;
  /** Whether L1 is a development chain, which returns to earlier states by command. Default false. */
  readonly l1Returns?: boolean;
}

/** Data that a member is about to sign. */
export type SigningEntry =
  | { readonly type: "batch"; readonly approval: BatchCommitment }
  | { readonly type: "revert"; readonly reversal: BatchRevert }
  /** L1 has returned to an earlier state by command: of what stands before it, approvals of these commitments bind. */
  | { readonly type: "forgotten"; readonly but: readonly Hex[] };

/** Journal of a member's signatures, oldest first. An entry is written before its signature is made. */
export type SigningJournal = Pick<Journal<SigningEntry>, "entries" | "append">;

/**
 * A member inside this process. If the sequencer is the member itself there is nothing to check, with one exception: two
 * batches of one number are never approved for the same second. Entries of `journal` bind it like its signatures.
 */
export async function createLocalMember(
  signer: TypedDataSigner,
  context: QuorumContext,
  rules: MemberRules = {},
  journal: SigningJournal = createMemoryJournal<SigningEntry>(),
): Promise<QuorumMember> {
  const domain = quorumDomain(context.settlementChainId, context.hyperchain);
  const record = recordOf(journal.entries, rules);
  let timesForgotten = 0;
  return {
    address: (await signer.getAddress()).toLowerCase() as Hex,
    async signBatch(batch, terms) {
      const before = timesForgotten;
      await rules.batch?.(batch, terms);
      const value = approvalOf(batch, terms);
      if (timesForgotten !== before)
        throw new SigningRefusal(
          "BatchWithdrawn",
          `batch ${value.batchNumber} was withdrawn while this validator checked it; request the signature again if the batch is still to be signed`,
        );
      record.admit(value);
      await journal.append({ type: "batch", approval: value });
      return (await signer.signTypedData(domain, BATCH_COMMITMENT_TYPES, { ...value })) as Hex;
    },
    async signRevert(reversal) {
      const earliest = await rules.revert?.(reversal);
      record.admitRevert(reversal, earliest ?? 0n);
      await journal.append({ type: "revert", reversal });
      return (await signer.signTypedData(domain, BATCH_REVERT_TYPES, { ...reversal })) as Hex;
    },
    expireBefore: (second) => record.expireBefore(second),
    async forgetApprovalsBut(retained) {
      timesForgotten++;
      if (record.forgetAllBut(new Set(retained))) await journal.append({ type: "forgotten", but: retained });
    },
  };
}

function recordOf(entries: readonly SigningEntry[], { l1Returns = false }: MemberRules): SigningRecord {
  let approvals: BatchCommitment[] = [];
  let reverts: BatchRevert[] = [];
  for (const entry of entries) {
    if (entry.type === "batch") approvals.push(entry.approval);
    else if (entry.type === "revert") reverts.push(entry.reversal);
    else [approvals, reverts] = [approvals.filter(({ commitment }) => entry.but.includes(commitment)), []];
  }
  return new SigningRecord(approvals, reverts, { l1Returns });
}

/** Signed data of a batch. */
export function approvalOf(
  { outputs, commitment }: SignedBatch,
  { revertCount, validFrom, validUntil }: ApprovalTerms,
): BatchCommitment {
  return { commitment, batchNumber: outputs.batchNumber, revertCount, validFrom, validUntil };
}

/** Members that can be asked for signatures. L1 decides how many of them count, and how many must sign. */
export interface Quorum {
  readonly members: readonly QuorumMember[];
}

/** A quorum's word for a batch, as the contract takes it. */
export interface BatchApproval {
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly signatures: readonly Hex[];
}

/** Accounts, and the number of them that must sign. */
type Signers = Pick<ScheduledTerms, "threshold" | "validators">;

/**
 * Members that are requested to sign: those whose signatures count. If too few validators are among them, and the
 * standby's time has passed, the standby. Throws UnsignedError SignersMissing if there are too few of either.
 */
export function countingMembers(
  quorum: Quorum,
  { threshold, validators, standby }: Signers & { readonly standby: Signers },
  standbyCounts: boolean,
): AskedQuorum {
  const asked = amongMembers(quorum, { threshold, validators });
  if (BigInt(asked.members.length) >= threshold) return asked;
  const others = amongMembers(quorum, standby);
  const hasStandby = standby.threshold > 0n && BigInt(others.members.length) >= standby.threshold;
  if (hasStandby && standbyCounts) return others;
  const waits = hasStandby ? "the chain's standby signs once an operation of the queue is overdue; " : "";
  const message =
    `${threshold} of the validators ${validators.join(", ")} must sign, and of these ${asked.members.length} can be asked here; ` +
    `${waits}start the chain with the keys of enough of them, or have its admin schedule other validators (ChainSettings.scheduleTerms)`;
  throw new UnsignedError("SignersMissing", message, 0);
}

function amongMembers({ members }: Quorum, { threshold, validators }: Signers): AskedQuorum {
  return { members: members.filter(({ address }) => validators.includes(address)), threshold: Number(threshold) };
}

/** Members whose signatures count, and how many of them must sign. */
interface AskedQuorum {
  readonly members: readonly QuorumMember[];
  readonly threshold: number;
}

/** Enough signatures of a batch, in the contract's order. Rejects with QuorumUnreachable, naming every refusal. */
export async function collectApproval(
  quorum: AskedQuorum,
  context: QuorumContext,
  batch: SignedBatch,
  terms: ApprovalTerms,
): Promise<BatchApproval> {
  const { validFrom, validUntil } = terms;
  const signatures = await collectSignatures({
    ...quorum,
    domain: quorumDomain(context.settlementChainId, context.hyperchain),
    types: BATCH_COMMITMENT_TYPES,
    value: { ...approvalOf(batch, terms) },
    ask: (member) => member.signBatch(batch, terms),
  });
  return { validFrom, validUntil, signatures };
}

/** Enough signatures of a revert. Rejects with QuorumUnreachable. */
export function collectRevertSignatures(quorum: AskedQuorum, context: QuorumContext, reversal: BatchRevert): Promise<Hex[]> {
  return collectSignatures({
    ...quorum,
    domain: quorumDomain(context.settlementChainId, context.hyperchain),
    types: BATCH_REVERT_TYPES,
    value: { ...reversal },
    ask: (member) => member.signRevert(reversal),
  });
}
