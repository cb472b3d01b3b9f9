import type { Log } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";
import { answerWithin, MemberSilentError } from "../relayer/member-silence.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../chain/settlement-layer/reader/log-pages.ts";
import type { BridgeMember } from "./bridge-member.ts";

/** Logs that a bridge reads of a member: of these contracts, with these topics. */
export interface ReadContracts {
  readonly addresses: readonly Hex[];
  readonly topics: readonly string[];
}

/** New logs of a member, in order; `gone` if it has rewound to before the last read. */
export type NewLogs = readonly Log[] | "gone";

/** Reads a member's logs once each, by its public RPC. */
export class MemberLogs {
  readonly #member: BridgeMember;
  readonly #contracts: ReadContracts;
  /** Up to this block everything was read. */
  #read: { readonly number: number; readonly hash: string } | undefined;
  /**
   * A request without an answer in time: the next call takes its answer, and requests again if that fails as
   * well.
   */
  #pending: Promise<NewLogs> | undefined;
  #hasWaited = false;
  /** Number of abandoned requests, whose answers are dropped. */
  #abandonedRequests = 0;

  constructor(member: BridgeMember, contracts: ReadContracts) {
    this.#member = member;
    this.#contracts = contracts;
  }

  /** Begins with the first block again. */
  forget(): void {
    this.#read = undefined;
    this.#giveUp();
  }

  /** The number of the newest block that was read; undefined before the first. */
  get head(): number | undefined {
    return this.#read?.number;
  }

  /**
   * New logs. Rejects with the provider's error, or with MemberSilentError if the member does not answer in
   * time, and has then read nothing. Calls must not overlap.
   */
  async next(withinMs?: number): Promise<NewLogs> {
    const asked = (this.#pending ??= this.#ask());
    // What comes too late is taken by the next call.
    asked.catch(() => undefined);
    try {
      const found = await answerWithin(asked, this.#member.name, withinMs);
      if (this.#pending === asked) this.#end();
      return found;
    } catch (error) {
      const mayCome = error instanceof MemberSilentError && !this.#hasWaited;
      if (this.#pending !== asked) throw error;
      if (mayCome) this.#hasWaited = true;
      else this.#giveUp();
      throw error;
    }
  }

  #end(): void {
    this.#pending = undefined;
    this.#hasWaited = false;
  }

  #giveUp(): void {
    this.#end();
    this.#abandonedRequests++;
  }

  async #ask(): Promise<NewLogs> {
    const { provider, fromBlock: first } = this.#member;
    const [before, timesGivenUp] = [this.#read, this.#abandonedRequests];
    if (before !== undefined && (await provider.getBlock(before.number))?.hash !== before.hash) return "gone";
    const head = await provider.getBlock("latest");
    const fromBlock = before === undefined ? first : before.number + 1;
    if (head === null || head.hash === null || head.number < fromBlock) return [];
    const { addresses, topics } = this.#contracts;
    const question = { address: addresses, topics: [[...topics]], fromBlock, toBlock: head.number };
    const logs = await readLogs(provider, question, DEFAULT_BLOCKS_PER_PAGE);
    if (timesGivenUp !== this.#abandonedRequests) return [];
    this.#read = { number: head.number, hash: head.hash };
    return logs;
  }
}
