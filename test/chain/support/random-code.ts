import { fromHex, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { Random } from "../state/support/random.ts";

/** Addresses with special behavior in engines and on this chain. */
export const ODD_ADDRESSES: readonly Hex[] = [
  ...Object.values(PREDEPLOYS),
  // Precompiled contracts of Osaka, their neighbours, and P-256's.
  ...[...Array(0x13).keys(), 0x100, 0x101].map((number): Hex => `0x${number.toString(16).padStart(40, "0")}`),
  // The bootloader, and ZK Stack's other system contracts, which this chain does not have.
  ...[0x8001, 0x8002, 0x8006, 0x8009, 0x800c, 0x800d, 0x10000, 0x1000a].map(
    (number): Hex => `0x${number.toString(16).padStart(40, "0")}`,
  ),
  // Contracts that Ethereum calls in each block (EIP-4788, 2935, 7002, 7251), and its system's address.
  "0x000f3df6d732807ef1319fb7b8bb8522d0beac02",
  "0x0000f90827f1c53a10cb7a02335b175320002935",
  "0x00000961ef480eb55e80d19ad83579a64c007002",
  "0x0000bbddc7ce488642fb579f8b00f3a590007251",
  "0xfffffffffffffffffffffffffffffffffffffffe",
];

/** Instructions that push one word about where they run. */
const ENVIRONMENT = [
  0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58, 0x59, 0x5a,
];
const [SSTORE, JUMPI, JUMPDEST, MSTORE8, POP] = [0x55, 0x57, 0x5b, 0x53, 0x50];
const SEND_TO_L1 = 0x62f84b24n;

/** Codes that no engine may run or accounts may hold, or that are at a limit. */
export const ODD_CODES: readonly Hex[] = [
  "0x73",
  `0x73${"00".repeat(19)}`,
  `0x73${"00".repeat(20)}`,
  "0xef",
  "0xef0100",
  `0xef0100${"00".repeat(20)}`,
  "0xfe",
  "0x00",
  "0x5b600056",
];

/** Writer of random code that mostly runs to its end: steps that preserve the stack, then an end. */
export class CodeWriter {
  readonly #bytes: number[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  static of(random: Random, steps: number): Hex {
    const writer = new CodeWriter(random);
    for (let i = 0; i < steps; i++) writer.#step(true);
    writer.#end();
    return toHex(Uint8Array.from(writer.#bytes));
  }

  #emit(...bytes: readonly number[]): void {
    this.#bytes.push(...bytes);
  }

  #push(value: bigint): void {
    const digits = value.toString(16);
    const bytes = fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
    this.#emit(0x5f + bytes.length, ...bytes);
  }

  #slot(): void {
    this.#push(BigInt(this.#random.below(6)));
  }

  #address(): void {
    this.#push(BigInt(this.#random.pick(ODD_ADDRESSES)));
  }

  #step(mayBranch: boolean): void {
    const steps = [
      this.#environment,
      this.#blockHash,
      this.#account,
      this.#storage,
      this.#log,
      this.#call,
      this.#creation,
      this.#message,
      ...(mayBranch ? [this.#branch, this.#loop] : []),
    ];
    this.#random.pick(steps).call(this);
  }

  /** Stores a word about where it runs. */
  #environment(): void {
    this.#emit(this.#random.pick(ENVIRONMENT));
    this.#slot();
    this.#emit(SSTORE);
  }

  /** Stores BLOCKHASH of an earlier block. */
  #blockHash(): void {
    this.#push(BigInt(this.#random.pick([0, 1, 2, 3, 4, 255, 256, 257])));
    this.#emit(0x43, 0x03, 0x40);
    this.#slot();
    this.#emit(SSTORE);
  }

  /** Stores BALANCE, EXTCODESIZE or EXTCODEHASH of an odd address. */
  #account(): void {
    this.#address();
    this.#emit(this.#random.pick([0x31, 0x3b, 0x3f]));
    this.#slot();
    this.#emit(SSTORE);
  }

  /** Sets or clears a slot, for good or for the transaction only. */
  #storage(): void {
    this.#push(BigInt(this.#random.below(2)));
    this.#slot();
    this.#emit(this.#random.pick([SSTORE, SSTORE, 0x5d]));
  }

  #log(): void {
    const topics = this.#random.below(5);
    for (let i = 0; i < topics; i++) this.#slot();
    this.#push(BigInt(this.#random.below(100)));
    this.#push(0n);
    this.#emit(0xa0 + topics);
  }

  /** Calls an odd address, and stores whether it succeeded or how much it returned. */
  #call(): void {
    const random = this.#random;
    const opcode = random.pick([0xf1, 0xf1, 0xf2, 0xf4, 0xfa]);
    this.#push(BigInt(random.below(64)));
    this.#push(0n);
    this.#push(BigInt(random.pick([0, 4, 32, 36, 68, 128, 192, 213])));
    this.#push(0n);
    if (opcode === 0xf1 || opcode === 0xf2) this.#push(BigInt(random.pick([0, 0, 0, 1])));
    this.#address();
    if (random.below(3) === 0) this.#emit(0x5a);
    else this.#push(BigInt(random.below(60_000)));
    this.#emit(opcode);
    this.#slot();
    this.#emit(SSTORE);
    if (random.below(2) === 0) this.#environment();
  }

  /** Creates a contract from odd or from short random code. */
  #creation(): void {
    const random = this.#random;
    const code = fromHex(
      random.below(2) === 0
        ? random.pick(ODD_CODES)
        : random.pick(["0x6001600055", "0x60016000f3", "0x607360005360016000f3", "0x61600160005260206000f3", "0x33ff", "0x42ff"]),
    );
    for (const [place, byte] of code.entries()) {
      this.#push(BigInt(byte));
      this.#push(BigInt(place));
      this.#emit(MSTORE8);
    }
    const second = random.below(2) === 0;
    if (second) this.#push(BigInt(random.below(2)));
    this.#push(BigInt(code.length));
    this.#push(0n);
    this.#push(BigInt(random.pick([0, 0, 1])));
    this.#emit(second ? 0xf5 : 0xf0);
    this.#slot();
    this.#emit(SSTORE);
  }

  /** Sends a message to L1: short, or near what a message or a batch may have. */
  #message(): void {
    const random = this.#random;
    const length = random.below(4) > 0 ? random.below(300) : random.pick([32_768, 65_536, 65_537, 49_900, 33_300]);
    this.#push(SEND_TO_L1 << 224n);
    this.#emit(0x5f, 0x52);
    this.#push(32n);
    this.#emit(0x60, 4, 0x52);
    this.#push(BigInt(length));
    this.#emit(0x60, 36, 0x52);
    this.#push(0n);
    this.#push(0n);
    this.#push(BigInt(68 + Math.ceil(length / 32) * 32));
    this.#push(0n);
    this.#push(0n);
    this.#push(BigInt(L1_MESSENGER_ADDRESS));
    this.#emit(0x5a, 0xf1, POP);
  }

  /** A step that depends on the second, on the gas left, on the block, or on a slot. */
  #branch(): void {
    this.#emit(...this.#random.pick([[0x42], [0x5a], [0x43], [0x44], [0x5f, 0x54], [0x47]]));
    this.#push(BigInt(this.#random.pick([1, 1, 2, 3])));
    this.#emit(0x16, 0x61, 0, 0, JUMPI);
    const operand = this.#bytes.length - 3;
    this.#step(false);
    this.#jumpTo(operand);
  }

  /** Fills a number of slots, near the maximum changes of a batch. */
  #loop(): void {
    const count = this.#random.pick([2, 5, 20, 300, 700]);
    this.#push(BigInt(count));
    const start = this.#bytes.length;
    // counter: DUP1 DUP1 SSTORE, PUSH1 1, SWAP1, SUB, DUP1, PUSH2 start, JUMPI, POP
    this.#emit(JUMPDEST, 0x80, 0x80, SSTORE, 0x60, 1, 0x90, 0x03, 0x80, 0x61, start >> 8, start & 0xff, JUMPI, POP);
  }

  /** The next instruction is where the operand leads. */
  #jumpTo(operand: number): void {
    const target = this.#bytes.length;
    this.#bytes[operand] = target >> 8;
    this.#bytes[operand + 1] = target & 0xff;
    this.#emit(JUMPDEST);
  }

  /** STOP, RETURN of odd or long code, REVERT, INVALID, SELFDESTRUCT. */
  #end(): void {
    const random = this.#random;
    const returned = fromHex(random.pick(ODD_CODES));
    switch (random.below(8)) {
      case 0:
        return this.#emit(0x5f, 0x5f, 0xfd);
      case 1:
        return this.#emit(0xfe);
      case 2:
        this.#address();
        return this.#emit(0xff);
      case 3:
        this.#push(BigInt(random.pick([24_575, 24_576, 24_577, 5_000])));
        return this.#emit(0x5f, 0xf3);
      case 4:
        this.#push(BigInt(wordToHex(BigInt(toHex(returned))) as Hex) << BigInt(8 * (32 - returned.length)));
        this.#emit(0x5f, 0x52);
        this.#push(BigInt(returned.length));
        return this.#emit(0x5f, 0xf3);
      default:
        return this.#emit(0x00);
    }
  }
}
