import type { BatchCommand } from "../chain/ordering/command.ts";
import type { Deciders } from "../chain/sequencer/own-commands.ts";
import type { Workshop } from "../consensus/group.ts";
import { encodeProposal, MAX_CONTENT_BYTES, requireHeader, type Header } from "../consensus/proposals.ts";
import type { DecisionVerdict } from "../consensus/state.ts";
import type { OfferVerdict } from "../core/source.ts";
import { NamedError } from "../errors/named-error.ts";
import type { Hex } from "../protocol/hex.ts";
import type { CheckedChain } from "./checked-chain.ts";
import { checkDecision, type ExecutedDecision } from "./decision-check.ts";
import { encodeDecision, leaderCommandOf } from "./decision.ts";

/** Longer than any view, whose end drops its proposal. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_TRANSACTIONS = 100;

export class WorkshopError extends NamedError<"DecisionRefused"> {
  override readonly name = "WorkshopError";
}

/** Decision that this node has seen, and that is not final. */
interface SeenDecision {
  readonly header: Header;
  readonly content: Uint8Array;
}

/** Commands of this node's sequencer in one turn as a leader, and the verdict on them. */
interface Turn {
  readonly commands: BatchCommand[];
  readonly verdict: PromiseWithResolvers<OfferVerdict>;
}

interface ExecutedAs {
  readonly id: Hex;
  readonly decision: ExecutedDecision;
  /** True if the decision ends a batch: nothing but an empty decision may follow it. */
  readonly ends: boolean;
}

/** Makes decisions of the transactions that wait at a chain, and executes those of other leaders. */
export class ChainWorkshop implements Workshop {
  /** Deciders of the chain, whose sequencer leads in its turn only. */
  readonly deciders: Deciders;
  readonly #chain: () => CheckedChain;
  readonly #onWork: () => void;
  readonly #seen = new Map<Hex, SeenDecision>();
  /** Newest final decision. */
  #newest: Hex;
  /** Each after the one before. */
  #executed: readonly ExecutedAs[] = [];
  #turn: Turn | undefined;

  /** Workshop that begins after the decision `root`. `onWork` is called when there may be something to decide. */
  constructor(root: Hex, chain: () => CheckedChain, onWork: () => void) {
    this.#newest = root;
    this.#chain = chain;
    this.#onWork = onWork;
    this.deciders = { timeoutMs: NO_TIMEOUT_MS, onWork, verdict: (command) => this.#collect(command) };
  }

  async build(view: number, parent: Hex): Promise<Uint8Array | undefined> {
    if (!(await this.#goTo(parent))) return undefined;
    const isFree = !this.#executed.some(({ ends }) => ends);
    for (let limit = isFree ? MAX_TRANSACTIONS : 0; ; limit = Math.floor(limit / 2)) {
      const { content, executed } = await this.#lead(limit);
      if (content.length <= MAX_CONTENT_BYTES) {
        const header = requireHeader(encodeProposal({ view, parent }, content));
        this.#seen.set(header.id, { header, content });
        this.#executed = [...this.#executed, { ...executed, id: header.id }];
        this.#onWork();
        return content;
      }
      await executed.decision.settle("dropped");
    }
  }

  async execute(header: Header, content: Uint8Array, options: Parameters<Workshop["execute"]>[2]): Promise<DecisionVerdict> {
    if (this.#isExecuted(header.id)) return "valid";
    this.#seen.set(header.id, { header, content });
    if (!(await this.#goTo(header.parent))) return "later";
    const ended = this.#executed.some(({ ends }) => ends);
    const result = await checkDecision(content, this.#chain(), options);
    if (result.verdict !== "valid") return result.verdict;
    const { decision } = result;
    if (ended && !decision.isEmpty) {
      await decision.settle("dropped");
      return "invalid";
    }
    this.#executed = [...this.#executed, { id: header.id, decision, ends: decision.endsBatch }];
    return "valid";
  }

  async decide(header: Header, content: Uint8Array): Promise<void> {
    if (header.id === this.#newest) return;
    this.#seen.set(header.id, { header, content });
    // Decisions that follow it stay.
    if (this.#executed[0]?.id !== header.id && !(await this.#goTo(header.id)))
      throw new WorkshopError(
        "DecisionRefused",
        `decision ${header.id} of view ${header.view} is final, and this node cannot execute it; compare its state with others'`,
      );
    const [first, ...others] = this.#executed;
    await first?.decision.settle("decided");
    this.#executed = others;
    this.#newest = header.id;
    for (const [id, seen] of this.#seen) if (seen.header.view <= header.view) this.#seen.delete(id);
    this.#onWork();
  }

  /** Executes the decisions that lead to this one and drops all others. Returns false if a decision is missing. */
  async #goTo(id: Hex): Promise<boolean> {
    if (id !== this.#newest && !this.#isExecuted(id)) {
      const seen = this.#seen.get(id);
      if (seen === undefined || !(await this.#goTo(seen.header.parent))) return false;
      const options = { isNotarized: true, signal: new AbortController().signal };
      return (await this.execute(seen.header, seen.content, options)) === "valid";
    }
    const end = this.#executed.findIndex((executed) => executed.id === id) + 1;
    const dropped = this.#executed.slice(end);
    this.#executed = this.#executed.slice(0, end);
    // The chain drops the first, and with it those above.
    await Promise.all(dropped.map(({ decision }) => decision.settle("dropped")));
    return true;
  }

  /** Lets the sequencer make a decision. */
  async #lead(maxTransactions: number): Promise<{ readonly content: Uint8Array; readonly executed: Omit<ExecutedAs, "id"> }> {
    const chain = this.#chain();
    const turn: Turn = { commands: [], verdict: Promise.withResolvers() };
    this.#turn = turn;
    try {
      if (maxTransactions > 0) await chain.lead(maxTransactions);
    } finally {
      this.#turn = undefined;
    }
    const { commands } = turn;
    const settle = async (verdict: OfferVerdict): Promise<void> => {
      turn.verdict.resolve(verdict);
      if (commands.length > 0) await chain.settled();
    };
    const ends = commands.some(({ type }) => type === "seal");
    const decision = { settle, isEmpty: commands.length === 0, endsBatch: ends };
    const content = encodeDecision({ outcome: chain.executedHead.hash, commands: commands.map(leaderCommandOf) });
    return { content, executed: { decision, ends } };
  }

  #collect(command: BatchCommand): Promise<OfferVerdict> {
    if (this.#turn === undefined) throw new TypeError(`a ${command.type} is executed while another node may lead`);
    this.#turn.commands.push(command);
    return this.#turn.verdict.promise;
  }

  #isExecuted(id: Hex): boolean {
    return this.#executed.some((executed) => executed.id === id);
  }
}
