import type { BlockEnvironment } from "../block.ts";
import type { Chain } from "../chain.ts";
import { QUIET_GAS } from "../execution/code-guard.ts";
import type { GuardVerdict } from "../execution/code-guard.ts";
import { TRANSACTION_GAS_CAP } from "../execution/connection.ts";
import { isHostileCode, reachOf } from "../execution/hostile-code.ts";
import { prevRandaoOf } from "../prev-randao.ts";
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
/** How failures begin that are no reverts. */
const FAILED = "execution failed: ";
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
    return this.#explained(this.#call(params, client), params, params[1] ?? "latest", client);
  }

  /** `eth_estimateGas`: transaction, block. */
  estimate(params: readonly unknown[], client?: RpcClient): Promise<Hex> {
    return this.#explained(this.#estimate(params, client), params, "pending", client);
  }

  /** Checks that the engine may run the call in that block, with a tracer for example; returns the block. Throws RpcError where only the witness may. */
  async requireEngine(call: RpcCall, tag: unknown): Promise<unknown> {
    const block = this.#blockOf(tag);
    if ((await this.#judge(call, [], block)) === "safe") return block;
    throw new RpcError(RpcCode.rejected, "calls that may create contracts are not traced; send the transaction and trace that", { code: "NotTraceable" });
  }

  async #call(params: readonly unknown[], client: RpcClient | undefined): Promise<Hex> {
    const [transaction, named, overridesValue] = params;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    const overrides = parseOverrides(overridesValue);
    const block = this.#blockOf(tag);
    const rest = overrides.length === 0 ? [] : [engineOverrides(overrides)];
    const inEngine = async (gas: bigint): Promise<Hex> => {
      const asked = engineCall(transaction, call, gas);
      const answer = tag === "pending" ? this.#askOfNextBlock("eth_call", [asked, tag, ...rest]) : this.#chain.engine.request("eth_call", [asked, block, ...rest]);
      return (await answer) as Hex;
    };
    // Others' questions about the next block stay with the witness: another block may be made before the engine answers.
    if (tag === "pending" && client?.isInProcess !== true) return this.#callWitness(call, overrides, tag);
    if ((await this.#judge(call, overrides, block)) === "safe") return inEngine(capped(call.gas));
    if (this.#isNewest(tag)) return this.#callWitness(call, overrides, tag);
    // The witness knows no older state. With little gas the engine may look, if the code cannot create.
    const quiet = { ...call, gas: call.gas === undefined || call.gas > QUIET_GAS ? QUIET_GAS : call.gas };
    if ((await this.#judge(quiet, overrides, block)) === "safe") return inEngine(quiet.gas);
    // Who asks in this process could only end his own; code that the newest state has is looked at nevertheless.
    if (client?.isInProcess !== true || call.delegates || overrides.length > 0) return this.#callWitness(call, overrides, tag);
    await this.#preview(call, capped(call.gas));
    return inEngine(capped(call.gas));
  }

  async #estimate(params: readonly unknown[], client: RpcClient | undefined): Promise<Hex> {
    const [transaction, named, overridesValue] = params;
    const tag = named ?? "latest";
    const call = parseCall(transaction);
    if (parseOverrides(overridesValue).length > 0) throw new RpcError(RpcCode.invalidParams, "eth_estimateGas takes no state overrides here");
    const block = this.#blockOf(tag);
    if ((await this.#judge(call, [], block)) === "safe") {
      const gas = call.gas === undefined ? undefined : capped(call.gas);
      const asked = engineCall(transaction, call, gas);
      // Gas is for a transaction of the next block, whose time may have been set.
      if (client?.isInProcess === true && this.#isNewest(tag)) return (await this.#askOfNextBlock("eth_estimateGas", [asked, "pending"])) as Hex;
      return (await this.#chain.engine.request("eth_estimateGas", [asked, block])) as Hex;
    }
    if (call.delegates) throw new RpcError(RpcCode.invalidParams, "gas for a transaction with an authorization list cannot be estimated here: name it");
    await this.#requireNewest(tag);
    const most = capped(call.gas);
    const full = await this.#preview(call, most);
    if (full.receipt === undefined) throw new RpcError(RpcCode.rejected, `the transaction is not valid: ${full.reason}`);
    if (!full.receipt.success) {
      await this.#callWitness(call, [], "pending");
      throw new RpcError(RpcCode.reverted, "the transaction fails, but the same call succeeds: give it more gas", "0x");
    }
    return `0x${(await this.#leastGas(call, full.receipt.gasUsed, most)).toString(16)}`;
  }

  /**
   * For who asks in this process, a failure that the witness found is repeated in the engine, whose error has a stack trace in
   * the contracts' source. Only once it is known which code runs.
   */
  async #explained(answer: Promise<Hex>, [transaction, , overrides]: readonly unknown[], tag: unknown, client: RpcClient | undefined): Promise<Hex> {
    try {
      return await answer;
    } catch (error) {
      const hasFailed = error instanceof RpcError && (error.code === RpcCode.reverted || error.message.startsWith(FAILED));
      if (hasFailed && client?.isInProcess === true && overrides === undefined) await this.#failInEngine(transaction, tag);
      throw error;
    }
  }

  async #failInEngine(transaction: unknown, tag: unknown): Promise<void> {
    const call = parseCall(transaction);
    if (call.delegates) return;
    const gas = capped(call.gas);
    await this.#preview(call, gas);
    const asked = [engineCall(transaction, call, gas), tag];
    await (tag === "pending" ? this.#askOfNextBlock("eth_call", asked) : this.#chain.engine.request("eth_call", asked));
  }

  /** The engine's own clock is not the chain's. */
  async #askOfNextBlock(method: string, params: readonly unknown[]): Promise<unknown> {
    const { engine, sequencer } = this.#chain;
    // Refused only where a block has just come that is newer; then the engine's clock is right.
    await engine.request("evm_setNextBlockTimestamp", [Number(sequencer.nextEnvironment.timestamp)]).catch(() => undefined);
    return engine.request(method, params);
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
    const answer = await this.#chain.witness.request("call", { call: request, environment: this.#environmentAt(tag) });
    if (answer.success) return answer.output;
    const reverted = answer.error === "revert";
    throw new RpcError(reverted ? RpcCode.reverted : RpcCode.rejected, reverted ? "execution reverted" : `${FAILED}${answer.error}`, answer.output);
  }

  /** What a call sees of its block: the newest one, as with Ethereum's nodes, or the one that would follow. */
  #environmentAt(tag: unknown): BlockEnvironment {
    const { sequencer, chainId } = this.#chain;
    const next = sequencer.nextEnvironment;
    const { number, timestamp } = sequencer.head;
    return tag === "pending" ? next : { ...next, number, timestamp, prevRandao: prevRandaoOf(BigInt(chainId), number) };
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
