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
import { oneAtATime } from "./one-at-a-time.ts";

/** Tags of blocks that are others as the chain goes on. */
const MOVING_TAGS = new Set(["latest", "pending", "safe", "finalized"]);
/** How failures begin that are no reverts. */
const FAILED = "execution failed: ";
/** Gas of a transaction that calls or creates nothing. */
const INTRINSIC_GAS = 21_000n;
/**
 * Gas that the engine gets for a question about an older block: it remembers each instruction, 400 bytes for a gas, until the
 * question is answered. About the newest block the witness is asked, who remembers none, where QUIET_GAS is not enough.
 */
const OLDER_BLOCK_GAS = 500_000n;
/** More than a batch of requests holds. */
const MAX_WAITING = 512;

/** Where code may run, and whether it may do something else with less gas that is enough. */
interface Verdict {
  readonly mayRun: GuardVerdict;
  readonly readsGas: boolean;
}

/**
 * Calls that change nothing. The engine answers those that cannot create contracts; all others are answered by the
 * witness, because init code that would end the engine's process cannot be told from other code before it runs.
 */
export class GuardedCalls {
  readonly #chain: Chain;
  /** The engine does one thing after the other: blocks are to wait for one question, not for all there are. */
  readonly #inTurn = oneAtATime(MAX_WAITING, "calls are being answered");

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
    if ((await this.#judge(call, [], block)).mayRun === "safe") return block;
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
      return tag === "pending" ? this.#askOfNextBlock("eth_call", [asked, tag, ...rest]) : this.#ask("eth_call", [asked, block, ...rest]);
    };
    // Others' questions about the next block stay with the witness: another block may be made before the engine answers.
    if (tag === "pending" && client?.isInProcess !== true) return this.#callWitness(call, overrides, tag);
    const isNewest = this.#isNewest(tag);
    const { mayRun, readsGas } = await this.#judge(call, overrides, block);
    if (mayRun === "safe" && !(isNewest && readsGas)) {
      const answer = await withGas(call, isNewest ? QUIET_GAS : OLDER_BLOCK_GAS, inEngine);
      if (answer !== undefined) return answer;
    }
    if (isNewest) return this.#callWitness(call, overrides, tag);
    // The witness knows no older state. With little gas the engine may look, if the code cannot create.
    const quiet = { ...call, gas: call.gas === undefined || call.gas > QUIET_GAS ? QUIET_GAS : call.gas };
    if (mayRun !== "safe" && (await this.#judge(quiet, overrides, block)).mayRun === "safe") return inEngine(quiet.gas);
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
    const isNewest = this.#isNewest(tag);
    if ((await this.#judge(call, [], block)).mayRun === "safe") {
      const answer = await withGas(call, isNewest ? QUIET_GAS : OLDER_BLOCK_GAS, async (gas) => {
        const asked = engineCall(transaction, call, gas);
        // Gas is for a transaction of the next block, whose time may have been set.
        const isNext = client?.isInProcess === true && isNewest;
        const ask = (method: string): Promise<Hex> => (isNext ? this.#askOfNextBlock(method, [asked, "pending"]) : this.#ask(method, [asked, block]));
        // A call that fails leaves nothing behind; an estimate that does, megabytes until its error is collected as garbage.
        await ask("eth_call");
        return ask("eth_estimateGas");
      });
      if (answer !== undefined) return answer;
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
      if (hasFailed && client?.isInProcess === true && overrides === undefined) {
        await this.#failInEngine(transaction, tag).catch((better: unknown) => {
          // The engine must not run it: then there is nothing to add.
          if (!(better instanceof RpcError)) throw better;
        });
      }
      throw error;
    }
  }

  async #failInEngine(transaction: unknown, tag: unknown): Promise<void> {
    const call = parseCall(transaction);
    if (call.delegates) return;
    const gas = capped(call.gas);
    await this.#preview(call, gas);
    const asked = [engineCall(transaction, call, gas), tag];
    await (tag === "pending" ? this.#askOfNextBlock("eth_call", asked) : this.#ask("eth_call", asked));
  }

  async #ask(method: string, params: readonly unknown[]): Promise<Hex> {
    return (await this.#inTurn(() => this.#chain.engine.request(method, params))) as Hex;
  }

  /** The engine's own clock is not the chain's. */
  async #askOfNextBlock(method: string, params: readonly unknown[]): Promise<Hex> {
    const { engine, sequencer } = this.#chain;
    const answer = this.#inTurn(async () => {
      // Refused only where a block has just come that is newer; then the engine's clock is right.
      await engine.request("evm_setNextBlockTimestamp", [Number(sequencer.nextEnvironment.timestamp)]).catch(() => undefined);
      return engine.request(method, params);
    });
    return (await answer) as Hex;
  }

  /**
   * The block that a tag names now. Code is judged where the engine then runs it: it may have been another at an older block, and
   * a delegation (EIP-7702) may change it while a question is under way.
   */
  #blockOf(tag: unknown): unknown {
    return typeof tag === "string" && MOVING_TAGS.has(tag) ? `0x${this.#chain.sequencer.head.number.toString(16)}` : tag;
  }

  async #judge(call: RpcCall, overrides: readonly AccountOverride[], block: unknown): Promise<Verdict> {
    const codes = overrides.flatMap(({ code }) => (code === undefined ? [] : [fromHex(code)]));
    const initCode = call.to === undefined ? [fromHex(call.data)] : [];
    if ([...codes, ...initCode].some(isHostileCode)) {
      throw new RpcError(RpcCode.rejected, "the call runs code that begins with an incomplete PUSH20, which this chain's engine cannot run", {
        code: "HostileCode",
      });
    }
    // Overridden code could create contracts wherever the call gets; ask the other engine if any of it can.
    if (codes.some((code) => reachOf(code).creates || code[0] === 0xef)) return { mayRun: "unknown", readsGas: true };
    const own = overrides.find(({ address, code }) => address === call.to && code !== undefined)?.code;
    let readsGas = false;
    // It gets no more here.
    const gasLimit = capped(call.gas) < OLDER_BLOCK_GAS ? capped(call.gas) : OLDER_BLOCK_GAS;
    const mayRun = await this.#chain.guard.judge({ ...call, gasLimit }, async (address) => {
      const code = own ?? ((await this.#chain.engine.request("eth_getCode", [address, block])) as Hex);
      readsGas = this.#chain.guard.readsGas(code);
      return code;
    });
    return { mayRun, readsGas };
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
    if (preview.isLong) {
      throw new RpcError(RpcCode.rejected, "the transaction runs more than 1,000,000 instructions, which this chain's engine cannot hold", { code: "TooManySteps" });
    }
    if ([...preview.initCodes, ...preview.runtimeCodes].every((code) => guard.admits(code))) return preview;
    throw new RpcError(RpcCode.rejected, "the transaction runs or deploys code that begins with an incomplete PUSH20", { code: "HostileCode" });
  }
}

function capped(gas: bigint | undefined): bigint {
  return gas === undefined || gas > TRANSACTION_GAS_CAP ? TRANSACTION_GAS_CAP : gas;
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
