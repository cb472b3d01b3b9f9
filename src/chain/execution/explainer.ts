import { fromHex, hexQuantity, type Hex } from "../../protocol/hex.ts";
import type { AskedBlock, AskedCall } from "../witness/asked-call.ts";
import { CONSOLE_ADDRESS } from "../model/console-address.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { BLOCK_START_CONTRACTS, edrOverride, prepareEngine, type EdrConnect, type EdrConnection } from "./connection.ts";

interface ExplainerOptions {
  readonly chainId: number;
  readonly coinbase: Hex;
  /** Whether code is not limited as on Ethereum. */
  readonly unlimitedCode: boolean;
  /** Whether each call is repeated, for what Hardhat collects of it: coverage, gas statistics. */
  readonly isMeasured: boolean;
}

/** An account as a call finds it: what is zero or empty is left out. In prestateTracer's form. */
interface FoundAccount {
  readonly balance?: Hex;
  readonly nonce?: number;
  readonly code?: Hex;
  readonly storage?: Readonly<Record<Hex, Hex>>;
}

/** A call that was answered, with all of the state that it looked at. */
export interface AnsweredCall {
  readonly method: "eth_call" | "eth_estimateGas";
  readonly call: AskedCall;
  readonly block: AskedBlock;
  readonly found: Readonly<Record<Hex, FoundAccount>>;
  /** What it failed with; undefined where it did not. */
  readonly failedWith: Hex | undefined;
}

/**
 * Says what only Hardhat's own network can, of a chain whose blocks another engine makes: it prints what contracts log, and calls
 * that failed fail there again, with a stack trace in their source. It has no state of the chain beside what a call
 * brings along, and begins when something is first to be said.
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

  get isMeasured(): boolean {
    return this.#options.isMeasured;
  }

  /** Prints what contracts passed to `console.log`; what is no call of it is left out, as Hardhat does. */
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
  explain(answered: AnsweredCall): Promise<Error | undefined> {
    return this.#inTurn(async (ask, learn) => {
      // Without it the error has no lines, and is the same one.
      await learn?.().catch(() => undefined);
      const mark = await ask("evm_snapshot", []);
      try {
        await prepare(answered, ask);
        await ask(answered.method, [callOf(answered.call), "pending"]);
        return undefined;
      } catch (error) {
        return error instanceof Error && failureData(error) === answered.failedWith ? error : undefined;
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
export function isExplainable(found: AnsweredCall["found"]): boolean {
  return Object.values(found).every(({ code }) => code === undefined || !isHostileCode(fromHex(code)));
}

/** The next block is the call's, on the state that the call found. */
async function prepare({ block, found }: AnsweredCall, ask: Ask): Promise<void> {
  const { number, timestamp, prevRandao, coinbase, baseFeeWei } = block;
  // The blocks before it have its time: the network's own, which is now, may be later.
  if (number > 1n) {
    await ask("evm_setNextBlockTimestamp", [Number(timestamp)]);
    await ask("hardhat_mine", [hexQuantity(number - 1n), "0x0"]);
  }
  await ask("hardhat_setPrevRandao", [prevRandao]);
  await ask("hardhat_setCoinbase", [coinbase]);
  if (baseFeeWei !== undefined) await ask("hardhat_setNextBlockBaseFeePerGas", [hexQuantity(baseFeeWei)]);
  await ask("evm_setNextBlockTimestamp", [Number(timestamp)]);
  for (const [address, { balance = "0x0", nonce = 0, code = "0x", storage = {} }] of Object.entries(found)) {
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

/** Of an error of Hardhat's network: in it, or in what it holds beside its words. */
function failureData(error: Error): unknown {
  const data: unknown = "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null && "data" in data ? data.data : data;
}
