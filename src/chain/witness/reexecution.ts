import { createBlock, type Block } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import type { EVM, EVMResult, InterpreterStep, Message } from "@ethereumjs/evm";
import { createLegacyTx, createTxFromRLP, type TypedTransaction } from "@ethereumjs/tx";
import { createAddressFromString, hexToBytes } from "@ethereumjs/util";
import type { RunTxOpts, RunTxResult } from "@ethereumjs/vm";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import { BLOCK_HASHES_SLOTS, NO_HASHES } from "../../ground/protocol/block-hashes.ts";
import { toHex, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { BlockEnvironment, ReexecutedReceipt } from "../model/block.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { JudgedOperation, NotRunReason, OperationVerdict } from "../model/operation-verdict.ts";
import { partitionFault } from "../model/partition-members.ts";
import { chainRules, withChainId } from "../../proofs/rules/chain-rules.ts";
import { codeLimitsOf } from "../model/limits-of-state.ts";
import type { CodeLimits } from "../../proofs/rules/code-limits.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";
import { refusalWords } from "../../ground/transaction/client-words.ts";
import {
  gasPriceOf,
  isEthereumTransaction,
  isUsers,
  type EngineTransaction,
  type SignedTransaction,
} from "../../ground/transaction/transaction.ts";
import type { AskedBlock, AskedCall, CallOutcome } from "./asked-call.ts";
import { askedTransaction } from "./asked-transaction.ts";
import type { ChangeSize } from "./change-size.ts";
import { BlockHashes, type BlockHashMark } from "./block-hashes.ts";
import { FlatState, type HeldValue } from "./flat-state.ts";
import { hideHash } from "./hidden-hash.ts";
import { IsolatedVm } from "./isolated-vm.ts";
import { MapLedger, type StateLedger } from "./ledger.ts";
import { admittedSender, ChargedRuns } from "./charged-run.ts";
import { addMember, isMember } from "./porter-members.ts";
import { ProtocolCodeRuns } from "./protocol-code-runs.ts";
import { decidesRun, InvalidTransaction, refusalOr } from "./run-end.ts";
import type { RunListener, TransactionListener } from "./run-listener.ts";
import { chargedGas } from "../../ground/protocol/native-budget.ts";
import { RunWatch, type RunBounds } from "./run-watch.ts";
import type { UnitMeter } from "./unit-meter.ts";

/** Result of a transaction if it ran, and the code that it would use. */
export interface Preview {
  /** Undefined where the transaction is invalid in this state; `reason` says why. */
  readonly receipt: ReexecutedReceipt | undefined;
  readonly reason: string | undefined;
  /** Init code that ran or was to run, at any depth. */
  readonly initCodes: readonly Hex[];
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
  /** Accounts that came to a CREATE or CREATE2, at any depth, each once. */
  readonly creators: readonly Hex[];
  /** True if its calls and creations pass on more data than the first engine can hold; it was interrupted. */
  readonly exceedsCallData: boolean;
  /** True if it runs more instructions than the first engine can hold; it was interrupted. */
  readonly isLong: boolean;
  /** True if it does more work than a transaction may; it was interrupted. */
  readonly isHeavy: boolean;
  /** Units (../model/work-limits.ts) that it took, 0 where they were not counted since its gas is too little for many. */
  readonly work: number;
  /** Size of the batch's changes with this transaction. */
  readonly size: ChangeSize;
}

/** Result of a preview before it was undone: the same as that of repeating its transactions. */
export interface PreviewedRun {
  readonly environment: BlockEnvironment;
  readonly transactions: readonly EngineTransaction[];
  readonly receipts: readonly ReexecutedReceipt[];
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
  readonly held: readonly HeldValue[];
}

/** Further results that a caller requests of a run. */
export interface RunExtras {
  /** True to report its access list. Default false. */
  readonly reportAccess?: boolean;
  readonly listener?: RunListener;
  /** True if it ends, in a metered block, when it takes more to prove than its gas pays for. Default false: it is counted. */
  readonly isCharged?: boolean;
  /** True if its units are counted and take gas of frames. Default: as the block says. */
  readonly isWeighed?: boolean;
  /** Block that pays out an operation of L1's queue, whose hash does not exist yet. */
  readonly unknownBlock?: bigint | undefined;
}

/** A run of which a caller wants to know more than its receipt. */
interface AskedRun {
  readonly watched: ConstructorParameters<typeof RunWatch>[2];
  /** Options of the run. Throws if the transaction alone is invalid. */
  readonly options: () => RunTxOpts;
  /** A sender that may have code. */
  readonly admitted: Hex | undefined;
}

/** A transaction that may come into a block, behind others of the same block that run first; default: none. */
export interface PreviewedTransaction {
  readonly transaction: EngineTransaction;
  readonly environment: BlockEnvironment;
  readonly after?: readonly EngineTransaction[];
}

const SINCE_SLOT = wordToHex(BLOCK_HASHES_SLOTS.since);

/** The independent EVM behind the witness: ethereumjs over a flat state, one transaction at a time. */
export class Reexecution {
  readonly state: FlatState;
  readonly #rules: Common;
  readonly #vm: IsolatedVm;
  readonly #charged: ChargedRuns;
  readonly #blockHashes: BlockHashes;
  #porterRules: Common | undefined;
  #lastBlock: { readonly name: string; readonly block: Block } | undefined;

  private constructor(state: FlatState, rules: Common, vm: IsolatedVm, blockHashes: BlockHashes) {
    this.state = state;
    this.#rules = rules;
    this.#vm = vm;
    this.#charged = new ChargedRuns(vm, state, new ProtocolCodeRuns(rules));
    this.#blockHashes = blockHashes;
  }

  /** An EVM at block 0 with the given state. `limits`: of its code. */
  static async create(
    chainId: number,
    genesis: readonly GenesisAccount[],
    limits: CodeLimits = codeLimitsOf(genesis),
    ledger: StateLedger = new MapLedger(),
  ): Promise<Reexecution> {
    const state = new FlatState(ledger);
    for (const account of genesis) state.load(account);
    return Reexecution.over(chainId, state, { blockHashes: new BlockHashes(), limits });
  }

  /**
   * An EVM over a state that others keep, as they do the hashes of its blocks. `logsTransfers`: whether moves of the base token
   * are logged too, as EIP-7708 says; default false.
   */
  static async over(
    chainId: number,
    state: FlatState,
    {
      blockHashes,
      limits,
      logsTransfers = false,
    }: { readonly blockHashes: BlockHashes; readonly limits: CodeLimits; readonly logsTransfers?: boolean },
  ): Promise<Reexecution> {
    const rules = chainRules(chainId, limits);
    if (logsTransfers) rules.setEIPs([7708]);
    return new Reexecution(state, rules, await IsolatedVm.create(rules, state, blockHashes), blockHashes);
  }

  /** Makes a block's hash known to the blocks after it, unless the state rules that out for all blocks. */
  rememberHash(number: bigint, hash: Hex): void {
    if (this.state.wordAt(PREDEPLOYS.SystemContext, SINCE_SLOT) === NO_HASHES) return this.forgetHashes();
    this.#blockHashes.set(Number(number), hexToBytes(hash));
  }

  /** No block before the next one can be asked for. */
  forgetHashes(): void {
    this.#blockHashes.returnTo(new Map());
  }

  /** The recent blocks' hashes, to return to. */
  blockHashes(): BlockHashMark {
    return this.#blockHashes.mark();
  }

  /** Knows the recent blocks that it knew then. */
  returnTo(mark: BlockHashMark): void {
    this.#blockHashes.returnTo(mark);
  }

  /** Changes the state outside any transaction. */
  async cheat(cheat: StateCheat): Promise<void> {
    const { state } = this;
    const address = createAddressFromString(cheat.address);
    switch (cheat.type) {
      case "balance":
        return state.modifyAccountFields(address, { balance: cheat.balanceWei });
      case "nonce":
        return state.modifyAccountFields(address, { nonce: cheat.nonce });
      case "code":
        return state.putCode(address, hexToBytes(cheat.code));
      case "storage":
        return state.putStorage(address, hexToBytes(wordToHex(cheat.slot)), hexToBytes(wordToHex(cheat.value)));
    }
  }

  /**
   * Runs one transaction and keeps its effects. Throws InvalidTransaction if it is invalid in this state, and leaves nothing
   * then. Its sender is taken as given: a caller that does not trust the source of the transaction recovers it before.
   * In a metered block a user's transaction is charged for its proof as well, and an operation of L1's queue, which has been
   * judged, pays in its frames for what is dear there, as in the machine.
   */
  async run(transaction: EngineTransaction, environment: BlockEnvironment): Promise<ReexecutedReceipt> {
    const mark = this.state.mark();
    this.#enterPartition(transaction, environment);
    try {
      return await this.#run(transaction, environment);
    } catch (error) {
      this.state.rollback(mark);
      throw error;
    }
  }

  async #run(transaction: EngineTransaction, environment: BlockEnvironment): Promise<ReexecutedReceipt> {
    this.#vm.setMetered(environment.isMetered);
    const options = { tx: this.#typed(transaction), block: this.#block(environment) };
    if (isUsers(transaction) && environment.isMetered) {
      const { result, gasUsed, native } = await this.#charged.run(options, transaction, environment);
      return result === undefined ? { ...FAILED, gasUsed, native } : { ...this.#receiptOf(result), gasUsed, native };
    }
    const meter = isOperation(transaction) ? this.#operationMeter(options.tx, transaction, environment) : undefined;
    try {
      return this.#receiptOf(await this.#vm.run(options, admittedSender(transaction)));
    } finally {
      meter?.stop();
    }
  }

  /** Puts the sender of a transaction for the porter there. Throws InvalidTransaction if it is in the other partition. */
  #enterPartition(transaction: EngineTransaction, { coinbase }: Pick<BlockEnvironment, "coinbase">): void {
    if (transaction.kind !== "signed") return;
    const { from, porterId } = transaction;
    const account = this.state.accountAt(from);
    const sender = {
      isMember: isMember(this.state, from),
      nonce: account?.nonce ?? 0n,
      hasCode: this.state.codeAt(from).length > 0,
      isCoinbase: from === coinbase.toLowerCase(),
    };
    const wrong = partitionFault(transaction, sender, { rollup: this.#rules.chainId(), porter: porterId });
    if (wrong !== undefined) throw new InvalidTransaction(new Error(`WrongPartition: ${wrong}`));
    if (porterId !== undefined && !sender.isMember) addMember(this.state, from);
  }

  /**
   * Runs one transaction and undoes it, reporting all code that it ran or wrote beyond what the state already held, and
   * the size of all changes as `measure` counts them. Invalid where one is that comes before it.
   */
  async preview(
    { transaction, environment, after = [] }: PreviewedTransaction,
    measure: () => ChangeSize,
    bounds: RunBounds = {},
    onRun: (run: PreviewedRun) => void = () => undefined,
  ): Promise<Preview> {
    const { state } = this;
    const mark = state.mark();
    const receipts: ReexecutedReceipt[] = [];
    const earlierCodes: Hex[] = [];
    state.onCode = (code) => earlierCodes.push(toHex(code));
    try {
      for (const earlier of after) receipts.push(await this.run(earlier, environment));
    } catch (error) {
      state.rollback(mark);
      if (!decidesRun(error)) throw error;
      const reason = `a transaction before it: ${error.message}`;
      const unseen = { initCodes: [], runtimeCodes: [], creators: [], exceedsCallData: false, isLong: false, isHeavy: false };
      return { receipt: undefined, reason, ...unseen, work: 0, size: measure() };
    } finally {
      state.onCode = undefined;
    }
    const { isMetered } = environment;
    this.#vm.setMetered(isMetered);
    const watch = new RunWatch(this.#vm.evm, state, transaction, { ...bounds, isMetered });
    const report = (receipt: ReexecutedReceipt | undefined, reason: string | undefined): Preview => ({
      receipt,
      reason,
      ...watch.report(),
      size: measure(),
    });
    try {
      const receipt = await this.run(transaction, environment);
      const runtimeCodes = [...earlierCodes, ...watch.report().runtimeCodes];
      const transactions = [...after, transaction];
      const held = state.heldSince(mark);
      onRun({ environment, transactions, receipts: [...receipts, receipt], runtimeCodes, held });
      return report(receipt, undefined);
    } catch (error) {
      if (!decidesRun(error)) throw error;
      return report(undefined, inClientWords(reasonOf(error)));
    } finally {
      watch.stop();
      state.rollback(mark);
    }
  }

  /**
   * Judges if an operation of L1's queue runs, once it is paid out, in the environment of its block; nothing is kept. Throws
   * if its payout does not succeed, and for every fault: a verdict follows from the state alone.
   */
  async judge({ payout, payoutEnvironment, operation, environment }: JudgedOperation): Promise<OperationVerdict> {
    const { state } = this;
    const mark = state.mark();
    try {
      for (const transaction of payout) {
        const { success } = await this.run(transaction, payoutEnvironment);
        if (!success) throw new Error(`the payout of an operation from ${operation.from} failed`);
      }
      this.#vm.setMetered(environment.isMetered);
      const watch = new RunWatch(this.#vm.evm, state, operation, { isMetered: environment.isMetered });
      let meter: OperationMeter | undefined;
      let gasUsed: bigint | undefined;
      let notRun: NotRunReason | undefined;
      try {
        const tx = this.#typed(operation);
        meter = this.#operationMeter(tx, operation, environment);
        const options = { tx, block: this.#block(environment) };
        ({ gasUsed } = receiptOf(await this.#vm.run(options, admittedSender(operation))));
      } catch (error) {
        if (!decidesRun(error)) throw error;
        // Without bounds its watch ends a run for its data alone.
        notRun = error instanceof InvalidTransaction ? "invalid" : (meter?.reason ?? "callData");
      } finally {
        meter?.stop();
        watch.stop();
      }
      if (gasUsed === undefined || meter === undefined)
        return { notRun, chargedGas: notRun === "invalid" ? 0n : operation.gasLimit };
      return { notRun, chargedGas: chargedGas(gasUsed, meter.units) };
    } finally {
      state.rollback(mark);
    }
  }

  /** Meter of an operation, which on a trusted chain has no units. */
  #operationMeter(tx: TypedTransaction, operation: EngineTransaction, environment: BlockEnvironment): OperationMeter {
    const { number, coinbase, isMetered } = environment;
    const { to, data, gasLimit } = operation;
    const unknownBlock = payoutBlockOf(operation, environment);
    if (isMetered) return this.#charged.meter(tx, { to, data, gasLimit, blockNumber: number, coinbase, unknownBlock });
    const stop = unknownBlock === undefined ? () => undefined : hideHash(this.#vm.evm, unknownBlock);
    return { units: 0, reason: undefined, stop };
  }

  /** Runs a call and keeps its effects, warm accounts and all as in a transaction. */
  ask(call: AskedCall, block: AskedBlock, bounds: RunBounds = {}, beside: RunExtras = {}): Promise<CallOutcome> {
    const options = (): RunTxOpts => ({
      tx: refused(() => askedTransaction(call, this.#rules)),
      skipNonce: true,
      skipBalance: true,
    });
    return this.#ask({ watched: call, options, admitted: call.from }, block, bounds, beside);
  }

  /** Runs a transaction like `run`, and reports it like a call. One that spends its budget is reported as its replacement. */
  async runAsCall(
    transaction: EngineTransaction,
    block: BlockEnvironment,
    bounds: RunBounds,
    listener: TransactionListener,
  ): Promise<CallOutcome> {
    const options = (): RunTxOpts => ({ tx: this.#typed(transaction) });
    this.#enterPartition(transaction, block);
    if (!isUsers(transaction) || !block.isMetered) {
      const unknownBlock = isOperation(transaction) ? payoutBlockOf(transaction, block) : undefined;
      // The chain's own transactions are not weighed.
      const isWeighed = block.isMetered && isOperation(transaction);
      const beside = { listener, isCharged: true, isWeighed, unknownBlock };
      return this.#ask({ watched: transaction, options, admitted: admittedSender(transaction) }, block, bounds, beside);
    }
    this.#vm.setMetered(true);
    let stopListening = listen(this.#vm.evm.events, listener);
    const watch = new RunWatch(this.#vm.evm, this.state, transaction, { ...bounds, isMetered: true });
    const onSpent = (): void => {
      stopListening();
      listener.onRestart();
      stopListening = listen(this.#vm.evm.events, listener);
    };
    try {
      const run = { ...options(), block: this.#block(block) };
      const charged = await this.#charged.run(run, transaction, block, { checkTime: () => watch.checkTime(), onSpent });
      const { result, gasUsed, native } = charged;
      const receipt = { ...(result === undefined ? FAILED : this.#receiptOf(result)), gasUsed, native };
      return { ...endOf(result), receipt, reason: undefined, accessList: undefined, ...watch.report() };
    } catch (error) {
      if (!decidesRun(error)) throw error;
      return { ...brokenOff(watch.reason ?? reasonOf(error)), ...watch.report() };
    } finally {
      watch.stop();
      stopListening();
    }
  }

  async #ask(
    { watched, options, admitted }: AskedRun,
    block: AskedBlock,
    bounds: RunBounds,
    { reportAccess = false, listener, isCharged = false, isWeighed = block.isMetered, unknownBlock }: RunExtras,
  ): Promise<CallOutcome> {
    const { isMetered } = block;
    this.#vm.setMetered(isMetered);
    const { events } = this.#vm.evm;
    const stopListening = listener === undefined ? undefined : listen(events, listener);
    const watch = new RunWatch(this.#vm.evm, this.state, watched, { ...bounds, isMetered });
    const showBaseFee = this.#showBaseFee(block);
    const stopHiding = isWeighed || unknownBlock === undefined ? undefined : hideHash(this.#vm.evm, unknownBlock);
    let meter: UnitMeter | undefined;
    try {
      const run = options();
      if (isWeighed)
        meter = this.#charged.meter(run.tx, {
          ...watched,
          blockNumber: block.number,
          coinbase: block.coinbase,
          unknownBlock,
          budget: isCharged ? undefined : Infinity,
          checkTime: () => watch.checkTime(),
        });
      const result = await this.#vm.run({ ...run, block: showBaseFee.block, reportAccessList: reportAccess }, admitted);
      const accessList = result.accessList?.map(({ address, storageKeys }) => ({
        address: address as Hex,
        storageKeys: storageKeys as Hex[],
      }));
      return {
        receipt: meter === undefined ? this.#receiptOf(result) : weighed(this.#receiptOf(result), meter),
        reason: undefined,
        ...endOf(result),
        accessList,
        ...watch.report(),
      };
    } catch (error) {
      if (!decidesRun(error)) throw error;
      return { ...brokenOff(watch.reason ?? reasonOf(error)), ...watch.report() };
    } finally {
      showBaseFee.stop();
      meter?.stop();
      stopHiding?.();
      watch.stop();
      stopListening?.();
    }
  }

  /** Receipt of the last run. */
  #receiptOf(result: RunTxResult): ReexecutedReceipt {
    const { logged } = this.#vm;
    return { ...receiptOf(result), ...(logged.length === 0 ? {} : { logged }) };
  }

  /** The block, whose base fee is shown from the first instruction on: nothing has to be paid for it. */
  #showBaseFee(environment: AskedBlock): { readonly block: Block; stop(): void } {
    const { baseFeeWei } = environment;
    if (baseFeeWei === undefined) return { block: this.#block(environment), stop: () => undefined };
    const block = this.#createBlock(environment);
    const show = (): void => void Object.assign(block.header, { baseFeePerGas: baseFeeWei });
    const { events } = this.#vm.evm;
    events.on("beforeMessage", show);
    return { block, stop: () => events.off("beforeMessage", show) };
  }

  /** The block that the EVM's environment opcodes read; made once for all transactions of a block. */
  #block(environment: BlockEnvironment): Block {
    const { number, timestamp, prevRandao, coinbase, gasLimit } = environment;
    const name = [number, timestamp, prevRandao, coinbase, gasLimit].join();
    if (this.#lastBlock?.name !== name) this.#lastBlock = { name, block: this.#createBlock(environment) };
    return this.#lastBlock.block;
  }

  #createBlock({ number, timestamp, prevRandao, coinbase, gasLimit }: BlockEnvironment): Block {
    const header = { number, timestamp, gasLimit, coinbase, mixHash: prevRandao, baseFeePerGas: 0n, excessBlobGas: 0n };
    return createBlock({ header }, { common: this.#rules, skipConsensusFormatValidation: true, freeze: false });
  }

  #typed(transaction: EngineTransaction): TypedTransaction {
    return refused(() => this.#built(transaction));
  }

  /** Rules with the chain id for which a transaction is signed. */
  #rulesOf({ porterId }: Pick<SignedTransaction, "porterId">): Common {
    if (porterId === undefined) return this.#rules;
    if (this.#porterRules?.chainId() !== porterId) this.#porterRules = withChainId(this.#rules, porterId);
    return this.#porterRules;
  }

  #built(transaction: EngineTransaction): TypedTransaction {
    const sender = createAddressFromString(transaction.from);
    if (isEthereumTransaction(transaction)) {
      const tx = createTxFromRLP(hexToBytes(transaction.raw), { common: this.#rulesOf(transaction), freeze: false });
      // The first engine recovers the sender independently: if the chain's sender were wrong, the two would disagree.
      return Object.assign(tx, { getSenderAddress: () => sender });
    }
    const { to, nonce, valueWei, data, gasLimit } = transaction;
    const target = to === undefined ? {} : { to };
    const gasPrice = gasPriceOf(transaction);
    const tx = createLegacyTx(
      { nonce, gasPrice, gasLimit, value: valueWei, data, ...target },
      { common: this.#rules, freeze: false },
    );
    // Its form is not Ethereum's, or it is unsigned: the sequencer says who sends it, as the first engine's impersonation does.
    return Object.assign(tx, { getSenderAddress: () => sender, isSigned: () => true });
  }
}

/** Meter of an operation of L1's queue. */
type OperationMeter = Pick<UnitMeter, "units" | "reason" | "stop">;

function isOperation(transaction: EngineTransaction): boolean {
  return transaction.kind === "unsigned" && transaction.canonicalTxHash !== undefined;
}

/** Block before an operation's own in which its value is paid out; undefined without value. */
function payoutBlockOf({ valueWei }: EngineTransaction, { number }: Pick<BlockEnvironment, "number">): bigint | undefined {
  return valueWei === 0n ? undefined : number - 1n;
}

/** Builds a transaction. Throws InvalidTransaction if the library refuses its form. */
function refused(build: () => TypedTransaction): TypedTransaction {
  try {
    return build();
  } catch (error) {
    throw refusalOr(error);
  }
}

/** Tells a listener of a run, until the returned function is called. */
function listen(events: EVM["events"], listener: RunListener): () => void {
  const onStep = (step: InterpreterStep): void => listener.step(step);
  const onBegin = (message: Message): void => listener.beforeMessage(message);
  const onEnd = (result: EVMResult): void => listener.afterMessage(result);
  events.on("step", onStep).on("beforeMessage", onBegin).on("afterMessage", onEnd);
  return () => void events.off("step", onStep).off("beforeMessage", onBegin).off("afterMessage", onEnd);
}

/** Receipt with the units that a call would take as a transaction; it is charged for nothing. */
function weighed(receipt: ReexecutedReceipt, { units }: UnitMeter): ReexecutedReceipt {
  return { ...receipt, native: { units, spent: undefined } };
}

/** End of a run. */
function endOf(result: RunTxResult | undefined): Pick<CallOutcome, "output" | "error"> {
  const { returnValue, exceptionError } = result?.execResult ?? {};
  return { output: returnValue === undefined ? "0x" : toHex(returnValue), error: exceptionError?.error };
}

/** Outcome of an interrupted run. */
function brokenOff(reason: string): Pick<CallOutcome, "receipt" | "reason" | "output" | "error" | "accessList"> {
  return { receipt: undefined, reason: inClientWords(reason), output: "0x", error: undefined, accessList: undefined };
}

/** Drops the library's list of its objects behind the reason. */
function inClientWords(reason: string): string {
  return refusalWords(reason) ?? reason.split(" (vm hf=")[0] ?? "";
}

/** Outcome of a transaction that did not run. */
const FAILED = { success: false, logs: [], contractAddress: undefined } as const;

function receiptOf(result: RunTxResult): ReexecutedReceipt {
  return {
    success: result.execResult.exceptionError === undefined,
    gasUsed: result.totalGasSpent,
    logs: (result.execResult.logs ?? []).map(([address, topics, data]) => ({
      address: toHex(address),
      topics: topics.map((topic) => toHex(topic)),
      data: toHex(data),
    })),
    contractAddress: result.createdAddress === undefined ? undefined : (result.createdAddress.toString() as Hex),
  };
}
