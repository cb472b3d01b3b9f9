import type { BlockEnvironment } from "../block.ts";
import type { Chain } from "../chain.ts";
import { QUIET_GAS } from "../execution/code-guard.ts";
import { prevRandaoOf } from "../prev-randao.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { AccountOverride } from "../witness/call.ts";
import { blockOf, capped, isNewest, judgeCall, previewCall } from "./call-checks.ts";
import type { Verdict } from "./call-checks.ts";
import { engineCall, engineOverrides, parseCall, parseOverrides } from "./call-request.ts";
import type { RpcCall } from "./call-request.ts";
import type { RpcClient } from "./dispatch.ts";
import { readDelegations, withDelegations } from "./delegations.ts";
import { orUndefined } from "./engine-estimate.ts";
import { estimateDelegating } from "./estimate-delegating.ts";
import { hexQuantity } from "./hex-quantity.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { OwnCalls } from "./own-calls.ts";

/** Gas of a transaction that calls or creates nothing. */
const INTRINSIC_GAS = 21_000n;
/**
 * Gas that the engine gets for a question about an older block: it remembers each instruction, 400 bytes for a gas, until the
 * question is answered. About the newest block the witness is asked, who remembers none, where QUIET_GAS is not enough.
 */
const OLDER_BLOCK_GAS = 500_000n;
/** More than a batch of requests holds. */
const MAX_WAITING = 512;

/**
 * Calls that change nothing. The engine answers those that cannot create contracts; all others are answered by the
 * witness, because init code that would end the engine's process cannot be told from other code before it runs.
 */
export class GuardedCalls {
  readonly #chain: Chain;
  readonly #own: OwnCalls;
  /** The engine does one thing after the other: blocks are to wait for one question, not for all there are. */
  readonly #inTurn = oneAtATime(MAX_WAITING, "calls are being answered");

  /** `chain`: as those see it who only ask. `own`: for who is part of this process. */
  constructor(chain: Chain, own: OwnCalls) {
    this.#chain = chain;
    this.#own = own;
  }

  /** `eth_call`: transaction, block, state overrides. */
  async call(params: readonly unknown[], client?: RpcClient): Promise<Hex> {
    return (client?.isInProcess === true ? await this.#own.call(params) : undefined) ?? this.#call(params);
  }

  /** `eth_estimateGas`: transaction, block. */
  async estimate(params: readonly unknown[], client?: RpcClient): Promise<Hex> {
    return (client?.isInProcess === true ? await this.#own.estimate(params) : undefined) ?? this.#estimate(params);
  }

  /** Checks that the engine may run the call in that block, with a tracer for example; returns the block. Throws RpcError where only the witness may. */
  async requireEngine(call: RpcCall, tag: unknown, client?: RpcClient): Promise<unknown> {
    const block = blockOf(this.#chain, tag);
    if (client?.isInProcess === true) {
      const own = await this.#own.blockFor(call, tag);
      if (own !== undefined) return own;
    } else if ((await this.#judge(call, [], block)).mayRun === "safe") return block;
    throw new RpcError(RpcCode.rejected, "calls that may create contracts are not traced; send the transaction and trace that", { code: "NotTraceable" });
  }

  async #call(params: readonly unknown[]): Promise<Hex> {
    const [transaction, named, overridesValue] = params;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    const overrides = withDelegations(parseOverrides(overridesValue), readDelegations(transaction, BigInt(this.#chain.chainId)));
    const block = blockOf(this.#chain, tag);
    const rest = overrides.length === 0 ? [] : [engineOverrides(overrides)];
    const inEngine = (gas: bigint): Promise<Hex> => this.#ask("eth_call", [engineCall(transaction, call, gas), block, ...rest]);
    // Questions about the next block stay with the witness: another block may be made before the engine answers.
    if (tag === "pending") return this.#callWitness(call, overrides, tag);
    const newest = isNewest(this.#chain, tag);
    const { mayRun, readsGas } = await this.#judge(call, overrides, block);
    if (mayRun === "safe" && !(newest && readsGas)) {
      const answer = await withGas(call, newest ? QUIET_GAS : OLDER_BLOCK_GAS, inEngine);
      if (answer !== undefined) return answer;
    }
    if (newest) return this.#callWitness(call, overrides, tag);
    // The witness knows no older state. With little gas the engine may look, if the code cannot create.
    const quiet = { ...call, gas: call.gas === undefined || call.gas > QUIET_GAS ? QUIET_GAS : call.gas };
    if (mayRun !== "safe" && (await this.#judge(quiet, overrides, block)).mayRun === "safe") return inEngine(quiet.gas);
    return this.#callWitness(call, overrides, tag);
  }

  async #estimate(params: readonly unknown[]): Promise<Hex> {
    const [transaction, named, overridesValue] = params;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    if (parseOverrides(overridesValue).length > 0) throw new RpcError(RpcCode.invalidParams, "eth_estimateGas takes no state overrides here");
    const block = blockOf(this.#chain, tag);
    const newest = isNewest(this.#chain, tag);
    if ((await this.#judge(call, [], block)).mayRun === "safe") {
      const estimate = withGas(call, newest ? QUIET_GAS : OLDER_BLOCK_GAS, async (gas) => {
        const asked = engineCall(transaction, call, gas);
        // A call that fails leaves nothing behind; an estimate that does, megabytes until its error is collected as garbage.
        await this.#ask("eth_call", [asked, block]);
        return this.#ask("eth_estimateGas", [asked, block]);
      });
      const answer = await orUndefined(estimate);
      if (answer !== undefined) return answer;
    }
    await this.#requireNewest(tag);
    if (call.delegates) return estimateDelegating(this.#chain, transaction, call);
    const most = capped(call.gas);
    const full = await previewCall(this.#chain, call, most, { maxInstructions: this.#chain.maxInstructions });
    if (full.receipt === undefined) throw new RpcError(RpcCode.rejected, `the transaction is not valid: ${full.reason}`);
    if (!full.receipt.success) {
      await this.#callWitness(call, [], "pending");
      throw new RpcError(RpcCode.reverted, "the transaction fails, but the same call succeeds: give it more gas", "0x");
    }
    return hexQuantity(await this.#leastGas(call, full.receipt.gasUsed, most));
  }

  async #ask(method: string, params: readonly unknown[]): Promise<Hex> {
    return (await this.#inTurn(() => this.#chain.engine.request(method, params))) as Hex;
  }

  #judge(call: RpcCall, overrides: readonly AccountOverride[], block: unknown): Promise<Verdict> {
    return judgeCall(this.#chain, call, overrides, block, OLDER_BLOCK_GAS);
  }

  async #callWitness(call: RpcCall, overrides: readonly AccountOverride[], tag: unknown): Promise<Hex> {
    await this.#requireNewest(tag);
    const { from, to, data, valueWei } = call;
    const gasLimit = capped(call.gas) - INTRINSIC_GAS;
    const request = { from, to, data, valueWei, gasLimit: gasLimit > 0n ? gasLimit : 0n, overrides };
    const answer = await this.#chain.witness.request("call", { call: request, environment: this.#environmentAt(tag) });
    if (answer.success) return answer.output;
    const reverted = answer.error === "revert";
    throw new RpcError(reverted ? RpcCode.reverted : RpcCode.rejected, reverted ? "execution reverted" : `execution failed: ${answer.error}`, answer.output);
  }

  /** What a call sees of its block: the newest one, as with Ethereum's nodes, or the one that would follow. */
  #environmentAt(tag: unknown): BlockEnvironment {
    const { sequencer, chainId } = this.#chain;
    const next = sequencer.nextEnvironment;
    const { number, timestamp } = sequencer.head;
    return tag === "pending" ? next : { ...next, number, timestamp, prevRandao: prevRandaoOf(BigInt(chainId), number) };
  }

  /** Code at older blocks is another; the witness holds the newest state only. */
  async #requireNewest(tag: unknown): Promise<void> {
    if (isNewest(this.#chain, tag)) return;
    const message = `a call that may create contracts, or needs more than ${OLDER_BLOCK_GAS} gas, is answered for the newest block only`;
    throw new RpcError(RpcCode.rejected, message, { code: "NewestBlockOnly" });
  }

  /** The least gas, to about one percent, with which the transaction succeeds. */
  async #leastGas(call: RpcCall, used: bigint, most: bigint): Promise<bigint> {
    let low = used - 1n;
    let high = most;
    // Refunds and the 64th that calls keep back are small as a rule, so the answer is near what was used.
    const guess = (used * 65n) / 64n + 2300n;
    if (guess < high && (await this.#succeeds(call, guess))) high = guess;
    while (high - low > 1n + used / 100n) {
      const middle = (low + high) / 2n;
      if (await this.#succeeds(call, middle)) high = middle;
      else low = middle;
    }
    return high;
  }

  async #succeeds(call: RpcCall, gas: bigint): Promise<boolean> {
    // Counted once: with less gas it does not run more.
    return (await previewCall(this.#chain, call, gas)).receipt?.success === true;
  }
}

/**
 * Asks with all the gas that the call may have, or with the most that is allowed: then undefined where that was not enough.
 * Who does not look at the gas that is left does the same with less of it, as long as it is enough.
 */
async function withGas(call: RpcCall, most: bigint, ask: (gas: bigint) => Promise<Hex>): Promise<Hex | undefined> {
  const wanted = capped(call.gas);
  if (wanted <= most) return ask(wanted);
  try {
    return await ask(most);
  } catch (error) {
    if (isRevert(error) || error instanceof RpcError) throw error;
    return undefined;
  }
}

/** The engine's error about code that gave up by itself. */
function isRevert(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === RpcCode.reverted;
}
