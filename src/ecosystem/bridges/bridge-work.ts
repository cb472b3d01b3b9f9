import type { Log, TransactionReceipt } from "ethers";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { RoundOver, type SendingRound } from "../relayer/own-account.ts";
import { answerWithin, MemberSilentError } from "../relayer/member-silence.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import type { BridgeMember } from "./bridge-member.ts";
import type { NewLogs, ReadContracts } from "./member-logs.ts";
import { Retries } from "./retries.ts";
import { LookOrder, type PathWork } from "./look-order.ts";
import { beginLook, isFree, workedMember, type WorkedMember, type WorkerTransaction } from "./worked-member.ts";

/** Dependencies of a bridge's worker. */
export interface BridgeWorkDependencies {
  readonly members: readonly BridgeMember[];
  readonly clock: Clock;
  /** Whether executions on a member are held back. */
  readonly isHeld: (chainId: bigint) => boolean;
  /** Maximum time that a look waits for one member's answers. Default: 3 s. */
  readonly answerMs?: number | undefined;
}

/** Which messages a look is for. */
export interface LookOptions {
  /** Whether those that were refused are asked again too. Default: false. */
  readonly all?: boolean;
  /** Which they are, asked for once the members have been read. Default: every one. */
  readonly only?: (() => ReadonlySet<Hex>) | undefined;
}

/** Stored messages of a bridge, and the actions for them. */
export interface BridgeMessages {
  readonly reads: ReadContracts;
  /** Takes a member's logs, in order. */
  take(member: BridgeMember, logs: readonly Log[]): void;
  /** A member has returned to an earlier state: all is read again. */
  forget(): void;
  /** Brings what no relayer does, for those messages; resolves with whether it brought any. */
  bring(isFor: (id: Hex) => boolean): Promise<boolean>;
  /** Possible actions on a member. */
  due(worked: WorkedMember): readonly DueWork[];
}

/** Something that can be done on a member. */
export interface DueWork extends PathWork {
  /** The message that it is for. */
  readonly id: Hex;
  /** Resolves with whether anything has changed. */
  readonly advance: (round: SendingRound) => Promise<boolean>;
}

/** Purpose and sender of a transaction. */
export interface BridgeSending {
  readonly worked: WorkedMember;
  /** The message that it is for. */
  readonly id: Hex;
  readonly round: SendingRound;
}

/** Readings in a row after which a member that returns again and again is left to the next look. */
const MOST_READINGS = 8;
/** A look begins nothing more on a member after that: other members and bridges wait for its end. */
const LOOK_MS = 1_000;
/** Things that are begun on a member at one look, however fast they are. */
const MOST_A_LOOK = 128;
/** Time limit of a member's answer; a message takes several answers and blocks. */
export const ANSWER_MS = 3_000;
const ANSWERS_A_MESSAGE = 5;
/** A chain that makes blocks at once has made it by then; any other is asked again at the next look. */
const [INCLUSION_LOOK_MS, MOST_INCLUSION_LOOKS] = [10, 50];

/** Work on a member in one round of transactions. */
interface MemberRound {
  readonly worked: WorkedMember;
  readonly round: SendingRound;
  /** Number of the member's newest read block. */
  readonly block: number;
  readonly order: LookOrder<DueWork>;
}

/** Result of working on a member. */
interface Worked {
  readonly moved: boolean;
  /** True if unread blocks contain transactions of the key: they are read before the rest continues. */
  readonly isCutOff: boolean;
}

/**
 * Reads all members for a bridge, and advances its messages: a refused message or a silent member delays no
 * other.
 */
export class BridgeWork {
  readonly #messages: BridgeMessages;
  readonly #dependencies: BridgeWorkDependencies;
  readonly #answerMs: number;
  readonly #members: readonly WorkedMember[];
  readonly #retries = new Retries();
  /** Reason why a message waits. */
  readonly #waits = new Map<Hex, string>();
  /** Work that was due when a look ran out of time; the next one starts with it. */
  readonly #left = new Set<string>();

  constructor(messages: BridgeMessages, dependencies: BridgeWorkDependencies) {
    const { members, answerMs = ANSWER_MS } = dependencies;
    this.#messages = messages;
    this.#dependencies = dependencies;
    this.#answerMs = answerMs;
    this.#members = members.map((member) => workedMember(member, messages.reads));
  }

  /** Reason why a message waits; `undefined` if none is recorded. */
  waitsFor(id: Hex): string | undefined {
    return this.#waits.get(id);
  }

  wait(id: Hex, reason: string): void {
    this.#waits.set(id, reason);
  }

  /** The member with a bridge's number. */
  member(id: bigint): WorkedMember | undefined {
    return this.#members.find(({ member }) => member.id === id);
  }

  /**
   * Reads what is new, and does what can be done. Resolves with whether anything moved. Rejects with a provider's error, or
   * MemberSilentError: then all others were read and served.
   */
  async look({ all = false, only }: LookOptions = {}): Promise<boolean> {
    const { hasNews, failures, answering } = await this.#readAll();
    const chosen = only?.();
    const isFor = (id: Hex): boolean => chosen === undefined || chosen.has(id);
    const brought = await this.#messages.bring(isFor);
    const work = (on: readonly WorkedMember[]): Promise<readonly Worked[]> =>
      Promise.all(on.map((worked) => this.#workOn(worked, all, isFor)));
    const done = await work(answering);
    let moved = hasNews || brought || done.some((each) => each.moved);
    const cutOff = answering.filter((_, i) => done[i]?.isCutOff);
    if (cutOff.length > 0) {
      await this.#readAll();
      const again = await work(cutOff);
      moved ||= again.some((each) => each.moved);
    }
    if (failures.length > 0) throw failures[0];
    return moved;
  }

  /** Does something at once, on what is read now, and reads what came of it. */
  async atOnce<Result>(work: () => Promise<Result>): Promise<Result> {
    const now = async (): Promise<Result> => {
      await this.read();
      return work();
    };
    const result = await now().catch((error: unknown) => {
      if (error instanceof RoundOver) return now();
      throw error;
    });
    await this.read();
    return result;
  }

  /**
   * Reads what is new and does nothing. Resolves with whether there was anything. Rejects with a provider's error, or
   * MemberSilentError: then all others were read.
   */
  async read(): Promise<boolean> {
    const { hasNews, failures } = await this.#readAll();
    if (failures.length > 0) throw failures[0];
    return hasNews;
  }

  async #readAll(): Promise<Readings> {
    let hasNews = false;
    for (let reading = 1; ; reading++) {
      const found = await Promise.allSettled(
        this.#members.map(({ member: { isHere = false }, logs }) => logs.next(isHere ? undefined : this.#answerMs)),
      );
      const news = found.map((each) => (each.status === "fulfilled" ? each.value : []));
      if (news.includes("gone") && reading < MOST_READINGS) {
        this.#forget();
        hasNews = true;
        continue;
      }
      const unreadable = this.#takeAll(news);
      return {
        hasNews: hasNews || news.some((logs) => logs.length > 0),
        failures: [...found.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : [])), ...unreadable],
        answering: this.#members.filter((_, i) => found[i]?.status === "fulfilled"),
      };
    }
  }

  /**
   * Processes new logs of members before anything is sent. Returns an error for each log that no contract
   * emits.
   */
  #takeAll(news: readonly NewLogs[]): readonly unknown[] {
    return this.#members.flatMap(({ member }, i) => {
      const logs = news[i];
      if (logs === undefined || logs === "gone") return [];
      try {
        this.#messages.take(member, logs);
        return [];
      } catch (error) {
        // One that lies keeps its own from being read, and no other's.
        return [new Error(`${member.name} tells what no contract of a bridge does: ${reasonOf(error)}`, { cause: error })];
      }
    });
  }

  #forget(): void {
    this.#messages.forget();
    this.#retries.forget();
    this.#waits.clear();
    this.#left.clear();
    for (const { logs, account } of this.#members) {
      logs.forget();
      account.forget();
    }
  }

  async #workOn(worked: WorkedMember, all: boolean, isFor: (id: Hex) => boolean): Promise<Worked> {
    const { member, account } = worked;
    const { clock, isHeld } = this.#dependencies;
    if (isHeld(member.chainId)) return { moved: false, isCutOff: false };
    const current = this.#beginRound(worked, all, isFor);
    const latestMs = clock.nowMs() + LOOK_MS;
    let hasMoved = false;
    for (let begun = 0; ; begun++) {
      if (begun >= MOST_A_LOOK || (begun > 0 && clock.nowMs() >= latestMs))
        return { moved: this.#leave(current.order) || hasMoved, isCutOff: false };
      const work = current.order.next();
      if (work === undefined) break;
      try {
        if (!(await isFree(account))) break;
        const hasChanged = await this.#advance(work, current);
        hasMoved ||= hasChanged;
      } catch (error) {
        if (error instanceof RoundOver) return { moved: hasMoved, isCutOff: true };
        // The node refuses it, or does not answer: others continue, and this one is retried like one that a
        // contract refuses.
        this.#waits.set(work.id, reasonOf(error));
        this.#retries.refused(work.name, current.block);
        if (error instanceof MemberSilentError) {
          worked.look.isOver = true;
          break;
        }
      }
    }
    return { moved: hasMoved, isCutOff: false };
  }

  #beginRound(worked: WorkedMember, all: boolean, isFor: (id: Hex) => boolean): MemberRound {
    const round = beginLook(worked);
    const block = worked.logs.head ?? 0;
    const isLeft = (name: string): boolean => this.#left.has(name);
    const isDue = (name: string): boolean => all || isLeft(name) || this.#retries.isDue(name, block);
    const refusalsOf = (name: string): number => this.#retries.refusals(name);
    const open = this.#messages.due(worked).filter(({ id }) => isFor(id));
    return { worked, round, block, order: new LookOrder(open, { isDue, isLeft, refusalsOf }) };
  }

  /** Does due work, and records the result for the order and for the next rounds. Resolves with true if anything has changed. */
  async #advance(work: DueWork, { worked: { member }, round, block, order }: MemberRound): Promise<boolean> {
    const { name, advance } = work;
    this.#left.delete(name);
    const hasChanged = await answerWithin(advance(round), member.name, ANSWERS_A_MESSAGE * this.#answerMs);
    order.ended(work, hasChanged && this.#retries.refusals(name) > 0);
    if (hasChanged) this.#retries.taken(name);
    else this.#retries.refused(name, block);
    return hasChanged;
  }

  /** Postpones the work for which no time is left. Returns true if there is any. */
  #leave(order: LookOrder<DueWork>): boolean {
    const left = order.left();
    for (const { name } of left) this.#left.add(name);
    return left.length > 0;
  }

  /** Undefined where it is in no block yet, or cannot be paid. Rejects with what the node refuses it with. */
  async send(transaction: WorkerTransaction, { worked, id, round }: BridgeSending): Promise<TransactionReceipt | undefined> {
    const { member, account } = worked;
    const [balance, left] = [await round.leftAfter(0n), await round.leftAfter(transaction.gas)];
    if (left < transaction.value) {
      const needed = balance - left + transaction.value;
      const key = `the bridge's key ${member.wallet.address}`;
      this.#waits.set(id, `purse: ${key} has ${balance} wei on ${member.name} and needs ${needed}; send it more`);
      return undefined;
    }
    const sent = await round.send(transaction, 0n, { reserveWei: 0n });
    for (let looks = 0; sent.outcome === undefined && looks < MOST_INCLUSION_LOOKS; looks++) {
      await account.look();
      if (sent.outcome === undefined)
        await new Promise<void>((resolve) => this.#dependencies.clock.after(INCLUSION_LOOK_MS, resolve));
    }
    const { outcome } = sent;
    if (outcome === undefined) return undefined;
    if (outcome.state === "lost") throw outcome.error;
    this.#waits.delete(id);
    this.#messages.take(member, outcome.receipt.logs);
    return outcome.receipt;
  }
}

/** Answers of all members. */
interface Readings {
  readonly hasNews: boolean;
  readonly failures: readonly unknown[];
  /** Members that could be read. */
  readonly answering: readonly WorkedMember[];
}
