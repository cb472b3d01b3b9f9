import type { FormedBatch } from "../../../../src/chain/batch/form-batch.ts";
import { keccak, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { noProofMarker } from "../../../../src/ground/protocol/no-proof.ts";
import type { ImportedRoot } from "../../../../src/ground/protocol/rolling-hash.ts";
import { hashStoredBatch, type StoredBatch } from "../../../../src/ground/protocol/stored-batch.ts";
import { committeePolicy, createLocalCommitteeMember } from "../../../../src/chain/settlement/committee.ts";
import { postingOf } from "../../../../src/chain/settlement/data-policy.ts";
import {
  encodeCommit,
  encodeExecute,
  encodeProve,
  encodeRevert,
  type ApprovedBatch,
} from "../../../../src/chain/settlement/l1-sender/batch-calls.ts";
import { CALLDATA_POSTING, commitBatchOf, type PostingPolicy } from "../../../../src/chain/settlement/batch/settlement-batch.ts";
import { createLocalMember, type QuorumMember } from "../../../../src/chain/settlement/signing/quorum.ts";
import {
  createSettledChain,
  type BatchContent,
  type SettledChain,
  type SettledL1,
} from "../../../settlement/support/settled-l1.ts";
import { storedBatchOf } from "../../../settlement/support/stored-batch.ts";
import { ANY_TIME, approvalBy } from "../../../settlement/support/approval.ts";

const COMMITTEE_ACCOUNT = 5;

/** Path of a batch's commit to the contract. */
export type CommitManner = "direct" | "loose" | "embedded" | "behind decoys" | "masked";

/** A committed batch, as its chain knows it. */
export interface ModelBatch {
  readonly formed: FormedBatch;
  readonly stored: StoredBatch;
  readonly manner: CommitManner;
}

interface ModelState {
  readonly batches: readonly ModelBatch[];
  readonly revertCount: bigint;
}

/** A chain whose batches a test makes: what its contract should hold, and the calls that get it there. */
export class ModelledChain {
  readonly chainId: bigint;
  readonly publishes: boolean;
  readonly #settled: SettledL1;
  readonly #chain: SettledChain;
  readonly #posting: PostingPolicy;
  /** States of the chain before each committed batch. */
  readonly #marks: ReturnType<SettledChain["snapshot"]>[] = [];
  batches: readonly ModelBatch[] = [];
  #revertCount = 0n;

  private constructor(settled: SettledL1, chain: SettledChain, posting: PostingPolicy, publishes: boolean) {
    this.#settled = settled;
    this.#chain = chain;
    this.#posting = posting;
    this.chainId = chain.configuration.chainId;
    this.publishes = publishes;
  }

  /** A rollup, or a chain whose data only a committee has. The L1 must check markers in place of proofs. */
  static async create(settled: SettledL1, chainId: bigint, publishes: boolean): Promise<ModelledChain> {
    if (publishes) return new ModelledChain(settled, await createSettledChain(settled, chainId), CALLDATA_POSTING, true);
    const signer = settled.accounts[COMMITTEE_ACCOUNT]!;
    const contract = await settled.l1.deploy("CommitteePolicy", [signer.address], 1);
    const policy = (await contract.getAddress()).toLowerCase() as Hex;
    const { settlementChainId } = settled.ecosystem;
    const member = await createLocalCommitteeMember(signer, { settlementChainId, policy }, () => Promise.resolve());
    const posting = postingOf(committeePolicy({ settlementChainId, policy, members: [member], threshold: 1 }));
    return new ModelledChain(
      settled,
      await createSettledChain(settled, chainId, { dataAvailabilityPolicy: policy }),
      posting,
      false,
    );
  }

  get hyperchain(): Hex {
    return this.#chain.contract.hyperchain;
  }

  get fromBlock(): number {
    return this.#chain.created.fromBlock;
  }

  /** Operations that the committed batches have taken. */
  get operationsTaken(): number {
    return Number(this.#last.priorityOpTotal);
  }

  get #last(): StoredBatch {
    return this.batches.at(-1)?.stored ?? this.#chain.genesis;
  }

  /** Forms the next batches; returns the call that commits them in a block of this time. */
  async commit(contents: readonly (() => Promise<BatchContent>)[], committedAt: bigint, manner: CommitManner): Promise<Hex> {
    const before = this.#last;
    const commits: ApprovedBatch[] = [];
    for (const content of contents) commits.push(await this.#approve(await content(), committedAt, manner));
    return encodeCommit(before, commits);
  }

  async #approve(content: BatchContent, committedAt: bigint, manner: CommitManner): Promise<ApprovedBatch> {
    this.#marks.push(this.#chain.snapshot());
    const formed = await this.#chain.form(content);
    const terms = { ...ANY_TIME, revertCount: this.#revertCount };
    const member = await this.#forgetfulMember();
    const approval = approvalBy([await member.signBatch(formed, terms)], terms);
    const previous = this.#last;
    const { settlementChainId } = this.#settled.ecosystem;
    const stored = storedBatchOf(formed, previous, { settlementChainId, publishesPubdata: this.publishes, committedAt });
    this.batches = [...this.batches, { formed, stored, manner }];
    return { batch: await commitBatchOf(formed, this.#posting), approval };
  }

  prove(batchNumber: number): Hex {
    const { stored } = this.batches[batchNumber]!;
    return encodeProve(stored, noProofMarker(stored.commitment));
  }

  /** Calldata that executes batches from this number onwards. */
  execute(batchNumber: number, count = 1): Hex {
    return encodeExecute(
      this.batches.slice(batchNumber, batchNumber + count).map(({ formed, stored }) => ({
        batch: stored,
        imports: formed.importedRoots as readonly ImportedRoot[],
        flows: [],
      })),
    );
  }

  /** Encodes the call that reverts the committed batches from this number. */
  async revert(batchNumber: number): Promise<Hex> {
    const reversal = {
      firstNumber: BigInt(batchNumber),
      firstBatchHash: hashStoredBatch(this.batches[batchNumber]!.stored),
      lastBatchHash: hashStoredBatch(this.#last),
      revertCount: this.#revertCount,
      validUntil: ANY_TIME.validUntil,
    };
    const signature = await (await this.#forgetfulMember()).signRevert(reversal);
    this.#return({ batches: this.batches.slice(0, batchNumber), revertCount: this.#revertCount + 1n });
    return encodeRevert(reversal, [signature]);
  }

  /** Returns a member without memory, because a reorganized L1 also loses the signed batches. */
  #forgetfulMember(): Promise<QuorumMember> {
    return createLocalMember(this.#settled.accounts[1]!, this.#chain.contract);
  }

  state(): ModelState {
    return { batches: this.batches, revertCount: this.#revertCount };
  }

  /** After an L1 reorg. No batch of that state may have been reverted since. */
  return(state: ModelState): void {
    this.#return(state);
  }

  #return({ batches, revertCount }: ModelState): void {
    const mark = this.#marks[batches.length];
    if (mark !== undefined) this.#chain.revert(mark);
    this.#marks.length = batches.length;
    this.batches = batches;
    this.#revertCount = revertCount;
  }
}

/** Names of a batch's messages, in order, with their places in the log tree. */
export function messagesOf({
  formed,
}: ModelBatch): { readonly sender: Hex; readonly messageHash: Hex; readonly index: number }[] {
  return formed.logs.flatMap((log, index) =>
    log.type === "message" ? [{ sender: log.sender, messageHash: keccak(log.body), index }] : [],
  );
}
