import type { Chain } from "../chain.ts";
import { QUIET_GAS } from "../execution/code-guard.ts";
import type { GuardVerdict } from "../execution/code-guard.ts";
import { TRANSACTION_GAS_CAP } from "../execution/connection.ts";
import { isHostileCode, reachOf } from "../execution/hostile-code.ts";
import { fromHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { AccountOverride } from "../witness/call.ts";
import type { Preview } from "../witness/reexecution.ts";
import type { UnsignedTransaction } from "../transaction.ts";
import { engineCall, engineOverrides, parseCall, parseOverrides } from "./call-request.ts";
import type { RpcCall } from "./call-request.ts";
import type { RpcClient } from "./dispatch.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** Tags of blocks that are others as the chain goes on. */
const MOVING_TAGS = new Set(["latest", "pending", "safe", "finalized"]);
/** Gas of a transaction that calls or creates nothing. */
const INTRINSIC_GAS = 21_000n;

/**
 * Calls that change nothing. The engine answers those that cannot create contracts; all others are answered by the
 * witness, because init code that would end the engine's process cannot be told from other code before it runs.
 */
export class GuardedCalls {
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** `eth_call`: transaction, block, state overrides. */
  call(params: readonly unknown[], client?: RpcClient): Promise<Hex> {
    return this.#explained(this.#call(params), params, client);
  }

  /** `eth_estimateGas`: transaction, block. */
  estimate(params: readonly unknown[], client?: RpcClient): Promise<Hex> {
    return this.#explained(this.#estimate(params), params, client);
  }

  /** Checks that the engine may run the call in that block, with a tracer for example; returns the block. Throws RpcError where only the witness may. */
  async requireEngine(call: RpcCall, tag: unknown): Promise<unknown> {
    const block = this.#blockOf(tag);
    if ((await this.#judge(call, [], block)) === "safe") return block;
    throw new RpcError(RpcCode.rejected, "calls that may create contracts are not traced; send the transaction and trace that", { code: "NotTraceable" });
  }

  async #call(params: readonly unknown[]): Promise<Hex> {
    const [transaction, named, overridesValue] = params;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    const overrides = parseOverrides(overridesValue);
    const block = this.#blockOf(tag);
    const rest = overrides.length === 0 ? [] : [engineOverrides(overrides)];
    if ((await this.#judge(call, overrides, block)) === "safe") {
      return (await this.#chain.engine.request("eth_call", [engineCall(transaction, call, capped(call.gas)), block, ...rest])) as Hex;
    }
    if (this.#isNewest(tag)) return this.#callWitness(call, overrides, tag);
    // The witness knows no older state. With little gas the engine may look, if the code cannot create.
    const quiet = { ...call, gas: call.gas === undefined || call.gas > QUIET_GAS ? QUIET_GAS : call.gas };
    if ((await this.#judge(quiet, overrides, block)) !== "safe") return this.#callWitness(call, overrides, tag);
    return (await this.#chain.engine.request("eth_call", [engineCall(transaction, quiet, quiet.gas), block, ...rest])) as Hex;
  }

  async #estimate(params: readonly unknown[]): Promise<Hex> {
    const [transaction, named, overridesValue] = params;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    if (parseOverrides(overridesValue).length > 0) throw new RpcError(RpcCode.invalidParams, "eth_estimateGas takes no state overrides here");
    const block = this.#blockOf(tag);
    if ((await this.#judge(call, [], block)) === "safe") {
      const gas = call.gas === undefined ? undefined : capped(call.gas);
      return (await this.#chain.engine.request("eth_estimateGas", [engineCall(transaction, call, gas), block])) as Hex;
    }
    if (call.delegates) throw new RpcError(RpcCode.invalidParams, "gas for a transaction with an authorization list cannot be estimated here: name it");
    await this.#requireNewest(tag);
    const most = capped(call.gas);
    const full = await this.#preview(call, most);
    if (full.receipt === undefined) throw new RpcError(RpcCode.rejected, `the transaction is not valid: ${full.reason}`);
    if (!full.receipt.success) {
      await this.#callWitness(call, [], "latest");
      throw new RpcError(RpcCode.reverted, "the transaction fails, but the same call succeeds: give it more gas", "0x");
    }
    return `0x${(await this.#leastGas(call, full.receipt.gasUsed, most)).toString(16)}`;
  }

  /**
   * For who asks in this process, a revert that the witness found is repeated in the engine, whose error has a stack trace in
   * the contracts' source. Only once it is known which code runs.
   */
  async #explained(answer: Promise<Hex>, [transaction, , overrides]: readonly unknown[], client: RpcClient | undefined): Promise<Hex> {
    try {
      return await answer;
    } catch (error) {
      const isReverted = error instanceof RpcError && error.code === RpcCode.reverted;
      if (isReverted && client?.isInProcess === true && overrides === undefined) await this.#failInEngine(transaction);
      throw error;
    }
  }

  async #failInEngine(transaction: unknown): Promise<void> {
    const call = parseCall(transaction);
    if (call.delegates) return;
    const gas = capped(call.gas);
    await this.#preview(call, gas);
    await this.#chain.engine.request("eth_call", [engineCall(transaction, call, gas), "latest"]);
  }

  /**
   * The block that a tag names now. Code is judged where the engine then runs it: it may have been another at an older block, and
   * a delegation (EIP-7702) may change it while a question is under way.
   */
  #blockOf(tag: unknown): unknown {
    return typeof tag === "string" && MOVING_TAGS.has(tag) ? `0x${this.#chain.sequencer.head.number.toString(16)}` : tag;
  }

  async #judge(call: RpcCall, overrides: readonly AccountOverride[], block: unknown): Promise<GuardVerdict> {
    const codes = overrides.flatMap(({ code }) => (code === undefined ? [] : [fromHex(code)]));
    const initCode = call.to === undefined ? [fromHex(call.data)] : [];
    if ([...codes, ...initCode].some(isHostileCode)) {
      throw new RpcError(RpcCode.rejected, "the call runs code that begins with an incomplete PUSH20, which this chain's engine cannot run", {
        code: "HostileCode",
      });
    }
    // Overridden code could create contracts wherever the call gets; ask the other engine if any of it can.
    if (codes.some((code) => reachOf(code).creates || code[0] === 0xef)) return "unknown";
    const own = overrides.find(({ address, code }) => address === call.to && code !== undefined)?.code;
    return this.#chain.guard.judge({ ...call, gasLimit: capped(call.gas) }, async (address) => {
      if (own !== undefined) return own;
      return (await this.#chain.engine.request("eth_getCode", [address, block])) as Hex;
    });
  }

  async #callWitness(call: RpcCall, overrides: readonly AccountOverride[], tag: unknown): Promise<Hex> {
    await this.#requireNewest(tag);
    const { from, to, data, valueWei } = call;
    const gasLimit = capped(call.gas) - INTRINSIC_GAS;
    const request = { from, to, data, valueWei, gasLimit: gasLimit > 0n ? gasLimit : 0n, overrides };
    const answer = await this.#chain.witness.request("call", { call: request, environment: this.#chain.sequencer.nextEnvironment });
    if (answer.success) return answer.output;
    const reverted = answer.error === "revert";
    throw new RpcError(reverted ? RpcCode.reverted : RpcCode.rejected, reverted ? "execution reverted" : `execution failed: ${answer.error}`, answer.output);
  }

  #isNewest(tag: unknown): boolean {
    if (tag === "latest" || tag === "pending") return true;
    return typeof tag === "string" && /^0x[0-9a-fA-F]+$/.test(tag) && BigInt(tag) === this.#chain.sequencer.head.number;
  }

  /** Code at older blocks is another; the witness holds the newest state only. */
  async #requireNewest(tag: unknown): Promise<void> {
    if (this.#isNewest(tag)) return;
    throw new RpcError(RpcCode.rejected, "a call that may create contracts is answered for the newest block only", { code: "NewestBlockOnly" });
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
    return (await this.#preview(call, gas)).receipt?.success === true;
  }

  async #preview(call: RpcCall, gasLimit: bigint): Promise<Preview> {
    const { from, to, data, valueWei } = call;
    const { engine, witness, guard, sequencer } = this.#chain;
    const nonce = BigInt((await engine.request("eth_getTransactionCount", [from, "latest"])) as Hex);
    const transaction: UnsignedTransaction = { kind: "unsigned", from, to, data, valueWei, gasLimit, nonce, isImpersonated: true };
    const preview = await witness.request("preview", { transaction, environment: sequencer.nextEnvironment });
    if (preview.isLoud) {
      throw new RpcError(RpcCode.rejected, "the transaction's calls pass on more data than this chain's engine can hold", { code: "CallDataTooLarge" });
    }
    if ([...preview.initCodes, ...preview.runtimeCodes].every((code) => guard.admits(code))) return preview;
    throw new RpcError(RpcCode.rejected, "the transaction runs or deploys code that begins with an incomplete PUSH20", { code: "HostileCode" });
  }
}

function capped(gas: bigint | undefined): bigint {
  return gas === undefined || gas > TRANSACTION_GAS_CAP ? TRANSACTION_GAS_CAP : gas;
}
