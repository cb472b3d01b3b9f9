import type { Chain } from "../../chain.ts";
import { isExplainable, type AnsweredCall } from "../../execution/explainer.ts";
import type { CallAnswer, CallQuestion } from "../../questions/asked/question.ts";
import type { Asking, Unbounded } from "./asking.ts";

/**
 * Calls of clients that are part of this process: tests. Beside its answer such a call has what it has on Hardhat's own network:
 * what contracts log is printed, and where it fails its error has a stack trace in their source.
 */
export class OwnCalls {
  readonly #chain: Chain;
  readonly #ask: Asking;

  constructor(chain: Chain, ask: Asking) {
    this.#chain = chain;
    this.#ask = ask;
  }

  /**
   * What Hardhat's network says of a call that was answered: what contracts logged is printed, and a call that failed rejects
   * with its error where it has one. Where Hardhat measures, it repeats each call.
   */
  async comment(
    method: "eth_call" | "eth_estimateGas",
    { call, ...place }: Unbounded<CallQuestion>,
    answer: CallAnswer,
  ): Promise<void> {
    const { explainer } = this.#chain.engine;
    if (answer.receipt === undefined) return;
    const { success, logged = [] } = answer.receipt;
    // An estimate is asked for before the transaction, which prints and is measured.
    if (success && method === "eth_estimateGas") return;
    if (success && !explainer.isMeasured) return explainer.print(logged);
    const found = answer.isHostile || call.authorizations.length > 0 ? undefined : await this.#foundBy({ call, ...place });
    if (found === undefined || !isExplainable(found)) return explainer.print(logged);
    const failedWith = success ? undefined : answer.output;
    const explained = await explainer.explain({ method, call, block: place.block, found, failedWith });
    if (explained !== undefined) throw explained;
  }

  /** The state that the call looks at. */
  async #foundBy(question: Unbounded<CallQuestion>): Promise<AnsweredCall["found"] | undefined> {
    const { trace } = await this.#ask(
      "trace",
      { ...question, tracer: "prestateTracer", config: {}, isBounded: false },
      undefined,
    );
    return trace as AnsweredCall["found"] | undefined;
  }
}
