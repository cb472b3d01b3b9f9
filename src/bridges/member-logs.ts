import type { Log } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../settlement-layer/reader/log-pages.ts";
import type { BridgeMember } from "./bridge-member.ts";

/** What a bridge reads of a member: logs of these contracts, under these topics. */
export interface ReadContracts {
  readonly addresses: readonly Hex[];
  readonly topics: readonly string[];
}

/** Reads a member's logs once each, by its public RPC. */
export class MemberLogs {
  readonly #member: BridgeMember;
  readonly #contracts: ReadContracts;
  /** Up to this block everything was read. */
  #read: { readonly number: number; readonly hash: string } | undefined;

  constructor(member: BridgeMember, contracts: ReadContracts) {
    this.#member = member;
    this.#contracts = contracts;
  }

  /** Begins with the first block again. */
  forget(): void {
    this.#read = undefined;
  }

  /** The number of the newest block that was read; undefined before the first. */
  get head(): number | undefined {
    return this.#read?.number;
  }

  /** Whether the newest block that was read is still the member's. */
  async stands(): Promise<boolean> {
    const before = this.#read;
    return before === undefined || (await this.#member.provider.getBlock(before.number))?.hash === before.hash;
  }

  /** What is new, in order. Rejects with the provider's error, and has then read nothing. */
  async next(): Promise<readonly Log[]> {
    const { provider, fromBlock: first } = this.#member;
    const head = await provider.getBlock("latest");
    const fromBlock = this.#read === undefined ? first : this.#read.number + 1;
    if (head === null || head.hash === null || head.number < fromBlock) return [];
    const { addresses, topics } = this.#contracts;
    const question = { address: addresses, topics: [[...topics]], fromBlock, toBlock: head.number };
    const logs = await readLogs(provider, question, DEFAULT_BLOCKS_PER_PAGE);
    this.#read = { number: head.number, hash: head.hash };
    return logs;
  }
}
