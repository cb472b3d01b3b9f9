import type { Chain } from "../../chain.ts";
import { isExplainable, type Prestate } from "../../execution/explainer.ts";
import { EXPLAINER_BOUNDS, type CallAnswer, type CallQuestion } from "../../questions/asked/question.ts";
import type { Asking, Unbounded } from "./asking.ts";

/**
 * Calls of clients in this process: tests. Besides the answer, such a call has the features of Hardhat's
 * network: logs of contracts are printed, and its error has a stack trace in their source.
 */
export class LocalCalls {
  readonly #chain: Chain;
  readonly #ask: Asking;

  constructor(chain: Chain, ask: Asking) {
    this.#chain = chain;
    this.#ask = ask;
  }

  /**
   * Comments on an answered call like Hardhat's network: logs of contracts are printed, and a failed call
   * rejects with its error if it has one. If Hardhat measures, it repeats each call.
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
    if (success && !explainer.repeatsAll) return explainer.print(logged);
    const found = answer.isHostile || call.authorizations.length > 0 ? undefined : await this.#foundBy({ call, ...place });
    if (found === undefined || !isExplainable(found)) return explainer.print(logged);
    const failedWith = success ? undefined : answer.output;
    const explained = await explainer.explain({ method, call, block: place.block, prestate: found, failedWith });
    if (explained !== undefined) throw explained;
  }

  /** State that the call looks at; undefined if the call runs more instructions than the limit. */
  async #foundBy(question: Unbounded<CallQuestion>): Promise<Prestate | undefined> {
    const { trace } = await this.#ask(
      "trace",
      { ...question, ...EXPLAINER_BOUNDS, tracer: "prestateTracer", config: {} },
      undefined,
    );
    return trace as Prestate | undefined;
  }
}
