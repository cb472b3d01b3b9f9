import { type EVM, type EVMResult, type ExecResult, type Message, EVMError } from "@ethereumjs/evm";
import { generateAddress, generateAddress2 } from "@ethereumjs/util";
import { CODES_BY_ADDRESS } from "../../machine/protocol-codes/generated/protocol-codes.ts";
import { fromHex, toHex } from "../../protocol/hex.ts";
import { gasOfUnits, MAX_MODULAR_BYTES, MOST_UNITS, unitBudget, UNITS_PER_GAS } from "../../protocol/native-budget.ts";
import { SERVED_WEIGHTS } from "../../protocol/served-weights.ts";
import { UNCOVERED_PRECOMPILES } from "../../protocol/uncovered-precompiles.ts";
import type { TransactionRequest } from "../transaction/transaction.ts";
import type { FlatState } from "./flat-state.ts";
import { beforeInstructions, type RunState } from "./instruction-table.ts";
import { RunBrokenOff } from "./run-end.ts";
import { MAX_CALL_DATA_BYTES } from "./run-watch.ts";
import type { ProtocolCodeRuns } from "./protocol-code-runs.ts";
import { copied, hashed, OPCODE_WEIGHTS } from "./unit-weights.ts";
import { UnprovableError } from "./unprovable-error.ts";

/** Why a run was broken off. */
type MeterEnd =
  /** It takes more to prove than its gas pays for. */
  | "budget"
  /** Its calls pass on too much data. */
  | "callData"
  /** More than one transaction may take, whatever its gas pays for. */
  | "lone"
  /** It calls a precompiled contract that no proof covers. */
  | "fault"
  /** It asks for the hash of the block that pays it out, which does not exist yet. */
  | "blockHash";

/** A transaction that is weighed. */
export interface MeteredTransaction extends Pick<TransactionRequest, "to" | "data" | "gasLimit"> {
  /** Of its lists. */
  readonly accounts: number;
  readonly slots: number;
  readonly authorizations: number;
  /** The block that it is in. */
  readonly blockNumber: bigint;
  /** Where it is an operation of L1's queue: what such a one must not do ends it. */
  readonly operation?: { readonly unknownBlock: bigint | undefined };
  /** Units that it may take. Default: those that its gas pays for. */
  readonly budget?: number | undefined;
  /** Throws where the run's time is over; asked while a precompiled contract's bytecode is weighed. Default: it never is. */
  readonly checkTime?: (() => void) | undefined;
}

const BLOCKHASH = 0x40;
const BLOCKHASH_GAS = 20n;

type Precompile = (code: unknown, data: Uint8Array, gasLimit: bigint) => ExecResult | Promise<ExecResult>;

/** How a delegated account's code begins (EIP-7702), and how long it is. */
const DELEGATION = [0xef, 0x01, 0x00, 23] as const;
/** Gas below which the code of a sum or a multiple is not run: what it takes is known only where it runs, also where it fails. */
const POINT_GAS: ReadonlyMap<bigint, bigint> = new Map([
  [0x06n, 150n],
  [0x07n, 6000n],
]);

/**
 * Adds up what a transaction of format 3 takes to prove, to the unit as the kernel does
 * (src/machine/kernel/format-3/native-meter.yul), and breaks its run off where that is more than its budget. An instruction
 * counts once its gas is paid. What is counted once a transaction, accounts, slots and codes, is not undone with a frame.
 */
export class UnitMeter {
  readonly #evm: EVM;
  readonly #state: FlatState;
  readonly #codes: ProtocolCodeRuns;
  readonly #run: MeteredTransaction;
  readonly #budget: number;
  /** Whether its gas would pay for more than one transaction may take. */
  readonly #isLone: boolean;
  readonly #stops: readonly (() => void)[];
  /** Accounts by their addresses, slots by these and their words. */
  readonly #touched = new Set<string>();
  readonly #loaded = new Set<string>();
  #units = 0;
  #bytes = 0;
  #deepest = 0n;
  #end: MeterEnd | undefined;
  #unprovable: UnprovableError | undefined;
  #isBeforeLists = false;

  constructor(evm: EVM, state: FlatState, codes: ProtocolCodeRuns, run: MeteredTransaction) {
    this.#evm = evm;
    this.#state = state;
    this.#codes = codes;
    this.#run = run;
    this.#budget = run.budget ?? unitBudget(run.gasLimit);
    this.#isLone = BigInt(UNITS_PER_GAS) * run.gasLimit > BigInt(MOST_UNITS);
    const [before, after] = [(message: Message) => this.#begin(message), (result: EVMResult) => this.#deposit(result)];
    evm.events.on("beforeMessage", before).on("afterMessage", after);
    this.#stops = [
      this.#weighInstructions(),
      this.#weighPrecompiles(),
      () => void evm.events.off("beforeMessage", before).off("afterMessage", after),
    ];
  }

  /** Units so far: all of its budget where it was broken off. */
  get units(): number {
    return this.#end === undefined ? this.#units : this.#budget;
  }

  /** Why the run was broken off; undefined where it was not. */
  get reason(): MeterEnd | undefined {
    return this.#end;
  }

  /** Which precompiled contract broke the run off, where none proves it. */
  get unprovable(): UnprovableError | undefined {
    return this.#unprovable;
  }

  /** Whether it was broken off before its lists had any effect. */
  get isBeforeLists(): boolean {
    return this.#isBeforeLists;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** The library tells of the outermost message once it has found the transaction valid. */
  #begin(message: Message): void {
    this.#bytes += message.data.length;
    if (message.depth === 0) this.#beginFirst();
    else if (message.to === undefined) this.#account(this.#createdBy(message));
    // The kernel calls what it may call, and ends behind that: where nothing proves the contract, it does not come so far.
    if (this.#bytes <= MAX_CALL_DATA_BYTES) return;
    const contract = uncoveredBy(message);
    if (contract !== undefined) this.#fault(contract, message.data.length);
    this.#break("callData");
  }

  #beginFirst(): void {
    const { to, data, accounts, slots, authorizations } = this.#run;
    const bytes = fromHex(data);
    this.#isBeforeLists = true;
    this.#add(SERVED_WEIGHTS.transaction + Math.ceil(bytes.length / 32) * SERVED_WEIGHTS.inputWord);
    this.#add(accounts * SERVED_WEIGHTS.account + slots * SERVED_WEIGHTS.leaf + authorizations * SERVED_WEIGHTS.authorization);
    this.#isBeforeLists = false;
    if (to === undefined) this.#add(bytes.length * SERVED_WEIGHTS.codeByte);
    else this.#target(to.toLowerCase(), () => bytes);
  }

  /** Where a creation's contract is to be; the creator's nonce is used up already. */
  #createdBy({ caller, salt, data }: Message): string {
    if (salt !== undefined) return toHex(generateAddress2(caller.bytes, salt, data));
    const nonce = (this.#state.accountAt(caller.toString())?.nonce ?? 0n) - 1n;
    return toHex(generateAddress(caller.bytes, integer(nonce)));
  }

  /** Code that a contract gets, whether it is undone later or not. */
  #deposit({ createdAddress, execResult }: EVMResult): void {
    if (createdAddress === undefined || execResult.exceptionError !== undefined) return;
    this.#add(execResult.returnValue.length * SERVED_WEIGHTS.depositedByte);
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
    return beforeInstructions(this.#evm, new Map(weighed));
  }

  /** What of an instruction depends on the state, and on operands of what the kernel serves. */
  #servedBy(opcode: number): ((runState: RunState) => void) | undefined {
    const operand = ({ stack }: RunState, place: number): bigint => stack.peek(place + 1)[place] ?? 0n;
    const called = (runState: RunState, valueWords: number): void => this.#call(runState, valueWords);
    switch (opcode) {
      case 0x31:
      case 0x3f:
      case 0xff:
        return (runState) => this.#account(addressOf(operand(runState, 0)));
      case 0x3b:
        return (runState) => this.#load(addressOf(operand(runState, 0)));
      case 0x3c:
        return (runState) => {
          this.#add(copied(operand(runState, 3)));
          this.#load(addressOf(operand(runState, 0)));
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
      case 0xf1:
      case 0xf2:
        return (runState) => called(runState, 1);
      case 0xf4:
      case 0xfa:
        return (runState) => called(runState, 0);
      default:
        return undefined;
    }
  }

  #call({ stack, memory }: RunState, valueWords: number): void {
    const operands = stack.peek(6 + valueWords);
    const [offset = 0n, length = 0n, , room = 0n] = operands.slice(2 + valueWords);
    this.#add(copied(room));
    // Gas for this much memory has been paid by now.
    this.#target(addressOf(operands[1] ?? 0n), () => memory.read(Number(offset), Number(length)));
  }

  /** What a call runs. A precompiled contract counts whether it can be called or not. */
  #target(address: string, input: () => Uint8Array): void {
    const number = BigInt(address);
    const isPrecompile = (number > 0n && number < 0x12n) || number === 0x100n;
    if (!isPrecompile) return this.#load(address);
    switch (number) {
      case 0x01n:
        return this.#add(SERVED_WEIGHTS.recover);
      case 0x02n:
        return this.#add((Math.floor((input().length + 8) / 64) + 1) * SERVED_WEIGHTS.sha256Block);
      case 0x04n:
        return this.#add(copied(BigInt(input().length)));
      case 0x100n:
        return this.#add(SERVED_WEIGHTS.p256);
      default:
        if (this.#run.operation !== undefined && UNCOVERED_PRECOMPILES.has(number)) this.#fault(number, input().length);
    }
  }

  #weighPrecompiles(): () => void {
    const evm = this.#evm;
    const addresses = new Map<unknown, bigint>([...evm.precompiles].map(([address, code]) => [code, BigInt(`0x${address}`)]));
    // Whoever watches already bounds them, too.
    const watched = Object.getOwnPropertyDescriptor(evm, "runPrecompile")?.value as Precompile | undefined;
    const run: Precompile = watched ?? ((code, data, gas) => Object.getPrototypeOf(evm).runPrecompile.call(evm, code, data, gas));
    const weighed: Precompile = async (code, data, gas) => {
      const address = addresses.get(code) ?? 0n;
      if (UNCOVERED_PRECOMPILES.has(address)) this.#fault(address, data.length);
      const result = await run(code, data, gas);
      if (address === 0x05n && result.exceptionError === undefined) this.#add(powerUnits(data));
      return runsCode(address, data, gas, result) ? this.#price(address, data, gas, result) : result;
    };
    Object.assign(evm, { runPrecompile: weighed });
    return () => {
      if (watched === undefined) Reflect.deleteProperty(evm, "runPrecompile");
      else Object.assign(evm, { runPrecompile: watched });
    };
  }

  /** A protocol code has the units that its gas pays for, or what is left of all. It fails alone where these are spent. */
  async #price(address: bigint, data: Uint8Array, gas: bigint, result: ExecResult): Promise<ExecResult> {
    const left = this.#budget - this.#units;
    const most = Number(gas) * UNITS_PER_GAS;
    const lent = Math.min(most, left);
    const units = await this.#codes.unitsOf(address, data, lent, this.#run.checkTime);
    if (units === undefined && most >= left) this.#add(Infinity);
    this.#add(units ?? lent);
    const price = gasOfUnits(units ?? lent);
    if (result.exceptionError !== undefined) return result;
    if (units !== undefined) return price > result.executionGasUsed ? { ...result, executionGasUsed: price } : result;
    const exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS);
    return { executionGasUsed: gas, returnValue: new Uint8Array(0), exceptionError };
  }

  #account(address: string): void {
    if (!this.#touch(address)) return;
    this.#add(SERVED_WEIGHTS.account);
  }

  #slot(address: string, slot: bigint): void {
    if (this.#touch(`${address}:${slot}`)) this.#add(SERVED_WEIGHTS.leaf);
  }

  #touch(place: string): boolean {
    if (this.#touched.has(place)) return false;
    this.#touched.add(place);
    return true;
  }

  /** An account with its code, and what it delegates to, and so on. */
  #load(account: string): void {
    for (let address = account; !this.#loaded.has(address);) {
      this.#loaded.add(address);
      this.#account(address);
      const code = this.#state.codeAt(address);
      this.#add(code.length * SERVED_WEIGHTS.codeByte);
      const isDelegated = code.length === DELEGATION[3] && [0, 1, 2].every((i) => code[i] === DELEGATION[i]);
      if (!isDelegated) return;
      address = toHex(code.subarray(3));
    }
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
    if (this.#run.operation !== undefined && number === this.#run.operation.unknownBlock) this.#break("blockHash");
  }

  #add(units: number): void {
    this.#units += units;
    if (this.#units > this.#budget) this.#break(this.#isLone ? "lone" : "budget");
  }

  /** Without input such a contract does nothing that would have to be proven. */
  #fault(address: bigint, bytes: number): void {
    if (bytes === 0) return;
    if (this.#end === undefined) this.#unprovable = new UnprovableError(address, bytes);
    this.#break("fault");
  }

  #break(reason: MeterEnd): never {
    this.#end ??= reason;
    throw this.#unprovable ?? new RunBrokenOff(this.#end, `it takes more to prove than it may: ${this.#end}`);
  }
}

/** Whether a precompiled contract comes to its bytecode: with too little gas, or an input of the wrong shape, it does not. */
function runsCode(address: bigint, data: Uint8Array, gas: bigint, { exceptionError }: ExecResult): boolean {
  if (data.length === 0 || !CODES_BY_ADDRESS.has(address)) return false;
  const price = POINT_GAS.get(address);
  if (price !== undefined) return gas >= price;
  if (exceptionError !== undefined) return false;
  if (address !== 0x05n) return true;
  const sizes = sizesOf(data);
  return sizes.some((size) => size > MAX_MODULAR_BYTES) && sizes[2] !== 0n;
}

/** Of a modular power: base, exponent, modulus. Behind the data's end there are zeros. */
function sizesOf(data: Uint8Array): readonly bigint[] {
  const head = new Uint8Array(96);
  head.set(data.subarray(0, 96));
  return [0, 32, 64].map((place) => BigInt(toHex(head.subarray(place, place + 32))));
}

/** The precompiled contract that is called, where nothing proves it. */
function uncoveredBy({ to, codeAddress }: Message): bigint | undefined {
  const address = to === undefined ? 0n : BigInt(codeAddress.toString());
  return UNCOVERED_PRECOMPILES.has(address) ? address : undefined;
}

/**
 * Of a power of numbers of up to 32 bytes: for each bit of the exponent behind its first, and 32. Without a modulus nothing is
 * computed.
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
