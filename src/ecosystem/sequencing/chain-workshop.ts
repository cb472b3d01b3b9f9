import type { BatchCommand } from "../../chain/ordering/command.ts";
import type { Workshop } from "../../chain/consensus/group.ts";
import { encodeProposal, MAX_CONTENT_BYTES, requireHeader, type Header } from "../../chain/consensus/proposals.ts";
import type { DecisionVerdict } from "../../chain/consensus/state.ts";
import { NamedError } from "../../ground/errors/named-error.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { CheckedChain } from "./checked-chain.ts";
import { checkDecision, repeatDecision, type CheckResult, type ExecutedDecision } from "./decision-check.ts";
import { leadTurn } from "./leaders-turn.ts";

const MAX_TRANSACTIONS = 100;
/** Newest final decisions whose ids are remembered, for nodes that are late. */
const MAX_DECIDED = 256;

/** A node cannot execute a final decision. */
export class WorkshopError extends NamedError<"DecisionRefused"> {
  override readonly name = "WorkshopError";
}

/** Decision that is not final. */
interface SeenDecision {
  readonly header: Header;
  readonly content: Uint8Array;
  /** Commands and outcome, if this node made the decision. */
  readonly local?: Pick<ExecutedDecision, "commands" | "outcome">;
}

interface ExecutedAs {
  readonly id: Hex;
  readonly decision: ExecutedDecision;
}

interface WorkshopParts {
  /** Decision that the first one follows. */
  readonly root: Header;
  readonly chain: CheckedChain;
  /** Ends the work: the chain has returned to an earlier state. */
  readonly signal: AbortSignal;
  /** Called when there may be something to decide. */
  readonly onWork: () => void;
  /** Reads L1, and waits a moment for inputs that others have. Default: this process has all inputs. */
  readonly moreInputs?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Makes decisions of the work that waits at a chain, and executes those of other leaders. Several nodes may share it: calls wait
 * for each other, and each decision is applied once.
 */
export class ChainWorkshop implements Workshop {
  readonly #parts: WorkshopParts;
  readonly #seen = new Map<Hex, SeenDecision>();
  /** Ids of final decisions, the newest last. */
  #decided: readonly Hex[];
  /** View of the newest final decision. */
  #decidedView: number;
  /** Decisions that are executed and not final, in their order. */
  #executed: readonly ExecutedAs[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: WorkshopParts) {
    this.#parts = parts;
    this.#decided = [parts.root.id];
    this.#decidedView = parts.root.view;
  }

  /** True while a decision with commands is executed and not final. */
  get isPending(): boolean {
    return this.#executed.some(({ decision }) => decision.commands.length > 0);
  }

  build(view: number, parent: Hex, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#alone(async () => {
      if ((await this.#goTo(parent)) !== "valid") return undefined;
      return this.#make({ view, parent }, signal);
    });
  }

  execute(header: Header, content: Uint8Array, options: Parameters<Workshop["execute"]>[2]): Promise<DecisionVerdict> {
    return this.#alone(async () => {
      const verdict = await this.#execute(header, content, options);
      const { moreInputs } = this.#parts;
      if (verdict !== "later" || moreInputs === undefined) return verdict;
      await moreInputs(this.#withinLife(options.signal));
      return this.#execute(header, content, options);
    });
  }

  decide(header: Header, content: Uint8Array): Promise<void> {
    return this.#alone(() => this.#decide(header, content));
  }

  get #newest(): Hex {
    return this.#decided.at(-1) ?? this.#parts.root.id;
  }

  async #make({ view, parent }: Omit<Header, "id">, signal: AbortSignal): Promise<Uint8Array> {
    const { chain, onWork } = this.#parts;
    const limits = { failedViews: view - this.#viewOf(parent) - 1, signal: this.#withinLife(signal) };
    for (let maxTransactions = this.#hasEnded ? 0 : MAX_TRANSACTIONS; ; maxTransactions = Math.floor(maxTransactions / 2)) {
      const { content, decision } = await leadTurn(chain, { ...limits, maxTransactions });
      if (content.length <= MAX_CONTENT_BYTES) {
        const header = requireHeader(encodeProposal({ view, parent }, content));
        this.#seen.set(header.id, { header, content, local: decision });
        this.#executed = [...this.#executed, { id: header.id, decision }];
        onWork();
        return content;
      }
      await decision.settle("dropped");
    }
  }

  async #execute(header: Header, content: Uint8Array, options: Parameters<Workshop["execute"]>[2]): Promise<DecisionVerdict> {
    const { id, parent } = header;
    if (this.#isExecuted(id) || this.#decided.includes(id)) return "valid";
    const seen = this.#seen.get(id) ?? { header, content };
    this.#seen.set(id, seen);
    if ((await this.#goTo(parent)) !== "valid") return "later";
    const ended = this.#hasEnded;
    const result = await this.#check(seen, options);
    if (result.verdict !== "valid") return result.verdict;
    const { decision } = result;
    if (ended && decision.commands.length > 0) {
      await decision.settle("dropped");
      return "invalid";
    }
    this.#executed = [...this.#executed, { id, decision }];
    return "valid";
  }

  #check({ header, content, local }: SeenDecision, options: Parameters<Workshop["execute"]>[2]): Promise<CheckResult> {
    const { chain } = this.#parts;
    const signal = this.#withinLife(options.signal);
    if (local !== undefined) return repeatDecision(local, chain, signal);
    // A quorum's decision stands, and after the end of a batch decisions are empty.
    const dueOperation = options.isNotarized || this.#hasEnded ? undefined : chain.dueOperation(header.view);
    return checkDecision(content, chain, { ...options, signal, dueOperation });
  }

  /** True if the end of a batch is executed and not final. */
  get #hasEnded(): boolean {
    return this.#executed.some(({ decision }) => endsBatch(decision.commands));
  }

  /** View of an executed decision, or of the newest final one. */
  #viewOf(id: Hex): number {
    return this.#seen.get(id)?.header.view ?? this.#decidedView;
  }

  async #decide(header: Header, content: Uint8Array): Promise<void> {
    if (this.#decided.includes(header.id)) return;
    if (!this.#seen.has(header.id)) this.#seen.set(header.id, { header, content });
    // Decisions that follow it stay.
    if (this.#executed[0]?.id !== header.id && !(await this.#catchUpWith(header))) return;
    const [first, ...others] = this.#executed;
    await first?.decision.settle("decided");
    this.#executed = others;
    this.#decided = [...this.#decided, header.id].slice(-MAX_DECIDED);
    this.#decidedView = header.view;
    for (const [id, seen] of this.#seen) if (seen.header.view <= header.view) this.#seen.delete(id);
    this.#parts.onWork();
  }

  /** Executes a final decision, when this node has its inputs. Returns false if the life has ended. */
  async #catchUpWith({ id, view }: Header): Promise<boolean> {
    const { signal, moreInputs } = this.#parts;
    for (;;) {
      const verdict = await this.#goTo(id);
      if (verdict === "valid") return true;
      if (signal.aborted) return false;
      if (verdict === "invalid" || moreInputs === undefined)
        throw new WorkshopError(
          "DecisionRefused",
          `decision ${id} of view ${view} is final, and this node cannot execute it; compare its state with others'`,
        );
      await moreInputs(signal);
    }
  }

  /** Executes the decisions that lead to this one and drops all others. `later` if a decision or an input is missing. */
  async #goTo(id: Hex): Promise<DecisionVerdict> {
    if (id !== this.#newest && !this.#isExecuted(id)) {
      const seen = this.#seen.get(id);
      if (seen === undefined) return "later";
      const verdict = await this.#goTo(seen.header.parent);
      if (verdict !== "valid") return verdict;
      const options = { isNotarized: true, signal: new AbortController().signal };
      return this.#execute(seen.header, seen.content, options);
    }
    const end = this.#executed.findIndex((executed) => executed.id === id) + 1;
    const dropped = this.#executed.slice(end);
    this.#executed = this.#executed.slice(0, end);
    // The chain drops the first, and with it those above.
    await Promise.all(dropped.map(({ decision }) => decision.settle("dropped")));
    return "valid";
  }

  #isExecuted(id: Hex): boolean {
    return this.#executed.some((executed) => executed.id === id);
  }

  #withinLife(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#parts.signal]);
  }

  /** Runs the work after all earlier calls. */
  #alone<Done>(work: () => Promise<Done>): Promise<Done> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** True if the commands end a batch: nothing but an empty decision may follow before they are final. */
function endsBatch(commands: readonly BatchCommand[]): boolean {
  return commands.some(({ type }) => type === "seal");
}
