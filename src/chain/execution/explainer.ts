import { fromHex, hexQuantity, type Hex } from "../../ground/protocol/hex.ts";
import type { AskedBlock, AskedCall } from "../witness/asked-call.ts";
import type { BlockEnvironment } from "../model/block.ts";
import { minedTransaction } from "../../ground/transaction/shown-transaction.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import { CONSOLE_ADDRESS } from "../model/console-address.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { BLOCK_START_CONTRACTS, edrOverride, prepareEngine, type EdrConnect, type EdrConnection } from "./connection.ts";

/** Chain that an explainer replays, and the limits of its code. */
export interface ExplainerOptions {
  readonly chainId: number;
  readonly coinbase: Hex;
  /** Whether code is not limited as on Ethereum. */
  readonly unlimitedCode: boolean;
  /** True if each call and transaction is repeated, because Hardhat collects coverage or gas statistics. */
  readonly isMeasured: boolean;
}

/** An account as a call finds it: what is zero or empty is left out. In prestateTracer's form. */
export interface PrestateAccount {
  readonly balance?: Hex;
  readonly nonce?: number;
  readonly code?: Hex;
  readonly storage?: Readonly<Record<Hex, Hex>>;
}

/** State that a run looked at, by account. */
export type Prestate = Readonly<Record<Hex, PrestateAccount>>;

/** A call that was answered, with all of the state that it looked at. */
export interface AnsweredCall {
  readonly method: "eth_call" | "eth_estimateGas";
  readonly call: AskedCall;
  readonly block: AskedBlock;
  readonly prestate: Prestate;
  /** Revert data of the call; undefined if it succeeded. */
  readonly failedWith: Hex | undefined;
}

/** A transaction of a block, with all of the state that it looked at. */
export interface MinedRun {
  readonly transaction: EngineTransaction;
  readonly block: BlockEnvironment;
  readonly prestate: Prestate;
}

/** A transaction of a block, after its predecessors. */
interface PlacedTransaction {
  readonly transaction: EngineTransaction;
  readonly block: BlockEnvironment;
  readonly before: readonly EngineTransaction[];
}

/** Finds the state that a transaction has looked at; undefined if Hardhat's network cannot repeat the transaction. */
export type ReadPrestate = (placed: PlacedTransaction) => Promise<Prestate | undefined>;

/** A request to Hardhat's network, with its block and state. */
interface RepeatedRequest {
  readonly method: AnsweredCall["method"];
  readonly request: Readonly<Record<string, unknown>>;
  readonly block: AskedBlock;
  readonly prestate: Prestate;
}

/**
 * Features of Hardhat's network for a chain whose blocks another engine makes: it prints logs of contracts, and repeats
 * failed calls, which fail with a stack trace in their source. It has no state of the chain except the data passed with a
 * call, and starts at the first use.
 */
export class Explainer {
  readonly #options: ExplainerOptions;
  readonly #connect: EdrConnect;
  #opening: Promise<EdrConnection> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ExplainerOptions, { connect }: { readonly connect: EdrConnect }) {
    this.#options = options;
    this.#connect = connect;
  }

  /** True if Hardhat's network must repeat all calls and transactions, because Hardhat measures them. */
  get repeatsAll(): boolean {
    return this.#options.isMeasured;
  }

  /** Prints data that contracts passed to `console.log`; other data are left out, as Hardhat does. */
  print(logged: readonly Hex[]): Promise<void> {
    if (logged.length === 0) return Promise.resolve();
    return this.#inTurn(async (ask) => {
      for (const data of logged) await ask("eth_call", [{ to: CONSOLE_ADDRESS, data }]);
    });
  }

  /**
   * Repeats the call, which prints what it logs; Hardhat's error where it failed. Undefined where it did not, or ends otherwise
   * there: it reads what it does not bring along, such as hashes of blocks.
   */
  async explain({ call, failedWith, ...answered }: AnsweredCall): Promise<Error | undefined> {
    const error = await this.#repeat({ ...answered, request: callOf(call) });
    return failedWith !== undefined && failureData(error) === failedWith ? error : undefined;
  }

  /** Repeats the transaction as a call, which prints its lines and counts it in Hardhat's coverage and gas statistics. */
  async measure({ transaction, block, prestate }: MinedRun): Promise<void> {
    await this.#repeat({ method: "eth_call", request: requestOf(transaction, this.#options.chainId), block, prestate });
  }

  /** Error of the request; undefined if it succeeds. */
  #repeat({ method, request, block, prestate }: RepeatedRequest): Promise<Error | undefined> {
    return this.#inTurn(async (ask, learn) => {
      // Without it the error has no lines, and is the same one.
      await learn?.().catch(() => undefined);
      const mark = await ask("evm_snapshot", []);
      try {
        await prepare(block, prestate, ask);
        await ask(method, [request, "pending"]);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      } finally {
        await ask("evm_revert", [mark]);
      }
    });
  }

  /** Waits for what is still to be printed. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await (await this.#opening?.catch(() => undefined))?.close();
  }

  #inTurn<Answer>(act: (ask: Ask, learn: EdrConnection["learn"]) => Promise<Answer>): Promise<Answer> {
    const acting = this.#last.then(async () => {
      const { provider, learn } = await (this.#opening ??= this.#open());
      return act((method, params) => provider.request({ method, params }), learn);
    });
    this.#last = acting.catch(() => undefined);
    return acting;
  }

  async #open(): Promise<EdrConnection> {
    prepareEngine();
    const connection = await this.#connect(edrOverride({ ...this.#options, genesisTimestamp: 0n }));
    for (const address of BLOCK_START_CONTRACTS) {
      await connection.provider.request({ method: "hardhat_setCode", params: [address, "0x"] });
      await connection.provider.request({ method: "hardhat_setNonce", params: [address, "0x0"] });
    }
    return connection;
  }
}

type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** Whether no code that the call finds would end the process in Hardhat's engine. */
export function isExplainable(prestate: Prestate): boolean {
  return Object.values(prestate).every(({ code }) => code === undefined || !isHostileCode(fromHex(code)));
}

/** The next block is the call's, on the state that the call found. */
async function prepare(
  { number, timestamp, prevRandao, coinbase, baseFeeWei }: AskedBlock,
  prestate: Prestate,
  ask: Ask,
): Promise<void> {
  // The blocks before it have its time: the network's own, which is now, may be later.
  if (number > 1n) {
    await ask("evm_setNextBlockTimestamp", [Number(timestamp)]);
    await ask("hardhat_mine", [hexQuantity(number - 1n), "0x0"]);
  }
  await ask("hardhat_setPrevRandao", [prevRandao]);
  await ask("hardhat_setCoinbase", [coinbase]);
  if (baseFeeWei !== undefined) await ask("hardhat_setNextBlockBaseFeePerGas", [hexQuantity(baseFeeWei)]);
  await ask("evm_setNextBlockTimestamp", [Number(timestamp)]);
  for (const [address, { balance = "0x0", nonce = 0, code = "0x", storage = {} }] of Object.entries(prestate)) {
    if (BigInt(balance) !== 0n) await ask("hardhat_setBalance", [address, balance]);
    if (nonce !== 0) await ask("hardhat_setNonce", [address, hexQuantity(BigInt(nonce))]);
    if (code !== "0x") await ask("hardhat_setCode", [address, code]);
    for (const [slot, value] of Object.entries(storage))
      await ask("hardhat_setStorageAt", [address, hexQuantity(BigInt(slot)), value]);
  }
}

function callOf({ from, to, data, valueWei, gasLimit, gasPriceWei, accessList }: AskedCall): Readonly<Record<string, unknown>> {
  return {
    from,
    ...(to === undefined ? {} : { to }),
    data,
    value: hexQuantity(valueWei),
    gas: hexQuantity(gasLimit),
    ...(gasPriceWei === 0n ? {} : { gasPrice: hexQuantity(gasPriceWei) }),
    ...(accessList.length === 0 ? {} : { accessList }),
  };
}

/** The transaction as a call from its sender. Its nonce is the one that the sender was found with. */
function requestOf(transaction: EngineTransaction, chainId: number): RepeatedRequest["request"] {
  const { from, to, input, value, gas, gasPrice, accessList, authorizationList } = minedTransaction(transaction, "0x", chainId);
  const fee = authorizationList === undefined ? { gasPrice } : { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice };
  return { from, to: to ?? undefined, data: input, value, gas, accessList, authorizationList, ...fee };
}

/** Revert data of an error of Hardhat's network: in it, or in the object that it holds as data. */
function failureData(error: Error | undefined): unknown {
  const data: unknown = error !== undefined && "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null && "data" in data ? data.data : data;
}
