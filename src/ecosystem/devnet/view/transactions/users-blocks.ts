import { setImmediate as turn } from "node:timers/promises";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { BlockSource, SourceBlock, SourceTransaction } from "./block-source.ts";
import { contractPlaces, type ContractPlace } from "./contract-places.ts";

/** Block with transactions of users. */
export interface UsersBlock extends Pick<SourceBlock, "number" | "hash" | "timestamp"> {
  /** Number of users' transactions. */
  readonly users: number;
}

/** Users' blocks before a number, the newest first. */
interface UsersPage {
  readonly blocks: readonly UsersBlock[];
  /** Every users' block from this number onwards is in the page or above it. */
  readonly from: number;
  /** True if there are no older blocks. */
  readonly isEnd: boolean;
}

/** Blocks that one question reads, of a member in this process and of one elsewhere; new ones count only there. */
const MAX_READ = 2_000;
const MAX_READ_ELSEWHERE = 25;
/** Bounds of the memory that a member takes: 100 bytes for each. */
const MAX_BLOCKS = 100_000;
const MAX_PLACES = 20_000;
/** Contracts above `MAX_PLACES` before the oldest are dropped, because each time sorts all of them. */
const SPARE_PLACES = 2_000;
/** Blocks between two turns of the event loop. */
const BLOCKS_PER_TURN = 32;

/**
 * Index of a member's blocks with transactions of users, and of the contracts that these show. It reads each block once: new ones
 * when they are asked for, older ones back to the first as far as questions reach. Where the member has returned to an earlier
 * state, by a snapshot or a reorg, the index drops what no longer exists.
 */
export class UsersBlocks {
  readonly #source: BlockSource;
  readonly #isUsers: (block: SourceBlock, transaction: SourceTransaction) => boolean;
  /** In order. Older ones are found later, and are in the second list, the newest first. */
  #newer: UsersBlock[] = [];
  #older: UsersBlock[] = [];
  /** First transaction of each contract, by address. The newest `MAX_PLACES`. */
  readonly #places = new Map<Hex, ContractPlace>();
  /** All blocks from the lowest to the highest number were read. */
  #lowest = 0;
  #highest: { readonly number: number; readonly hash: Hex } | undefined;
  /** No block before this number is read: the index has no room for older ones. */
  #floor = 0;
  /** Blocks that this question may still read. New blocks of a member in this process do not count. */
  #remainingReads = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: BlockSource, isUsers: (block: SourceBlock, transaction: SourceTransaction) => boolean) {
    this.#source = source;
    this.#isUsers = isUsers;
  }

  /** True if a question has made the index begin. */
  get isBegun(): boolean {
    return this.#highest !== undefined;
  }

  /** Reads new blocks. Rejects with the member's error. */
  follow(): Promise<void> {
    return this.#inTurn(() => this.#follow());
  }

  /**
   * The newest blocks before a number with the given number of users' transactions; `before` is undefined for the newest
   * of all.
   */
  page(before: number | undefined, transactions: number): Promise<UsersPage> {
    return this.#inTurn(async () => {
      await this.#follow();
      const first = await this.#first();
      let found = this.#before(before, transactions);
      const isEnough = (): boolean => {
        found = this.#before(before, transactions);
        return found.users >= transactions;
      };
      if (found.users < transactions) await this.#deepen(first, isEnough);
      const isLast = found.blocks.at(-1) === (this.#older.at(-1) ?? this.#newer[0]) || found.blocks.length === 0;
      const from = found.users < transactions ? this.#lowest : (found.blocks.at(-1)?.number ?? this.#lowest);
      return { blocks: found.blocks, from, isEnd: isLast && this.#lowest <= (await this.#first()) };
    });
  }

  /** Contracts that users' transactions have shown, the newest first, and whether these are all from the first block onwards. */
  contracts(): Promise<{ readonly places: readonly ContractPlace[]; readonly isComplete: boolean }> {
    return this.#inTurn(async () => {
      await this.#follow();
      const first = await this.#first();
      await this.#deepen(first, () => false);
      const places = [...this.#places.values()].sort((a, b) => b.number - a.number).slice(0, MAX_PLACES);
      return { places, isComplete: this.#lowest <= (await this.#first()) };
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => {
      this.#remainingReads = this.#source.isRemote ? MAX_READ_ELSEWHERE : MAX_READ;
      return work();
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #first(): Promise<number> {
    return Math.max(await this.#source.first(), this.#floor);
  }

  async #follow(): Promise<void> {
    const newest = await this.#source.newest();
    if (this.#highest !== undefined) await this.#rewind(newest);
    const { isRemote } = this.#source;
    if (this.#highest === undefined || (isRemote && newest - this.#highest.number > this.#remainingReads))
      return this.#begin(newest);
    for (let number = this.#highest.number + 1; number <= newest; number++) {
      const isTip = number === newest;
      if (!isTip && !this.#source.canHoldUsers(number)) continue;
      const block = await this.#source.block(number);
      // The member has returned to before it in the meantime: the next question notices.
      if (block === undefined) return;
      if (isRemote) this.#remainingReads--;
      await this.#take(block, (each) => this.#newer.push(each));
      this.#highest = block;
      await this.#yield(number);
    }
    this.#bound();
  }

  /** Begins with the newest block; older ones are read by questions, as those before the first question. */
  async #begin(newest: number): Promise<void> {
    const tip = await this.#source.block(newest);
    if (tip === undefined) return;
    this.#newer = [];
    this.#older = [];
    this.#lowest = newest;
    await this.#take(tip, (block) => this.#newer.push(block));
    this.#highest = tip;
  }

  /**
   * Drops what the member no longer has. A block of the same hash has the same blocks before it. If this question may not read
   * enough blocks to find one that both have, all are dropped.
   */
  async #rewind(newest: number): Promise<void> {
    const { isRemote } = this.#source;
    const isThere = async ({ number, hash }: Pick<UsersBlock, "number" | "hash">): Promise<boolean> => {
      if (number > newest || (isRemote && this.#remainingReads <= 0)) return false;
      if (isRemote) this.#remainingReads--;
      return (await this.#source.block(number))?.hash === hash;
    };
    if (this.#highest === undefined || (await isThere(this.#highest))) return;
    for (let last = this.#newer.at(-1); last !== undefined && !(await isThere(last)); last = this.#newer.at(-1))
      this.#newer.pop();
    if (this.#newer.length === 0) while (this.#older[0] !== undefined && !(await isThere(this.#older[0]))) this.#older.shift();
    const tip = this.#newer.at(-1) ?? this.#older[0];
    this.#highest = tip;
    for (const [address, { number }] of this.#places) if (tip === undefined || number > tip.number) this.#places.delete(address);
  }

  /** Reads older blocks, in sequence, until there are enough, or none is left, or this query has used its share. */
  async #deepen(first: number, isEnough: () => boolean): Promise<void> {
    while (this.#remainingReads > 0 && this.#lowest > first) {
      const number = this.#lowest - 1;
      if (this.#source.canHoldUsers(number)) {
        this.#remainingReads--;
        const block = await this.#source.block(number);
        const before = this.#older.length;
        if (block !== undefined) await this.#take(block, (each) => this.#older.push(each));
        this.#lowest = number;
        if (this.#older.length >= MAX_BLOCKS) this.#floor = number;
        if (this.#older.length > before && isEnough()) return;
        if (this.#floor === number) break;
      }
      this.#lowest = number;
      await this.#yield(number);
    }
    isEnough();
  }

  async #take(block: SourceBlock, put: (users: UsersBlock) => void): Promise<void> {
    const { number, hash, timestamp } = block;
    const sent = block.transactions.filter((each) => this.#isUsers(block, each));
    if (sent.length === 0) return;
    put({ number, hash, timestamp, users: sent.length });
    for (const place of await contractPlaces(this.#source, block, sent)) {
      const known = this.#places.get(place.address);
      if (known === undefined || place.number <= known.number) this.#places.set(place.address, place);
    }
    if (this.#places.size > MAX_PLACES + SPARE_PLACES) this.#dropOldest();
  }

  /** Drops the oldest contracts, so that there is always room for a new one. Of one block, the last ones are dropped. */
  #dropOldest(): void {
    const oldest = [...this.#places.values()].sort((a, b) => b.number - a.number).slice(MAX_PLACES);
    for (const { address } of oldest) this.#places.delete(address);
  }

  #before(before: number | undefined, transactions: number): { readonly blocks: readonly UsersBlock[]; readonly users: number } {
    const blocks: UsersBlock[] = [];
    let users = 0;
    const take = (block: UsersBlock): void => {
      if (users >= transactions || (before !== undefined && block.number >= before)) return;
      blocks.push(block);
      users += block.users;
    };
    for (let i = this.#newer.length - 1; i >= 0 && users < transactions; i--) take(this.#newer[i] as UsersBlock);
    for (let i = 0; i < this.#older.length && users < transactions; i++) take(this.#older[i] as UsersBlock);
    return { blocks, users };
  }

  /** Keeps the newest blocks alone where there are too many. */
  #bound(): void {
    if (this.#newer.length <= MAX_BLOCKS) return;
    this.#newer = this.#newer.slice(-MAX_BLOCKS / 2);
    this.#older = [];
    this.#lowest = this.#newer[0]?.number ?? this.#lowest;
    this.#floor = this.#lowest;
  }

  async #yield(number: number): Promise<void> {
    if (number % BLOCKS_PER_TURN === 0) await turn();
  }
}
