import type { Chain } from "../../chain.ts";
import type { CallAnswer, CallQuestion } from "../../questions/asked/question.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import { reservationReason } from "../../model/reserved-addresses.ts";
import { mostWork } from "../../model/work-limits.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { readBlockContext, estimatePlace, isNewest, type BlockContext, type EstimatePlace } from "./asked-place.ts";
import type { Asking, Unbounded } from "./asking.ts";
import { withBlockOverrides } from "./block-overrides.ts";
import { askedCall, capped, parseCall, parseOverrides, record, withPrice } from "../request/call-request.ts";
import { requirePredeploy } from "../../sequencer/missing-predeploys.ts";
import { provingRefusal } from "../../sequencer/proving-refusal.ts";
import { outputOf, requireRunnable } from "./call-outcome.ts";
import type { RpcClient } from "../request/dispatch.ts";
import { failureWords } from "../../../ground/transaction/client-words.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { leastBytesOf } from "./least-bytes.ts";
import type { LocalCalls } from "./own-calls.ts";

/**
 * On top of an estimate for a transaction that sends a message. What a message costs follows from how many the batch has: the
 * first writes slots that were 0 (twice 22,100 instead of twice 5,000), a later one joins up to 12 levels of the tree (2,400
 * each, and 22,100 for a new one). The batch may be sealed between the estimate and the transaction.
 */
export const MESSAGE_GAS_MARGIN = 50_000n;

function sendsMessage({ receipt }: CallAnswer): boolean {
  return receipt?.logs.some(({ address }) => address === PREDEPLOYS.L1Messenger) === true;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/**
 * Calls that change nothing, at any block whose state is stored. A separate thread answers them, because they
 * may run any code, and must take no time from the chain's blocks.
 */
export class Calls {
  readonly #chain: Chain;
  readonly #local: LocalCalls;
  readonly #ask: Asking;
  readonly #gasPrice: Pick<GasPrice, "toldWei">;

  constructor(chain: Chain, local: LocalCalls, ask: Asking, gasPrice: Pick<GasPrice, "toldWei">) {
    this.#chain = chain;
    this.#local = local;
    this.#ask = ask;
    this.#gasPrice = gasPrice;
  }

  /** `eth_call`: transaction, block, state overrides, block overrides. */
  async call(params: readonly unknown[], client?: RpcClient): Promise<Hex> {
    const question = questionAt(await readBlockContext(this.#chain, params[1] ?? "latest"), params);
    await this.#requirePredeploy(question);
    const answer = await this.#ask("call", question, client);
    if (client?.isInProcess === true) await this.#local.comment("eth_call", question, answer);
    return outputOf(answer);
  }

  /**
   * `eth_estimateGas`: transaction, block, state overrides, block overrides. For a transaction of the next block, unless an
   * older one is named, that pays for its gas, unless a price is named: a free operation's calls may have less gas.
   */
  async estimate([transaction, ...rest]: readonly unknown[], client?: RpcClient): Promise<Hex> {
    const params = [withPrice(transaction, this.#gasPrice.toldWei), ...rest];
    const { chainId, maxInstructions, admission, sequencer } = this.#chain;
    const asked = parseCall(params[0]);
    // A question that names no sender is about none; one that names a contract of the protocol is about what it would do in
    // another account's transaction.
    const isNamed = (record(params[0], "the transaction")["from"] ?? undefined) !== undefined;
    const isOfSender = isNamed && reservationReason(asked.from) === undefined;
    const refusal = isOfSender ? admission.refusal(asked) : undefined;
    if (refusal !== undefined) throw refusal;
    // Where lists are in force, what it does is looked at from inside.
    const isJudged = isOfSender && admission.hasLists;
    const { otherBlocks, ...place } = await this.#placeOfUnsent(params[1]);
    const question = questionAt(place, params);
    if (question.call.authorizations.length > 0 && question.call.to === undefined) {
      throw new RpcError(RpcCode.invalidParams, "a transaction with an authorization list names a recipient (EIP-7702)");
    }
    await this.#requirePredeploy(question);
    const { gas, full } = await this.#ask(
      "estimate",
      {
        ...question,
        otherBlocks: otherBlocks.map((block) => withBlockOverrides(block, params[3])),
        maxInstructions,
        maxWork: mostWork(maxInstructions),
      },
      client,
    );
    requireRunnable(full, maxInstructions);
    if (client?.isInProcess === true) await this.#local.comment("eth_estimateGas", question, full);
    if (full.receipt?.success === true) {
      const refused =
        provingRefusal(full.receipt, question.call.gasLimit) ??
        sequencer.refusalBySize(full.receipt, leastBytesOf(chainId, asked));
      if (refused !== undefined) throw refused;
    }
    const excluded = isJudged ? admission.refusalOfRun(asked, full) : undefined;
    if (excluded !== undefined) throw excluded;
    if (gas === undefined) {
      outputOf(full);
      throw new RpcError(RpcCode.internal, "a transaction that succeeds was not estimated");
    }
    return hexQuantity(sendsMessage(full) ? least(gas + MESSAGE_GAS_MARGIN, TRANSACTION_GAS_CAP) : gas);
  }

  /** `eth_createAccessList`: transaction, block, state overrides. */
  async accessList(params: readonly unknown[], client?: RpcClient): Promise<object> {
    const { at, block } = await this.#placeOfUnsent(params[1]);
    const question = questionAt({ at, block }, params);
    const { accessList, full } = await this.#ask("accessList", question, client);
    if (full.receipt === undefined) outputOf(full);
    const failed = full.receipt?.success === true ? {} : { error: failureWords(full.error ?? "failed") };
    return { accessList, gasUsed: hexQuantity(full.receipt?.gasUsed ?? 0n), ...failed };
  }

  /** Code that a request overrides is code. Throws SequencerError NoSuchPredeploy. */
  async #requirePredeploy({ at, call: { to }, overrides }: Unbounded<CallQuestion>): Promise<void> {
    const hasCode = overrides.some(({ address, code }) => address === to && code !== undefined);
    if (!hasCode) await requirePredeploy(to, this.#chain.engine.state(at));
  }

  /** A transaction that is not sent yet is for the next block, unless an older one is named. */
  async #placeOfUnsent(tag: unknown): Promise<EstimatePlace> {
    if ((tag ?? undefined) === undefined || isNewest(this.#chain, tag)) return estimatePlace(this.#chain);
    return { ...(await readBlockContext(this.#chain, tag)), otherBlocks: [] };
  }
}

function questionAt(
  { at, block }: BlockContext,
  [transaction, , overrides, blockOverrides]: readonly unknown[],
): Unbounded<CallQuestion> {
  const call = parseCall(transaction);
  return {
    at,
    block: withBlockOverrides(block, blockOverrides),
    overrides: parseOverrides(overrides),
    call: askedCall(call, capped(call.gas)),
  };
}
