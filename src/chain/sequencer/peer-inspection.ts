import type { BatchCommand, OpenedEnvelope } from "../ordering/command.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import { hasContent, type OpenBatch } from "../ordering/open-batch.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { Admission } from "./admission.ts";
import type { BatchBuilder } from "./batch-builder.ts";
import type { BlockProducer } from "./block-producer.ts";
import { mostWorkOf, TRANSFER_WORK } from "./gas-work.ts";
import { MAX_BEFORE, needsInspection } from "./needs-inspection.ts";
import type { OpenedInclusion } from "./opened-inclusion.ts";
import { PeerRefusal } from "./peer-refusal.ts";
import { provingRefusal } from "./proving-refusal.ts";
import type { SharedInput } from "./shared-input.ts";
import { signed } from "./waiting-pool.ts";

/** Bounds of a proposal: work is in the units of model/work-limits.ts. */
export interface ProposalBounds {
  readonly maxWork: number;
  /** Ends the inspection, without a finding. */
  readonly signal?: AbortSignal | undefined;
  /**
   * True if a quorum has agreed on the command, or this node has executed it before: then the node's lists and limits do not
   * judge it, since lists may have changed. Default false.
   */
  readonly isAgreed?: boolean | undefined;
}

interface PeerInspectionDependencies {
  readonly producer: BlockProducer;
  readonly builder: BatchBuilder;
  readonly admission: Admission | undefined;
  readonly opening: Pick<OpenedInclusion, "find">;
}

type Block = Extract<BatchCommand, { readonly type: "block" }>;

/** Judges blocks of other sequencers by the rules that bind this one: what they run, how much, and what a batch may hold. */
export class PeerInspection {
  readonly #dependencies: PeerInspectionDependencies;

  constructor(dependencies: PeerInspectionDependencies) {
    this.#dependencies = dependencies;
  }

  get maxTransactionWork(): number {
    return this.#dependencies.producer.maxWork;
  }

  /**
   * The command with `areSafe` as this node finds it, and the work that was counted until now. Transactions with little gas run
   * without inspection, since gas bounds their work. Throws PeerRefusal.
   */
  async before(
    command: BatchCommand,
    bounds: ProposalBounds,
  ): Promise<{ readonly command: BatchCommand; readonly work: number }> {
    requireWanted(bounds);
    if (command.type !== "block") return { command, work: 0 };
    if (command.opens !== undefined) return this.#opened(command, command.opens, bounds);
    const { producer } = this.#dependencies;
    const admission = this.#admission(bounds);
    const transactions = signed(command.transactions);
    for (const transaction of transactions) {
      const refusal = admission?.refusal(transaction);
      if (refusal !== undefined) throw new PeerRefusal("NotAdmitted", refusal.message);
    }
    const rules = { isMetered: producer.isProvenAt(command.timestamp), hasLists: admission?.hasLists === true };
    const areSafe = transactions.every((transaction) => !needsInspection(transaction, rules));
    if (!areSafe) return { command: { ...command, areSafe }, work: await this.#inspect(command, transactions, bounds) };
    const work = transactions.reduce((sum, { gasLimit }) => sum + mostWorkOf(gasLimit), 0);
    return { command: { ...command, areSafe }, work: within(work, bounds) };
  }

  /** Refusal of an executed command: the engine refused a transaction, or the batch now holds more than it may. */
  async after({ command, refused }: CommandResult, before: OpenBatch | undefined): Promise<PeerRefusal | undefined> {
    const [first] = refused;
    if (first !== undefined) return new PeerRefusal("NotExecutable", `the engine refused a transaction: ${first.reason}`);
    if (command.type === "open" || command.type === "seal") return undefined;
    // A command of the protocol has a batch for itself if it fits no other.
    if (command.type !== "block" && !hasContent(before)) return undefined;
    if (await this.#dependencies.builder.isWithinLimits()) return undefined;
    return new PeerRefusal("BatchFull", `the ${command.type} does not fit into the batch; seal the batch before it`);
  }

  /** True if the open batch has content, and no room for one of these changes. */
  async needsBatch(inputs: readonly SharedInput[]): Promise<boolean> {
    const { builder } = this.#dependencies;
    if (!hasContent(builder.batch)) return false;
    for (const input of inputs) if (!(await builder.hasRoomFor(input))) return true;
    return false;
  }

  /** Compares a leader's finding about an open envelope with this node's. */
  async #opened(
    command: Block,
    envelope: OpenedEnvelope,
    bounds: ProposalBounds,
  ): Promise<{ readonly command: BatchCommand; readonly work: number }> {
    const runs = command.transactions.length > 0;
    const isAgreed = bounds.isAgreed === true;
    if (isAgreed && !runs) return { command, work: 0 };
    const finding = await this.#dependencies.opening.find(envelope, command.timestamp, isAgreed);
    if (finding.type === "needsBatch")
      throw new PeerRefusal(
        "BatchFull",
        `the transaction of envelope ${envelope.identity} does not fit; seal the batch before it`,
      );
    if ((finding.type === "runs") !== runs)
      throw new PeerRefusal(
        "NotExecutable",
        `the transaction of envelope ${envelope.identity} ${runs ? "cannot run" : "is skipped, though it can run"}`,
      );
    const transactions = finding.type === "runs" ? [finding.transaction] : [];
    return { command: { ...command, transactions }, work: within(finding.work, bounds) };
  }

  /** Lists of this node, if they judge. */
  #admission({ isAgreed }: ProposalBounds): Admission | undefined {
    return isAgreed === true ? undefined : this.#dependencies.admission;
  }

  /** Runs each transaction after those before it. Returns the work of all. */
  async #inspect({ timestamp }: Block, transactions: readonly SignedTransaction[], bounds: ProposalBounds): Promise<number> {
    const { producer } = this.#dependencies;
    const admission = this.#admission(bounds);
    const environment = producer.environmentAt(timestamp);
    let work = 0;
    for (const [i, transaction] of transactions.entries()) {
      requireWanted(bounds);
      const before = transactions.slice(0, i);
      if (bounds.isAgreed !== true) requireShort(before);
      const preview = await producer.inspect(transaction, environment, before, true);
      const { receipt, admitted, reason } = preview;
      if (!admitted)
        throw new PeerRefusal("NotAdmitted", `transaction ${transaction.hash} does what no engine of the chain may run`);
      if (receipt === undefined) throw new PeerRefusal("NotExecutable", `transaction ${transaction.hash}: ${reason}`);
      const refusal = provingRefusal(receipt, transaction.gasLimit) ?? admission?.refusalOfRun(transaction, preview);
      if (refusal !== undefined) throw new PeerRefusal("NotAdmitted", refusal.message);
      work = within(work + TRANSFER_WORK + preview.work, bounds);
    }
    return work;
  }
}

function within(work: number, { maxWork, isAgreed }: ProposalBounds): number {
  if (work <= maxWork || isAgreed === true) return work;
  throw new PeerRefusal("TooMuch", `the commands do ${work} units of work, at most ${maxWork} are left; propose fewer at a time`);
}

function requireWanted({ signal }: ProposalBounds): void {
  if (signal?.aborted === true) throw new PeerRefusal("Aborted", "the result is no longer needed");
}

/** All of a block's transactions run for each one that is inspected. */
function requireShort(before: readonly SignedTransaction[]): void {
  const gas = before.reduce((sum, { gasLimit }) => sum + gasLimit, 0n);
  // The last one was added to a block that was shorter.
  const last = before.at(-1)?.gasLimit ?? 0n;
  if (before.length > MAX_BEFORE.transactions || gas - last > MAX_BEFORE.gas)
    throw new PeerRefusal(
      "TooMuch",
      `${before.length} transactions come before one that must be inspected; propose them in blocks before it`,
    );
}
