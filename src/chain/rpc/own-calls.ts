import type { Chain } from "../chain.ts";
import type { HardhatNetwork } from "../execution/engine.ts";
import { isExplainable } from "../execution/explainer.ts";
import type { AnsweredCall } from "../execution/explainer.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { CallAnswer, CallQuestion } from "../questions/asked/question.ts";
import type { AccountOverride } from "../witness/asked-call.ts";
import type { Asking, Unbounded } from "./asking.ts";
import { blockOf, capped, isNewest, judgeCall, previewCall } from "./call-checks.ts";
import { engineCall, engineOverrides, parseCall, parseOverrides } from "./request/call-request.ts";
import type { RpcCall } from "./request/call-request.ts";
import { orUndefined } from "./engine-estimate.ts";

/**
 * Calls of who is part of this process: tests. They run as on Hardhat's own network, with all gas and as long as they take,
 * in the engine, which prints what contracts log and whose errors have a stack trace in their source. What may create
 * contracts the witness runs before, so that a test does not end its own process.
 */
export class OwnCalls {
  readonly #chain: Chain;
  readonly #ask: Asking;

  constructor(chain: Chain, ask: Asking) {
    this.#chain = chain;
    this.#ask = ask;
  }

  /**
   * `eth_call`: transaction, block, state overrides, block overrides. Undefined where the execution engine may not or
   * cannot answer.
   */
  async call([transaction, named, overridesValue, blockOverrides]: readonly unknown[]): Promise<Hex | undefined> {
    if ((blockOverrides ?? undefined) !== undefined) return undefined;
    const { hardhat } = this.#chain.engine;
    if (hardhat === undefined) return undefined;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    const overrides = parseOverrides(overridesValue);
    if (overrides.some(({ state }) => state !== undefined)) return undefined;
    const block = await this.blockFor(call, tag, overrides);
    if (block === undefined) return undefined;
    const asked = engineCall(transaction, call, capped(call.gas));
    const rest = overrides.length === 0 ? [] : [engineOverrides(overrides)];
    if (tag === "pending") await this.#setClock(hardhat);
    return (await hardhat.request("eth_call", [asked, tag === "pending" ? tag : block, ...rest])) as Hex;
  }

  /** `eth_estimateGas`: transaction, block, state overrides, block overrides. As `call`. */
  async estimate([transaction, named, overridesValue, blockOverrides]: readonly unknown[]): Promise<Hex | undefined> {
    const { hardhat } = this.#chain.engine;
    if (hardhat === undefined) return undefined;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    if ((blockOverrides ?? undefined) !== undefined || parseOverrides(overridesValue).length > 0) return undefined;
    const block = await this.blockFor(call, tag);
    if (block === undefined) return undefined;
    const asked = engineCall(transaction, call, call.gas === undefined ? undefined : capped(call.gas));
    // Gas is for a transaction of the next block, whose time may have been set.
    const isNext = isNewest(this.#chain, tag);
    if (isNext) await this.#setClock(hardhat);
    return orUndefined(hardhat.request("eth_estimateGas", [asked, isNext ? "pending" : block]) as Promise<Hex>);
  }

  /**
   * What the engine would have said of a call that the witness answered, where the engine does not run the chain: what contracts
   * logged is printed, and a call that failed rejects with the error of Hardhat's own network where it has one. Where Hardhat
   * measures, its network repeats each call.
   */
  async comment(
    method: "eth_call" | "eth_estimateGas",
    { call, ...place }: Unbounded<CallQuestion>,
    answer: CallAnswer,
  ): Promise<void> {
    const { explainer } = this.#chain.engine;
    if (explainer === undefined || answer.receipt === undefined) return;
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

  /** The block in which the engine may run the call; undefined where it may not. Throws RpcError for code that may not run. */
  async blockFor(call: RpcCall, tag: unknown, overrides: readonly AccountOverride[] = []): Promise<unknown> {
    const block = blockOf(this.#chain, tag);
    if ((await judgeCall(this.#chain, call, overrides, block)) === "safe") return block;
    if (call.delegates || overrides.length > 0) return undefined;
    // Code at an older block may have been another: who asks could only end his own process.
    await previewCall(this.#chain, call, capped(call.gas));
    return block;
  }

  /**
   * The engine's own clock is not the chain's. Refused only where a block has just come that is newer; then the engine's is
   * right.
   */
  async #setClock(hardhat: HardhatNetwork): Promise<void> {
    const timestamp = Number(this.#chain.sequencer.nextEnvironment.timestamp);
    await hardhat.request("evm_setNextBlockTimestamp", [timestamp]).catch(() => undefined);
  }
}
