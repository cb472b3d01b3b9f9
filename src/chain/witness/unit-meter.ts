import { type EVM, type ExecResult, type Message, EVMError } from "@ethereumjs/evm";
import { generateAddress, generateAddress2 } from "@ethereumjs/util";
import { CODES_BY_ADDRESS } from "../../proofs/machine/protocol-codes/generated/protocol-codes.ts";
import { fromHex, toHex, wordToHex } from "../../ground/protocol/hex.ts";
import {
  gasOfUnits,
  MAX_MODULAR_BYTES,
  MAX_UNITS,
  MAX_UNITS_PER_GAS,
  unitBudget,
  UNITS_ADDRESS,
  UNITS_PER_GAS,
} from "../../ground/protocol/native-budget.ts";
import { MODE_SLOT } from "../../ground/protocol/genesis.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { hasPublishedInputs } from "../../ground/protocol/sequencing-mode.ts";
import { SERVED_WEIGHTS } from "../../ground/protocol/served-weights.ts";
import { UNCOVERED_PRECOMPILES } from "../../ground/protocol/uncovered-precompiles.ts";
import { ETHEREUM_CODE_LIMITS } from "../../proofs/rules/code-limits.ts";
import type { TransactionRequest } from "../../ground/transaction/transaction.ts";
import type { FlatState } from "./flat-state.ts";
import { beforeInstructions, type RunState, withMoreGas } from "./instruction-table.ts";
import { RunBrokenOff } from "./run-end.ts";
import type { ProtocolCodeRuns } from "./protocol-code-runs.ts";
import { copied, hashed, OPCODE_WEIGHTS } from "./unit-weights.ts";

/** Reason why a run was broken off: its outermost frame spent its units. */
type MeterEnd =
  /** The transaction takes more to prove than its gas pays for. */
  | "budget"
  /** The transaction exceeds the units of any transaction, whatever its gas pays for. */
  | "lone";

/** A transaction that is weighed. */
export interface MeteredTransaction extends Pick<TransactionRequest, "to" | "data" | "gasLimit"> {
  /** Accounts of its access list with their slots. */
  readonly accessList: readonly (readonly [account: string, slots: readonly bigint[]])[];
  /** Number of its authorizations. */
  readonly authorizations: number;
  /** Number and coinbase of its block. */
  readonly blockNumber: bigint;
  readonly coinbase: string;
  /** Block that pays out an operation of L1's queue. A frame that asks for its hash halts, because it does not exist yet. */
  readonly unknownBlock?: bigint | undefined;
  /** Units that it may take. Default: those that its gas pays for. */
  readonly budget?: number | undefined;
  /** Throws after the run's time limit; called while a precompiled contract's bytecode is weighed. Default: no limit. */
  readonly checkTime?: (() => void) | undefined;
}

/** A call or creation that has begun, or a precompiled contract. */
interface MeteredFrame {
  /** Units of its caller that are not lent. */
  readonly reserve: number;
  /** Room that its caller has for its output. */
  readonly room: number;
  readonly isCreation: boolean;
  /** True for the code that the transaction itself calls: if it spends its units, the transaction ends. */
  readonly isOutermost: boolean;
}

const [BLOCKHASH, RETURN, REVERT] = [0x40, 0xf3, 0xfd];
const BLOCKHASH_GAS = 20n;
const CALLS: ReadonlyMap<number, { readonly valueWords: number }> = new Map([
  [0xf1, { valueWords: 1 }],
  [0xf2, { valueWords: 1 }],
  [0xf4, { valueWords: 0 }],
  [0xfa, { valueWords: 0 }],
]);
/** Bytes of call data that take no gas. */
const FREE_DATA = 4096n;
const [DEPOSIT_GAS, RESERVED_BYTE] = [200n, 0xef];

/** Sums, multiples and pairings of BN254 (EIP-196, EIP-197) and their prices (EIP-1108). */
const [SUM_ADDRESS, MULTIPLE_ADDRESS, PAIRING_ADDRESS] = [0x06n, 0x07n, 0x08n];
const PAIR_BYTES = 192;
const [SUM_GAS, MULTIPLE_GAS, PAIRING_GAS, PAIR_GAS] = [150n, 6_000n, 45_000n, 34_000n];

type Precompile = (code: unknown, data: Uint8Array, gasLimit: bigint) => ExecResult | Promise<ExecResult>;

/** Start of a delegated account's code (EIP-7702). */
const DELEGATION = [0xef, 0x01, 0x00] as const;
/** Length of a delegated account's code. Code of this length counts with its account. */
const DELEGATION_BYTES = 23;
/**
 * Adds up what a transaction of a metered block takes to prove, to the unit as the kernel does
 * (src/proofs/machine/kernel/native-meter.yul). A frame that spends its units fails as one without gas, and the outermost one
 * breaks the run off. An instruction counts once its gas is paid. What is counted once a transaction, accounts with their codes
 * and slots, is not undone with a frame.
 */
export class UnitMeter {
  readonly #evm: EVM;
  readonly #state: FlatState;
  readonly #codes: ProtocolCodeRuns;
  readonly #run: MeteredTransaction;
  readonly #budget: number;
  /** True if its gas would pay for more than one transaction may take. */
  readonly #isLone: boolean;
  readonly #stops: readonly (() => void)[];
  /** Accounts by their addresses, slots by these and their words. */
  readonly #paid = new Set<string>();
  readonly #frames: MeteredFrame[] = [];
  #units = 0;
  /** Units of the current frame. */
  #unitsLeft: number;
  /** Room that the next call has for its output. */
  #room = 0;
  #deepest = 0n;
  #end: MeterEnd | undefined;
  #isBeforeLists = false;

  constructor(evm: EVM, state: FlatState, codes: ProtocolCodeRuns, run: MeteredTransaction) {
    this.#evm = evm;
    this.#state = state;
    this.#codes = codes;
    this.#run = run;
    this.#budget = run.budget ?? unitBudget(run.gasLimit);
    this.#unitsLeft = this.#budget;
    this.#isLone = BigInt(UNITS_PER_GAS) * run.gasLimit > BigInt(MAX_UNITS);
    const [before, after] = [(message: Message) => this.#begin(message), () => this.#leave()];
    evm.events.on("beforeMessage", before).on("afterMessage", after);
    this.#stops = [
      this.#chargeData(),
      this.#weighInstructions(),
      this.#weighPrecompiles(),
      () => void evm.events.off("beforeMessage", before).off("afterMessage", after),
    ];
  }

  /** Units so far: all of its budget if it was broken off. */
  get units(): number {
    return this.#end === undefined ? this.#units : this.#budget;
  }

  /** Reason why the run was broken off; undefined if it was not. */
  get reason(): MeterEnd | undefined {
    return this.#end;
  }

  /** True if it was broken off before its lists had any effect. */
  get isBeforeLists(): boolean {
    return this.#isBeforeLists;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** The library announces the outermost message once it has found the transaction valid. */
  #begin(message: Message): void {
    const { depth, to, gasLimit } = message;
    const isCreation = to === undefined;
    const isOutermost = depth === 0 && !(to !== undefined && isPrecompile(to.toString()));
    if (depth === 0) this.#beginFirst();
    else if (isCreation) this.#account(this.#createdBy(message));
    const room = isCreation || depth === 0 ? 0 : this.#room;
    this.#frames.push({ reserve: isOutermost ? 0 : this.#lend(gasLimit), room, isCreation, isOutermost });
  }

  #leave(): void {
    this.#unitsLeft += this.#frames.pop()?.reserve ?? 0;
  }

  /** Lends the units that the callee's gas pays for, at most 63/64 of those left; answers what the caller keeps. */
  #lend(gas: bigint): number {
    const left = this.#unitsLeft;
    const most = left === Infinity ? left : left - Math.floor(left / 64);
    this.#unitsLeft = Math.min(MAX_UNITS_PER_GAS * Number(gas), most);
    return left - this.#unitsLeft;
  }

  #beginFirst(): void {
    const { to, data, accessList, authorizations, coinbase } = this.#run;
    const bytes = fromHex(data).length;
    this.#isBeforeLists = true;
    const noted = publishesInputs(this.#state) ? SERVED_WEIGHTS.notedInput : 0;
    this.#add(SERVED_WEIGHTS.transaction + noted + Math.ceil(bytes / 32) * SERVED_WEIGHTS.inputWord);
    this.#add(authorizations * SERVED_WEIGHTS.authorization);
    this.#addCode(coinbase);
    this.#paid.add(coinbase);
    for (const [account, slots] of accessList) {
      this.#account(account);
      for (const slot of slots) this.#slot(account, slot);
    }
    this.#isBeforeLists = false;
    if (to === undefined) this.#add(bytes * SERVED_WEIGHTS.codeByte);
    else this.#target(to.toLowerCase());
  }

  /** Address of a creation's contract; the creator's nonce is already used. */
  #createdBy({ caller, salt, data }: Message): string {
    if (salt !== undefined) return toHex(generateAddress2(caller.bytes, salt, data));
    const nonce = (this.#state.accountAt(caller.toString())?.nonce ?? 0n) - 1n;
    return toHex(generateAddress(caller.bytes, integer(nonce)));
  }

  /** Weighs the output of a frame that returns or reverts: code that its contract gets, or bytes that its caller has room for. */
  #output({ stack, memory, interpreter }: RunState, isReverted: boolean): void {
    const [offset = 0n, length = 0n] = stack.peek(2);
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (!frame.isCreation) return this.#add(copied(BigInt(Math.min(frame.room, Number(length)))));
    const isCode = length > 0n && length <= ETHEREUM_CODE_LIMITS.runtimeBytes && DEPOSIT_GAS * length <= interpreter.getGasLeft();
    if (isReverted || !isCode || memory.read(Number(offset), 1)[0] === RESERVED_BYTE) return;
    this.#add(Number(length) * (SERVED_WEIGHTS.depositedByte + SERVED_WEIGHTS.codeByte));
  }

  /** Lets calls pay for their data, before the library takes 63/64 of the gas left. */
  #chargeData(): () => void {
    const priced = [...CALLS].map(([opcode, { valueWords }]) => {
      const more = ({ stack }: RunState): bigint => {
        const length = stack.length < 6 + valueWords ? 0n : (stack.peek(4 + valueWords).at(-1) ?? 0n);
        return length > FREE_DATA ? (length - FREE_DATA + 31n) / 32n : 0n;
      };
      return [opcode, more] as const;
    });
    return withMoreGas(this.#evm, new Map(priced));
  }

  #weighInstructions(): () => void {
    const weighed = OPCODE_WEIGHTS.flatMap((weight, opcode) => {
      if (weight === undefined) return [];
      const { units, further, runs } = weight;
      const serve = this.#servedBy(opcode);
      const weigh = (runState: RunState): void => {
        if (!runs(runState)) return;
        if (opcode === BLOCKHASH) this.#payHash(runState);
        this.#add(units + (further?.(runState) ?? 0));
        serve?.(runState);
      };
      return [[opcode, weigh] as const];
    });
    const ends = [RETURN, REVERT].map((opcode) => {
      const weigh = (runState: RunState): void => {
        if (runState.stack.length >= 2) this.#output(runState, opcode === REVERT);
      };
      return [opcode, weigh] as const;
    });
    return beforeInstructions(this.#evm, new Map([...weighed, ...ends]));
  }

  /** Weighs what depends on the state, and on operands of what the kernel serves. */
  #servedBy(opcode: number): ((runState: RunState) => void) | undefined {
    const operand = ({ stack }: RunState, place: number): bigint => stack.peek(place + 1)[place] ?? 0n;
    const call = CALLS.get(opcode);
    if (call !== undefined) return (runState) => this.#call(runState, call.valueWords);
    switch (opcode) {
      case 0x31:
      case 0x3b:
      case 0x3f:
      case 0xff:
        return (runState) => this.#account(addressOf(operand(runState, 0)));
      case 0x3c:
        return (runState) => {
          this.#add(copied(operand(runState, 3)));
          this.#account(addressOf(operand(runState, 0)));
        };
      case BLOCKHASH:
        return (runState) => this.#askHash(operand(runState, 0));
      case 0x54:
      case 0x55:
        return (runState) => this.#slot(runState.env.address.toString(), operand(runState, 0));
      case 0xf0:
      case 0xf5:
        return (runState) => {
          const length = operand(runState, 2);
          if (opcode === 0xf5) this.#add(hashed(length));
          this.#add(Number(length) * SERVED_WEIGHTS.codeByte);
        };
      default:
        return undefined;
    }
  }

  #call({ stack }: RunState, valueWords: number): void {
    const operands = stack.peek(6 + valueWords);
    this.#room = Number(operands.at(-1) ?? 0n);
    this.#target(addressOf(operands[1] ?? 0n));
  }

  /** Account that is called, and the one that it delegates to, whose own delegation is not followed. */
  #target(address: string): void {
    if (isPrecompile(address)) return;
    this.#account(address);
    const code = this.#state.codeAt(address);
    if (code.length !== DELEGATION_BYTES || DELEGATION.some((byte, i) => code[i] !== byte)) return;
    const delegate = toHex(code.subarray(DELEGATION.length));
    if (!isPrecompile(delegate)) this.#account(delegate);
  }

  /** A precompiled contract weighs once its price is paid. One that no proof covers fails. */
  #weighPrecompiles(): () => void {
    const evm = this.#evm;
    const addresses = new Map<unknown, bigint>([...evm.precompiles].map(([address, code]) => [code, BigInt(`0x${address}`)]));
    // An account that watches already bounds them, too.
    const watched = Object.getOwnPropertyDescriptor(evm, "runPrecompile")?.value as Precompile | undefined;
    const run: Precompile = watched ?? ((code, data, gas) => Object.getPrototypeOf(evm).runPrecompile.call(evm, code, data, gas));
    const weighed: Precompile = async (code, data, gas) => {
      const address = addresses.get(code) ?? 0n;
      if (data.length > 0 && UNCOVERED_PRECOMPILES.has(address)) return withoutGas(gas);
      const minimum = address === SUM_ADDRESS && data.length > 0 ? this.#sumPrice() : 0n;
      // The kernel's code for points is weighed before any point is read.
      if (gas < minimum || !this.#takes(pointUnits(address, data, gas))) return withoutGas(gas);
      const ran = withPrice(await run(code, data, gas), minimum);
      const result = address === UNITS_ADDRESS ? this.#answered(ran) : ran;
      const priced = runsCode(address, data, result) ? await this.#price(address, data, gas, result) : result;
      if (priced.exceptionError !== undefined) return priced;
      const room = this.#frames.at(-1)?.room ?? 0;
      const units = precompileUnits(address, data) + copied(BigInt(Math.min(room, priced.returnValue.length)));
      return this.#takes(units) ? priced : withoutGas(gas);
    };
    Object.assign(evm, { runPrecompile: weighed });
    return () => {
      if (watched === undefined) Reflect.deleteProperty(evm, "runPrecompile");
      else Object.assign(evm, { runPrecompile: watched });
    };
  }

  /** Gas for a sum of points, which takes more units than its price on Ethereum pays for. */
  #sumPrice(): bigint {
    return this.#budget === Infinity ? 0n : gasOfUnits(SERVED_WEIGHTS.pointSum);
  }

  /** Output of the contract that answers the caller's units: a word, or nothing if they have no limit. */
  #answered(result: ExecResult): ExecResult {
    const units = this.#unitsLeft + (this.#frames.at(-1)?.reserve ?? 0);
    if (result.exceptionError !== undefined || units === Infinity) return result;
    return { ...result, returnValue: fromHex(wordToHex(BigInt(units))) };
  }

  /** Runs a protocol code, which takes the larger of two prices and fails if its units or its gas are too few. */
  async #price(address: bigint, data: Uint8Array, gas: bigint, result: ExecResult): Promise<ExecResult> {
    const units = await this.#codes.unitsOf(address, data, this.#unitsLeft, this.#run.checkTime);
    if (!this.#takes(units ?? Infinity)) return withoutGas(gas);
    if (result.exceptionError !== undefined) return result;
    const price = gasOfUnits(units ?? 0);
    if (price > gas) return withoutGas(gas);
    return price > result.executionGasUsed ? { ...result, executionGasUsed: price } : result;
  }

  /** An account with its code, which counts when the account becomes warm, whether it is loaded or not. */
  #account(address: string): void {
    if (this.#paid.has(address)) return;
    this.#add(SERVED_WEIGHTS.account);
    this.#addCode(address);
    this.#paid.add(address);
  }

  #addCode(address: string): void {
    const { length } = this.#state.codeAt(address);
    if (length !== DELEGATION_BYTES) this.#add(length * SERVED_WEIGHTS.codeByte);
  }

  #slot(address: string, slot: bigint): void {
    const place = `${address}:${slot}`;
    if (this.#paid.has(place)) return;
    this.#add(SERVED_WEIGHTS.leaf);
    this.#paid.add(place);
  }

  /** Gas for the units of BLOCKHASH beyond its own price; without it the frame fails alone. */
  #payHash({ stack, interpreter }: RunState): void {
    const links = this.#linksTo(stack.peek(1)[0] ?? 0n);
    interpreter.useGas(gasOfUnits(SERVED_WEIGHTS.blockHash + links * SERVED_WEIGHTS.link) - BLOCKHASH_GAS, "BLOCKHASH");
  }

  /** Links of the chain of hashes beyond the deepest so far. */
  #linksTo(number: bigint): number {
    const back = BigInt.asUintN(256, this.#run.blockNumber - number);
    return back <= 256n && back > this.#deepest ? Number(back - this.#deepest) : 0;
  }

  #askHash(number: bigint): void {
    const links = this.#linksTo(number);
    this.#add(links * SERVED_WEIGHTS.link);
    this.#deepest += BigInt(links);
    if (number === this.#run.unknownBlock) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS);
  }

  #add(units: number): void {
    if (this.#takes(units)) return;
    if (this.#frames.at(-1)?.isOutermost === false) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS);
    this.#end ??= this.#isLone ? "lone" : "budget";
    throw new RunBrokenOff(this.#end, `it takes more to prove than it may: ${this.#end}`);
  }

  /** Takes units of the current frame. False, and all are taken, if it has too few. */
  #takes(units: number): boolean {
    const taken = Math.min(units, this.#unitsLeft);
    this.#units += taken;
    this.#unitsLeft = this.#unitsLeft === Infinity ? Infinity : this.#unitsLeft - taken;
    return taken === units;
  }
}

/** True if the chain's configuration has the flag of published inputs. */
function publishesInputs(state: FlatState): boolean {
  return hasPublishedInputs(state.wordAt(PREDEPLOYS.SystemContext, wordToHex(MODE_SLOT)));
}

function isPrecompile(address: string): boolean {
  const number = BigInt(address);
  return (number > 0n && number < 0x12n) || number === 0x100n || number === UNITS_ADDRESS;
}

function withoutGas(gas: bigint): ExecResult {
  const exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS);
  return { executionGasUsed: gas, returnValue: new Uint8Array(0), exceptionError };
}

/** True if a precompiled contract reaches its bytecode: with too little gas, or an input of the wrong shape, it does not. */
function runsCode(address: bigint, data: Uint8Array, { exceptionError }: ExecResult): boolean {
  if (data.length === 0 || !CODES_BY_ADDRESS.has(address) || address === SUM_ADDRESS || address === MULTIPLE_ADDRESS)
    return false;
  if (exceptionError !== undefined) return false;
  if (address !== 0x05n) return true;
  const sizes = sizesOf(data);
  return sizes.some((size) => size > MAX_MODULAR_BYTES) && sizes[2] !== 0n;
}

/** Sizes of a modular power: base, exponent, modulus. After the data's end there are zeros. */
function sizesOf(data: Uint8Array): readonly bigint[] {
  const head = new Uint8Array(96);
  head.set(data.subarray(0, 96));
  return [0, 32, 64].map((place) => BigInt(toHex(head.subarray(place, place + 32))));
}

/** Units of the kernel's code for points, if the price is paid and a pairing's input has pairs. */
function pointUnits(address: bigint, data: Uint8Array, gas: bigint): number {
  if (data.length === 0) return 0;
  const { pointSum, pointMultiple, pairing, pairOfPoints } = SERVED_WEIGHTS;
  if (address === SUM_ADDRESS) return gas < SUM_GAS ? 0 : pointSum;
  if (address === MULTIPLE_ADDRESS) return gas < MULTIPLE_GAS ? 0 : pointMultiple;
  const pairs = data.length / PAIR_BYTES;
  if (address !== PAIRING_ADDRESS || !Number.isInteger(pairs) || gas < PAIRING_GAS + BigInt(pairs) * PAIR_GAS) return 0;
  return pairing + pairs * pairOfPoints;
}

function withPrice(result: ExecResult, minimum: bigint): ExecResult {
  const isMore = result.exceptionError === undefined && result.executionGasUsed < minimum;
  return isMore ? { ...result, executionGasUsed: minimum } : result;
}

/** Units of a precompiled contract that has a table. */
function precompileUnits(address: bigint, data: Uint8Array): number {
  if (address === 0x01n) return SERVED_WEIGHTS.recover;
  if (address === 0x02n) return (Math.floor((data.length + 8) / 64) + 1) * SERVED_WEIGHTS.sha256Block;
  if (address === 0x04n) return copied(BigInt(data.length));
  if (address === 0x05n) return powerUnits(data);
  return address === 0x100n ? SERVED_WEIGHTS.p256 : 0;
}

/**
 * Units of a power of numbers of up to 32 bytes: for each bit of the exponent after its first, and 32. Without a modulus
 * nothing is computed.
 */
function powerUnits(data: Uint8Array): number {
  const sizes = sizesOf(data);
  if (sizes.some((size) => size > MAX_MODULAR_BYTES) || sizes[2] === 0n) return 0;
  const [base = 0, size = 0] = sizes.map(Number);
  const padded = new Uint8Array(96 + base + size);
  padded.set(data.subarray(0, padded.length));
  const exponent = size === 0 ? 0n : BigInt(toHex(padded.subarray(96 + base)));
  const bits = exponent > 1n ? exponent.toString(2).length - 1 : 1;
  return (32 + bits) * SERVED_WEIGHTS.powerBit;
}

function addressOf(word: bigint): string {
  return `0x${BigInt.asUintN(160, word).toString(16).padStart(40, "0")}`;
}

/** Without leading zeros, as RLP has integers. */
function integer(value: bigint): Uint8Array {
  const digits = value === 0n ? "" : value.toString(16);
  return fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}
