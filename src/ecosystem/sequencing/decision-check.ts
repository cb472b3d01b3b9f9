import type { BatchCommand } from "../../chain/ordering/command.ts";
import type { PeerProposal } from "../../chain/sequencer/peer-commands.ts";
import { PeerRefusal } from "../../chain/sequencer/peer-refusal.ts";
import type { DecisionVerdict } from "../../chain/consensus/state.ts";
import { OfferError, type OfferErrorCode, type OfferVerdict } from "../../chain/core/source.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { CheckedChain } from "./checked-chain.ts";
import { EnvelopeRules } from "./envelope-rules.ts";
import { decodeDecision, type LeaderCommand } from "./decision.ts";
import { isRefusal, readCommand, type DecisionRefusal } from "./decision-reader.ts";

/**
 * Maximum work of a decision, in the units of chain/model/work-limits.ts: some 2 seconds of processor time. Leaders and checkers
 * have the same limit.
 */
const MAX_DECISION_WORK = 12_500_000;

interface CheckOptions {
  /** True if a quorum has notarized the decision: this node's clock does not judge it. */
  readonly isNotarized: boolean;
  /** Ends the check without a finding. */
  readonly signal: AbortSignal;
  /** Index of L1's operation that the decision must take; undefined if it need take none. */
  readonly dueOperation?: bigint | undefined;
}

/** Decision that is executed, as a proposal. */
export interface ExecutedDecision {
  /** Executed commands. */
  readonly commands: readonly BatchCommand[];
  /** Hash of the newest block after them. */
  readonly outcome: Hex;
  /** Settles the commands; resolves when the chain has done so. */
  settle(verdict: OfferVerdict): Promise<void>;
}

/** Result of a check: a decision that the node may vote for, or the reason not to. */
export type CheckResult =
  | { readonly verdict: "valid"; readonly decision: ExecutedDecision }
  | (DecisionRefusal & { readonly verdict: Exclude<DecisionVerdict, "valid"> });

/** Executes a leader's decision, command by command, within the limit of work. An invalid one leaves nothing on the chain. */
export async function checkDecision(content: Uint8Array, chain: CheckedChain, options: CheckOptions): Promise<CheckResult> {
  const decision = decodeDecision(content);
  if (decision === undefined) return { verdict: "invalid", reason: `${content.length} bytes without a decision` };
  const { dueOperation } = options;
  if (dueOperation !== undefined && !makesWayFor(dueOperation, decision.commands))
    return { verdict: "later", reason: `operation ${dueOperation} is missing, which this node has seen for long` };
  const execution = new Execution(chain, options, maxWorkOf(chain));
  const envelopes = new EnvelopeRules(chain.facts().envelopes);
  return execution.through(decision.outcome, decision.commands, async (command) => {
    const facts = chain.facts();
    // A quorum agreed that the batch may end: clocks differ.
    const maySeal = options.isNotarized || facts.maySeal || (command.type === "seal" && (await chain.needsBatch()));
    const read = readCommand(command, { ...facts, maySeal });
    return isRefusal(read) ? read : (envelopes.refusalOf(read) ?? read);
  });
}

/** True if the commands take the operation, or begin with the end of a batch: one that does not fit gets the next batch. */
function makesWayFor(index: bigint, commands: readonly LeaderCommand[]): boolean {
  return commands[0]?.type === "seal" || commands.some((command) => command.type === "operation" && command.index === index);
}

/** Executes once more a decision that this node has executed before, and dropped. */
export function repeatDecision(
  { commands, outcome }: Pick<ExecutedDecision, "commands" | "outcome">,
  chain: CheckedChain,
  signal: AbortSignal,
): Promise<CheckResult> {
  return new Execution(chain, { isNotarized: true, signal }, Infinity).through(outcome, commands, (command) => command);
}

/** Maximum work of a decision on this chain: any single transaction fits. */
export function maxWorkOf({ maxTransactionWork }: Pick<CheckedChain, "maxTransactionWork">): number {
  return Math.max(MAX_DECISION_WORK, maxTransactionWork);
}

/** Commands of one decision, which share a verdict and a limit of work. */
class Execution {
  readonly #chain: CheckedChain;
  readonly #options: CheckOptions;
  readonly #verdict = Promise.withResolvers<OfferVerdict>();
  readonly #proposals: PeerProposal[] = [];
  #workLeft: number;

  constructor(chain: CheckedChain, options: CheckOptions, maxWork: number) {
    this.#chain = chain;
    this.#options = options;
    this.#workLeft = maxWork;
  }

  /** Reads and executes all commands, which must lead to the outcome. */
  async through<Command>(
    outcome: Hex,
    commands: readonly Command[],
    read: (command: Command) => Promise<BatchCommand | DecisionRefusal> | BatchCommand | DecisionRefusal,
  ): Promise<CheckResult> {
    for (const command of commands) {
      const refusal = await this.#execute(await read(command));
      if (refusal !== undefined) return this.#refuse(refusal);
    }
    const { hash } = this.#chain.executedHead;
    if (hash !== outcome) return this.#refuse({ verdict: "invalid", reason: `the newest block is ${hash}, and not ${outcome}` });
    const executed = this.#proposals.map(({ result }) => result.command);
    return { verdict: "valid", decision: { commands: executed, outcome, settle: (verdict) => this.#settle(verdict) } };
  }

  async #execute(command: BatchCommand | DecisionRefusal): Promise<DecisionRefusal | undefined> {
    if (isRefusal(command)) return command;
    const proposal = await this.#propose(command);
    if ("verdict" in proposal) return proposal;
    this.#proposals.push(proposal);
    this.#workLeft -= proposal.work;
    return proposal.refusal && refusalOf(proposal.refusal);
  }

  async #refuse(refusal: DecisionRefusal): Promise<DecisionRefusal> {
    await this.#settle("dropped");
    return refusal;
  }

  async #settle(verdict: OfferVerdict): Promise<void> {
    this.#verdict.resolve(verdict);
    for (const { settled } of this.#proposals) await settled;
  }

  async #propose(command: BatchCommand): Promise<PeerProposal | DecisionRefusal> {
    const { isNotarized, signal } = this.#options;
    try {
      return await this.#chain.propose(command, {
        verdict: this.#verdict.promise,
        isAgreed: isNotarized,
        maxWork: this.#workLeft,
        signal,
      });
    } catch (error) {
      if (error instanceof OfferError || error instanceof PeerRefusal) return refusalOf(error);
      throw error;
    }
  }
}

/** Refusals after which the same decision may be valid: the clock of this node is late, or the chain has changed. */
const LATER: readonly (OfferErrorCode | PeerRefusal["code"])[] = ["TimeTooFarAhead", "OldTerm", "WrongParent", "Aborted"];

function refusalOf({ code, message: reason }: OfferError | PeerRefusal): DecisionRefusal {
  return { verdict: LATER.includes(code) ? "later" : "invalid", reason };
}
