import { createBlock } from "@ethereumjs/block";
import type { Block } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import type { EVM } from "@ethereumjs/evm";
import { createLegacyTx, createTxFromRLP } from "@ethereumjs/tx";
import type { TypedTransaction } from "@ethereumjs/tx";
import { bytesToHex, createAddressFromString, hexToBytes } from "@ethereumjs/util";
import { createVM, runTx } from "@ethereumjs/vm";
import type { RunTxResult, VM } from "@ethereumjs/vm";
import { wordToHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BlockEnvironment, BlockReceipt } from "../block.ts";
import type { GenesisAccount } from "../genesis.ts";
import { chainRules } from "../rules.ts";
import type { StateCheat } from "../state-cheat.ts";
import { gasPriceOf, isEthereumTransaction } from "../transaction.ts";
import type { EngineTransaction } from "../transaction.ts";
import { runCall } from "./call.ts";
import type { CallAnswer, CallRequest } from "./call.ts";
import type { ChangeSize } from "./change-size.ts";
import { watchCreations } from "./creation-watch.ts";
import { FlatState } from "./flat-state.ts";
import { countInstructions } from "./instruction-counter.ts";

/** Data that a transaction's calls may pass on, all together. */
const MAX_CALL_DATA_BYTES = 16 * 1024 * 1024;
/** Blocks whose hashes BLOCKHASH can ask for: in the next block those of 256, in a call on the newest one of one before. */
const REMEMBERED_HASHES = 257;

/** A transaction's effects, without the hash that only the first engine gives it. */
export type ReexecutedReceipt = Omit<BlockReceipt, "transactionHash">;

/** Where a run is broken off. */
export interface RunBounds {
  /** Milliseconds. Default: as long as it takes, which only transactions are given that are to be in a block, and this process's own. */
  readonly maxMs?: number;
  /** Instructions of a transaction. Default: as many as its gas pays for. */
  readonly maxInstructions?: number;
}

/** What a transaction would do, and the code that it would bring into play. */
export interface Preview {
  /** Undefined where the transaction is invalid in this state; `reason` says why. */
  readonly receipt: ReexecutedReceipt | undefined;
  readonly reason: string | undefined;
  /** Init code that ran or was to run, at any depth. */
  readonly initCodes: readonly Hex[];
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
  /** Its calls and creations pass on more data than the first engine can hold; it was not run to its end. */
  readonly isLoud: boolean;
  /** It runs more instructions than the first engine can hold; it was not run to its end. */
  readonly isLong: boolean;
  /** Size of the batch's changes with this transaction. */
  readonly size: ChangeSize;
}

/** The independent EVM behind the witness: ethereumjs over a flat state, one transaction at a time. */
export class Reexecution {
  readonly state: FlatState;
  readonly #rules: Common;
  readonly #evm: EVM;
  readonly #vm: VM;
  readonly #blockHashes: BlockHashes;
  #lastBlock: { readonly name: string; readonly block: Block } | undefined;

  private constructor(state: FlatState, rules: Common, evm: EVM, vm: VM, blockHashes: BlockHashes) {
    this.state = state;
    this.#rules = rules;
    this.#evm = evm;
    this.#vm = vm;
    this.#blockHashes = blockHashes;
  }

  /** An EVM at block 0 with the given state. */
  static async create(chainId: number, genesis: readonly GenesisAccount[]): Promise<Reexecution> {
    const rules = chainRules(chainId);
    const state = new FlatState();
    for (const account of genesis) state.load(account);
    const blockHashes = new BlockHashes();
    const evm = await createEVM({ common: rules, stateManager: state, blockchain: blockHashes });
    const vm = await createVM({ common: rules, stateManager: state, evm });
    return new Reexecution(state, rules, evm, vm, blockHashes);
  }

  /** Makes a block's hash known to the blocks after it. */
  rememberHash(number: bigint, hash: Hex): void {
    this.#blockHashes.set(Number(number), hexToBytes(hash));
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
   * Runs one transaction and keeps its effects. Throws what ethereumjs throws when it is invalid in this state. Its sender is
   * taken as given: whoever does not trust where the transaction comes from recovers it before.
   */
  async run(transaction: EngineTransaction, environment: BlockEnvironment): Promise<ReexecutedReceipt> {
    this.state.originalStorageCache.clear();
    if (transaction.kind === "unsigned" && transaction.isImpersonated === true) this.state.admitSender(transaction.from);
    try {
      const result = await runTx(this.#vm, {
        tx: this.#typed(transaction),
        block: this.#block(environment),
        skipBlockGasLimitValidation: true,
      });
      return receiptOf(result);
    } finally {
      this.state.admitSender(undefined);
    }
  }

  /**
   * Runs one transaction and undoes it, reporting all code that it ran or wrote beyond what the state already held, and
   * the size of all changes as `measure` counts them.
   */
  async preview(transaction: EngineTransaction, environment: BlockEnvironment, measure: () => ChangeSize, bounds: RunBounds = {}): Promise<Preview> {
    const { maxMs = Infinity, maxInstructions = Infinity } = bounds;
    const initCodes: Hex[] = [];
    const runtimeCodes: Hex[] = [];
    const { state } = this;
    const mark = state.mark();
    const meter = new RunMeter(maxMs);
    const watch = (message: { readonly data: Uint8Array }): void => meter.add(message.data.length);
    this.#evm.events.on("beforeMessage", watch);
    if (transaction.to === undefined) initCodes.push(transaction.data);
    const stopWatching = watchCreations(this.#evm, (code) => initCodes.push(bytesToHex(code) as Hex));
    // Every instruction costs gas, so with little there cannot be too many.
    const counter = transaction.gasLimit > maxInstructions ? countInstructions(this.#evm, maxInstructions) : undefined;
    state.onCode = (code) => runtimeCodes.push(bytesToHex(code) as Hex);
    const report = (receipt: ReexecutedReceipt | undefined, reason: string | undefined): Preview => ({
      receipt,
      reason,
      initCodes,
      runtimeCodes,
      isLoud: meter.isFull,
      isLong: counter?.isFull ?? false,
      size: measure(),
    });
    try {
      return report(await this.run(transaction, environment), undefined);
    } catch (error) {
      return report(undefined, error instanceof Error ? error.message : String(error));
    } finally {
      this.#evm.events.off("beforeMessage", watch);
      stopWatching();
      counter?.stop();
      state.onCode = undefined;
      state.rollback(mark);
    }
  }

  /** Runs a call and undoes it. It is broken off where it calls another contract, or itself, after `maxMs` milliseconds. */
  async call(call: CallRequest, environment: BlockEnvironment, maxMs = Infinity): Promise<CallAnswer> {
    const meter = new RunMeter(maxMs);
    const watch = (message: { readonly data: Uint8Array }): void => meter.add(message.data.length);
    this.#evm.events.on("beforeMessage", watch);
    try {
      return await runCall(call, this.#evm, this.state, this.#block(environment));
    } catch (error) {
      if (meter.reason === undefined) throw error;
      return { success: false, output: "0x", gasUsed: 0n, error: meter.reason };
    } finally {
      this.#evm.events.off("beforeMessage", watch);
    }
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
    return createBlock({ header }, { common: this.#rules, skipConsensusFormatValidation: true });
  }

  #typed(transaction: EngineTransaction): TypedTransaction {
    const sender = createAddressFromString(transaction.from);
    if (isEthereumTransaction(transaction)) {
      const tx = createTxFromRLP(hexToBytes(transaction.raw), { common: this.#rules, freeze: false });
      // The first engine recovers the sender by itself: were the one that the chain recovered wrong, the two would disagree.
      return Object.assign(tx, { getSenderAddress: () => sender });
    }
    const { to, nonce, valueWei, data, gasLimit } = transaction;
    const target = to === undefined ? {} : { to };
    const gasPrice = gasPriceOf(transaction);
    const tx = createLegacyTx({ nonce, gasPrice, gasLimit, value: valueWei, data, ...target }, { common: this.#rules, freeze: false });
    // Its form is not Ethereum's, or nobody signed it: the sequencer says who sends it, as the first engine's impersonation does.
    return Object.assign(tx, { getSenderAddress: () => sender, isSigned: () => true });
  }
}

/** Hashes of recent blocks, by number. */
export type BlockHashMark = ReadonlyMap<number, Uint8Array>;

/**
 * Ends a run whose calls pass on too much data, which neither engine is to copy, or that takes too long: precompiled contracts
 * take up to 11 seconds for 2^24 gas, all other code one or two.
 */
class RunMeter {
  readonly #maxMs: number;
  readonly #startMs = performance.now();
  #bytes = 0;
  /** Why it was ended. */
  reason: string | undefined;

  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  get isFull(): boolean {
    return this.#bytes > MAX_CALL_DATA_BYTES;
  }

  /** A call passes on so much. Throws where the run must end. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.isFull) this.reason = `calls pass on more than ${MAX_CALL_DATA_BYTES} bytes of data`;
    else if (performance.now() - this.#startMs >= this.#maxMs) this.reason = `it takes longer than ${this.#maxMs} ms`;
    if (this.reason !== undefined) throw new Error(this.reason);
  }
}

/** The recent block hashes, in the shape in which ethereumjs asks for them. */
class BlockHashes {
  #hashes = new Map<number, Uint8Array>();

  mark(): BlockHashMark {
    return new Map(this.#hashes);
  }

  returnTo(mark: BlockHashMark): void {
    this.#hashes = new Map(mark);
  }

  set(number: number, hash: Uint8Array): void {
    this.#hashes.set(number, hash);
    this.#hashes.delete(number - REMEMBERED_HASHES);
  }

  getBlock(number: number): Promise<{ hash: () => Uint8Array }> {
    const hash = this.#hashes.get(Number(number)) ?? new Uint8Array(32);
    return Promise.resolve({ hash: () => hash });
  }

  putBlock(): Promise<void> {
    return Promise.resolve();
  }

  shallowCopy(): BlockHashes {
    return this;
  }
}

function receiptOf(result: RunTxResult): ReexecutedReceipt {
  return {
    success: result.execResult.exceptionError === undefined,
    gasUsed: result.totalGasSpent,
    logs: (result.execResult.logs ?? []).map(([address, topics, data]) => ({
      address: bytesToHex(address) as Hex,
      topics: topics.map((topic) => bytesToHex(topic) as Hex),
      data: bytesToHex(data) as Hex,
    })),
    contractAddress: result.createdAddress === undefined ? undefined : (result.createdAddress.toString() as Hex),
  };
}
