import type { Random } from "../../chain/state/support/random.ts";

const SIZES = [0, 0, 1, 2, 3, 31, 32, 33, 64, 100, 255, 1000] as const;
const BINARY = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18] as const;
const CALLS = [0xf1, 0xf1, 0xf2, 0xf4, 0xfa] as const;
const READS = [
  0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58, 0x59, 0x5a,
] as const;

/** Writes random bytecode that mostly runs: pushes what each opcode needs, and stores what it answers. */
export class RandomCode {
  readonly #random: Random;
  readonly #targets: readonly bigint[];
  readonly #depth: number;
  #bytes: number[] = [];

  constructor(random: Random, targets: readonly bigint[], depth = 0) {
    this.#random = random;
    this.#targets = targets;
    this.#depth = depth;
  }

  generate(): Uint8Array {
    const steps = 5 + this.#random.below(25);
    for (let i = 0; i < steps; i++) this.#random.pick(this.#statements)();
    this.#end();
    return Uint8Array.from(this.#bytes);
  }

  readonly #statements: readonly (() => void)[] = [
    () => this.#store(() => this.#push(this.#chance(3) ? this.#size() : this.#random.below(3))),
    () => this.#store(() => this.#push(this.#random.below(3))),
    () => this.#emit(() => this.#slot(), [0x54, 0x50]),
    () => this.#call(),
    () => this.#call(),
    () => this.#transient(),
    () => this.#store(() => this.#emit(() => (this.#wide(), this.#wide()), [this.#random.pick(BINARY)])),
    () =>
      this.#store(() =>
        this.#emit(() => (this.#wide(), this.#push(this.#size())), [this.#random.pick([0x1a, 0x1b, 0x1c, 0x1d, 0x0b])]),
      ),
    () => this.#store(() => this.#emit(() => this.#wide(), [this.#random.pick([0x15, 0x19, 0x1e])])),
    () => this.#keep(() => this.#emit(() => (this.#wide(), this.#wide(), this.#wide()), [0x08 + this.#random.below(2)])),
    () => this.#emit(() => this.#push(this.#size()), [0x51, ...this.#pushed(this.#size()), this.#random.pick([0x52, 0x53])]),
    () => this.#store(() => this.#emit(() => this.#range(), [0x20])),
    () =>
      this.#emit(
        () => (this.#push(this.#size()), this.#push(this.#size()), this.#push(this.#size())),
        [this.#random.pick([0x37, 0x39, 0x5e])],
      ),
    () => this.#emit(() => (this.#push(this.#chance(2) ? 0 : this.#size()), this.#push(0), this.#push(this.#size())), [0x3e]),
    () => this.#store(() => this.#emit(() => this.#account(), [this.#random.pick([0x31, 0x3b, 0x3f])])),
    () => this.#keep(() => this.#bytes.push(this.#random.pick(READS))),
    () =>
      this.#emit(() => (this.#push(this.#size()), this.#push(this.#size()), this.#push(this.#size()), this.#account()), [0x3c]),
    () => this.#log(),
    () => this.#create(),
    () => this.#store(() => this.#emit(() => this.#push(this.#size()), [0x35])),
    () => (this.#chance(6) ? this.#emit(() => this.#account(), [0xff]) : undefined),
  ];

  #emit(operands: () => void, opcodes: readonly number[]): void {
    operands();
    this.#bytes.push(...opcodes);
  }

  #store(value: () => void): void {
    value();
    this.#slot();
    this.#bytes.push(0x55);
  }

  #keep(value: () => void): void {
    value();
    this.#push(this.#size());
    this.#bytes.push(0x52);
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  #slot(): void {
    this.#push(this.#random.below(4));
  }

  #size(): number {
    return this.#random.pick(SIZES);
  }

  #range(): void {
    this.#push(this.#size());
    this.#push(this.#size());
  }

  #pushed(value: number): number[] {
    return value === 0 ? [0x5f] : value < 256 ? [0x60, value] : [0x61, value >> 8, value & 255];
  }

  #push(value: number): void {
    this.#bytes.push(...this.#pushed(value));
  }

  #wide(): void {
    this.#bytes.push(0x7f);
    for (let i = 0; i < 32; i++) this.#bytes.push(this.#chance(3) ? this.#random.pick([0, 255]) : this.#random.below(256));
  }

  #account(): void {
    const hex = this.#random.pick(this.#targets).toString(16).padStart(40, "0");
    this.#bytes.push(0x73, ...Buffer.from(hex, "hex"));
  }

  #call(): void {
    const opcode = this.#random.pick(CALLS);
    this.#push(this.#chance(3) ? this.#size() : 0);
    this.#push(this.#size());
    this.#push(this.#chance(3) ? this.#size() : 0);
    this.#push(this.#size());
    if (opcode < 0xf4) this.#push(this.#chance(3) ? this.#random.below(5) : 0);
    this.#account();
    if (this.#chance(2)) this.#bytes.push(0x5a);
    else this.#bytes.push(0x62, this.#random.below(3), this.#random.below(256), this.#random.below(256));
    this.#bytes.push(opcode);
    this.#slot();
    this.#bytes.push(0x55);
  }

  #transient(): void {
    this.#push(this.#random.below(3));
    this.#slot();
    this.#bytes.push(0x5d);
    this.#store(() => this.#emit(() => this.#slot(), [0x5c]));
  }

  #log(): void {
    const topics = this.#random.below(5);
    for (let i = 0; i < topics; i++) this.#push(i);
    this.#range();
    this.#bytes.push(0xa0 + topics);
  }

  /** Init code that returns random code, or that is itself random code. */
  #create(): void {
    if (this.#depth >= 2) return;
    const inner = new RandomCode(this.#random, this.#targets, this.#depth + 1).generate().slice(0, 200);
    const returning = [0x61, inner.length >> 8, inner.length & 255, 0x80, 0x60, 0x0c, 0x5f, 0x39, 0x5f, 0xf3, 0, 0, ...inner];
    const init = this.#chance(2) ? [...inner] : returning;
    for (let at = 0; at < init.length; at += 32) {
      const word = init.slice(at, at + 32);
      this.#bytes.push(0x7f, ...word, ...new Array<number>(32 - word.length).fill(0), ...this.#pushed(at), 0x52);
    }
    const salted = this.#chance(2);
    if (salted) this.#push(this.#random.below(3));
    this.#push(init.length);
    this.#push(0);
    this.#push(this.#chance(3) ? 1 : 0);
    this.#bytes.push(salted ? 0xf5 : 0xf0);
    this.#slot();
    this.#bytes.push(0x55);
  }

  #end(): void {
    const kind = this.#random.below(8);
    if (kind < 4) this.#emit(() => this.#range(), [kind < 3 ? 0xf3 : 0xfd]);
    else this.#bytes.push(kind === 4 ? 0xfe : 0x00);
  }
}
