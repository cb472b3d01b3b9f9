import type { Message } from "@ethereumjs/evm";
import { createAddressFromString } from "@ethereumjs/util";
import type { RunTxOpts, RunTxResult } from "@ethereumjs/vm";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import { chargedGas } from "../../ground/protocol/native-budget.ts";
import type { BlockEnvironment, NativeOutcome } from "../model/block.ts";
import { gasPriceOf, type EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { FlatState } from "./flat-state.ts";
import type { IsolatedVm } from "./isolated-vm.ts";
import type { ProtocolCodeRuns } from "./protocol-code-runs.ts";
import { RunBrokenOff } from "./run-end.ts";
import { UnitMeter, type MeteredTransaction } from "./unit-meter.ts";

/** An invalid instruction: a frame that reaches it fails and uses all of its gas. */
const INVALID = Uint8Array.of(0xfe);

/** Bounds of a charged run, and the callback for its end. */
interface ChargedBounds extends Pick<MeteredTransaction, "checkTime"> {
  /** Told where its budget is spent, before it runs again so that it fails at once. The EVM is another one then. */
  readonly onSpent?: () => void;
}

/** Result of a transaction, and its charge. */
interface ChargedRun {
  /** Undefined where nothing of it ran: not even its lists had an effect. */
  readonly result: RunTxResult | undefined;
  readonly gasUsed: bigint;
  readonly native: NativeOutcome;
}

/**
 * Runs users' transactions of metered blocks: each is charged the larger of the EVM's gas and a sixth of its units. One that
 * spends its budget has failed: its nonce, its price and its authorizations stay, and all of its gas is taken.
 */
export class ChargedRuns {
  readonly #vm: IsolatedVm;
  readonly #state: FlatState;
  readonly #codes: ProtocolCodeRuns;

  constructor(vm: IsolatedVm, state: FlatState, codes: ProtocolCodeRuns) {
    this.#vm = vm;
    this.#state = state;
    this.#codes = codes;
  }

  /** A meter of the next run, with which it is weighed until it is stopped. */
  meter(tx: RunTxOpts["tx"], run: Omit<MeteredTransaction, "accessList" | "authorizations">): UnitMeter {
    return new UnitMeter(this.#vm.evm, this.#state, this.#codes, { ...run, ...listsOf(tx) });
  }

  /** Runs one, signed or in the name of an impersonated account, and keeps its effects. Throws as `IsolatedVm.run`. */
  async run(
    options: RunTxOpts,
    transaction: EngineTransaction,
    { number, coinbase }: BlockEnvironment,
    { checkTime, onSpent = () => undefined }: ChargedBounds = {},
  ): Promise<ChargedRun> {
    const { to, data, gasLimit } = transaction;
    const admitted = admittedSender(transaction);
    const meter = this.meter(options.tx, { to, data, gasLimit, blockNumber: number, coinbase, checkTime });
    const fees = { from: transaction.from, coinbase, priceWei: gasPriceOf(transaction) };
    try {
      const result = await this.#vm.run(options, admitted);
      const { units } = meter;
      const evmGas = result.totalGasSpent;
      const gasUsed = chargedGas(evmGas, units);
      await this.#charge(gasUsed - evmGas, fees);
      return { result, gasUsed, native: { units, spent: undefined } };
    } catch (error) {
      const { reason, units, isBeforeLists } = meter;
      if (!(error instanceof RunBrokenOff) || reason === undefined) throw error;
      onSpent();
      const result = isBeforeLists ? undefined : await this.#fail(options, admitted);
      if (result === undefined) await this.#useNonce(transaction.from);
      await this.#charge(gasLimit - (result?.totalGasSpent ?? 0n), fees);
      return { result, gasUsed: gasLimit, native: { units, spent: reason } };
    } finally {
      meter.stop();
    }
  }

  /** Runs it so that its first frame fails at once. */
  async #fail(options: RunTxOpts, admitted: Hex | undefined): Promise<RunTxResult> {
    const { events } = this.#vm.evm;
    const fail = (message: Message): void => {
      if (message.to === undefined) message.data = INVALID;
      else message.code = INVALID;
    };
    events.once("beforeMessage", fail);
    try {
      return await this.#vm.run(options, admitted);
    } finally {
      events.off("beforeMessage", fail);
    }
  }

  async #useNonce(sender: Hex): Promise<void> {
    const nonce = this.#state.accountAt(sender.toLowerCase())?.nonce ?? 0n;
    await this.#state.modifyAccountFields(createAddressFromString(sender), { nonce: nonce + 1n });
  }

  /** Gas beyond what the library has taken. The sender could pay for all of it before the transaction, and got the rest back. */
  async #charge(
    gas: bigint,
    { from, coinbase, priceWei }: { readonly from: Hex; readonly coinbase: Hex; readonly priceWei: bigint },
  ): Promise<void> {
    const wei = gas * priceWei;
    if (wei === 0n) return;
    for (const [address, change] of [
      [from, -wei],
      [coinbase, wei],
    ] as const) {
      const balance = this.#state.accountAt(address.toLowerCase())?.balance ?? 0n;
      await this.#state.modifyAccountFields(createAddressFromString(address), { balance: balance + change });
    }
  }
}

/** An impersonated account may hold code. */
export function admittedSender(transaction: EngineTransaction): Hex | undefined {
  return transaction.kind === "unsigned" && transaction.isImpersonated === true ? transaction.from : undefined;
}

function listsOf(tx: RunTxOpts["tx"]): Pick<MeteredTransaction, "accessList" | "authorizations"> {
  const { accessList = [], authorizationList = [] } = tx as {
    readonly accessList?: readonly (readonly [Uint8Array, readonly Uint8Array[]])[];
    readonly authorizationList?: readonly unknown[];
  };
  const named = accessList.map(([account, slots]) => [toHex(account), slots.map((slot) => BigInt(toHex(slot)))] as const);
  return { accessList: named, authorizations: authorizationList.length };
}
