import type { Common } from "@ethereumjs/common";
import { createEVM, EVMError, MCLBLS, type EVM, type EVMBLSInterface, type ExecResult, type Message } from "@ethereumjs/evm";
import { createAddressFromString } from "@ethereumjs/util";
import { createVM, runTx, type RunTxOpts, type RunTxResult, type VM } from "@ethereumjs/vm";
import mcl from "mcl-wasm";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import { UNITS_ADDRESS, UNITS_GAS } from "../../ground/protocol/native-budget.ts";
import { CONSOLE_ADDRESS } from "../model/console-address.ts";
import type { BlockHashes } from "./block-hashes.ts";
import { rememberAnalyses } from "./code-analysis.ts";
import type { FlatState } from "./flat-state.ts";
import { followCreators } from "./porter-members.ts";
import { refusalOr } from "./run-end.ts";

/**
 * ethereumjs' EVM over a flat state, in which every transaction runs as if it were the first.
 *
 * The library expects a transaction to end. One that a watcher interrupts by throwing leaves its transient storage
 * (EIP-1153) to the next one, with the places of its open checkpoints, those of the state as well, and its changes. Such
 * an EVM is not used again, and the state is rolled back to the start of the transaction.
 */
export class IsolatedVm {
  readonly #rules: Common;
  readonly #state: FlatState;
  readonly #blockHashes: BlockHashes;
  #evm: EVM;
  #vm: VM;
  #isMetered = false;
  #logged: Hex[] = [];
  /** True once the library found the transaction valid: the first message follows. */
  #isValid = false;

  private constructor(rules: Common, state: FlatState, blockHashes: BlockHashes, { evm, vm }: Library) {
    this.#rules = rules;
    this.#state = state;
    this.#blockHashes = blockHashes;
    this.#evm = evm;
    this.#vm = vm;
    this.#listen();
  }

  static async create(rules: Common, state: FlatState, blockHashes: BlockHashes): Promise<IsolatedVm> {
    return new IsolatedVm(rules, state, blockHashes, await startLibrary(rules, state, blockHashes));
  }

  /** The EVM of the next transaction, to watch that one with; the one after it may have another. */
  get evm(): EVM {
    return this.#evm;
  }

  /** Sets the rules of the next transaction: metered blocks have a precompiled contract that answers units. */
  setMetered(isMetered: boolean): void {
    this.#isMetered = isMetered;
    const { precompiles } = this.#evm;
    if (isMetered) precompiles.set(UNITS_PLACE, answerNothing);
    else precompiles.delete(UNITS_PLACE);
  }

  /** Data that contracts passed to `console.log` in the last run. */
  get logged(): readonly Hex[] {
    return this.#logged;
  }

  /**
   * Runs one transaction and keeps its effects. `admitted`: a sender that may have code. Throws InvalidTransaction if the library
   * refuses it before its first message, and the error of a watcher that breaks it off. Any other error is a fault. After each of
   * these the state is unchanged.
   */
  async run(options: RunTxOpts, admitted?: Hex): Promise<RunTxResult> {
    const state = this.#state;
    const mark = state.mark();
    state.originalStorageCache.clear();
    state.admitSender(admitted);
    this.#logged = [];
    this.#isValid = false;
    try {
      return await runTx(this.#vm, { ...options, skipBlockGasLimitValidation: true });
    } catch (error) {
      state.rollback(mark);
      ({ evm: this.#evm, vm: this.#vm } = await startLibrary(this.#rules, state, this.#blockHashes));
      this.setMetered(this.#isMetered);
      this.#listen();
      throw this.#isValid ? error : refusalOr(error);
    } finally {
      state.admitSender(undefined);
    }
  }

  #listen(): void {
    followCreators(this.#evm, this.#state);
    this.#evm.events.on("beforeMessage", ({ to, data }: Message) => {
      this.#isValid = true;
      if (to?.equals(CONSOLE) === true) this.#logged.push(toHex(data));
    });
  }
}

interface Library {
  readonly evm: EVM;
  readonly vm: VM;
}

async function startLibrary(rules: Common, stateManager: FlatState, blockchain: BlockHashes): Promise<Library> {
  // A copy, because an EVM listens for changes of its rules as long as they exist.
  const common = rules.copy();
  const evm = await createEVM({ common, stateManager, blockchain, bls: await fastBls() });
  await rememberAnalyses(evm);
  return { evm, vm: await createVM({ common, stateManager, evm }) };
}

/** Address of the contract that answers units, as the library has it. */
const UNITS_PLACE = UNITS_ADDRESS.toString(16).padStart(40, "0");

/** Contract that answers units, where nothing counts them: it takes its price alone. */
function answerNothing({ gasLimit }: { readonly gasLimit: bigint }): ExecResult {
  const returnValue = new Uint8Array(0);
  if (gasLimit >= UNITS_GAS) return { executionGasUsed: UNITS_GAS, returnValue };
  return { executionGasUsed: gasLimit, returnValue, exceptionError: new EVMError(EVMError.errorMessages.OUT_OF_GAS) };
}

const CONSOLE = createAddressFromString(CONSOLE_ADDRESS);

const blsReady = mcl.init(mcl.BLS12_381);

/** BLS12-381 in WebAssembly (EIP-2537): the library's own takes milliseconds for an addition that costs 375 gas. */
async function fastBls(): Promise<EVMBLSInterface> {
  await blsReady;
  return new MCLBLS(mcl);
}
