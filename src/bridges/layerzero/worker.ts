import type { TransactionReceipt } from "ethers";
import { refusalOf } from "../../client/submit.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import type { Hex } from "../../protocol/hex.ts";
import { RoundOver } from "../../relayer/own-account.ts";
import type { SendingRound } from "../../relayer/own-account.ts";
import { answerWithin, MemberSilentError } from "../../relayer/reading.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { BridgeMember } from "../bridge-member.ts";
import { Retries } from "../retries.ts";
import { PacketBook } from "./book.ts";
import type { Composed, Marks, SentPacket } from "./book.ts";
import { layerZeroContracts } from "./deploy.ts";
import type { LayerZeroContracts } from "./deploy.ts";
import { composition, commitment, execution } from "./requests.ts";
import type { WorkerTransaction } from "./requests.ts";
import { commitRefusal, outOfOrder } from "./refusals.ts";
import { beginLook, callFrom, isFree, workedMember, wouldSucceed } from "./worked-member.ts";
import type { WorkedMember } from "./worked-member.ts";

export interface LayerZeroWorkerDependencies {
  readonly members: readonly BridgeMember[];
  readonly clock: Clock;
  /** Whether executions on a member are held back. */
  readonly isHeld: (chainId: bigint) => boolean;
  /** Brings what no relayer does, such as messages between L1 and a chain; resolves with whether it brought any. */
  readonly bring?: (waiting: readonly SentPacket[]) => Promise<boolean>;
  /** How long a look waits for one member's answers. Default: 3 s. */
  readonly answerMs?: number | undefined;
}

/** Readings in a row after which a member that returns again and again is left to the next look. */
const MOST_READINGS = 8;
/** Transactions at one look on a member, so that one look ends. */
const MOST_A_LOOK = 128;
/** What a member answers in; what one message takes is several answers and blocks. */
const ANSWER_MS = 3_000;
const ANSWERS_A_MESSAGE = 5;
/** A chain that makes blocks at once has made it by then; any other is asked again at the next look. */
const [INCLUSION_LOOK_MS, MOST_INCLUSION_LOOKS] = [10, 50];
/** A receiver that would take it when it is asked, and fails in the transaction, could be paid for at each look. */
const MOST_PAID_FAILURES = 2;

/** What came of working on a member. */
interface Worked {
  readonly moved: boolean;
  /** Something of the key's came into blocks that were not read yet: it is read, and then the rest can go on. */
  readonly isCutOff: boolean;
}

/** Something that can be done on a member. */
interface Due {
  /** One for each thing that can be refused by itself. */
  readonly name: string;
  readonly guid: Hex;
  /** Resolves with whether anything has changed. */
  readonly advance: (round: SendingRound) => Promise<boolean>;
}

/** Commits and executes what LayerZero's packets are paid for, on all members; knows nothing but what their chains say. */
export class LayerZeroWorker {
  readonly contracts: LayerZeroContracts;
  readonly book: PacketBook;
  readonly #dependencies: LayerZeroWorkerDependencies;
  readonly #answerMs: number;
  readonly #members: readonly WorkedMember[];
  readonly #retries = new Retries();
  /** Why a packet, or a composed call, does not go on. */
  readonly #waits = new Map<string, string>();
  /** How often a transaction for it was paid and failed as a whole, which no event tells. */
  readonly #reverted = new Map<string, number>();

  constructor(dependencies: LayerZeroWorkerDependencies) {
    const { members, answerMs = ANSWER_MS } = dependencies;
    const [first] = members;
    if (first === undefined) throw new TypeError("a bridge is on at least one member");
    this.contracts = layerZeroContracts(first.wallet.address);
    this.book = new PacketBook(this.contracts);
    this.#dependencies = dependencies;
    this.#answerMs = answerMs;
    this.#members = members.map((member) => workedMember(member, this.book.reads));
  }

  /** Why a packet does not go on, by its guid; undefined where nothing is known. */
  waitsFor(guid: Hex): string | undefined {
    return this.#waits.get(guid);
  }

  /**
   * Reads what is new, and does what can be done. With `all` it asks also those again that were refused. Resolves with whether
   * anything moved. Rejects with a provider's error, or MemberSilentError: then all others were read and served.
   */
  async look({ all = false }: { readonly all?: boolean } = {}): Promise<boolean> {
    const { hasNews, failures, answering } = await this.#readAll();
    const brought = (await this.#dependencies.bring?.(this.#unverified())) ?? false;
    const work = (): Promise<readonly Worked[]> => Promise.all(answering.map((worked) => this.#workOn(worked, all)));
    let done = await work();
    let moved = hasNews || brought || done.some((each) => each.moved);
    if (done.some(({ isCutOff }) => isCutOff)) {
      await this.#readAll();
      done = await work();
      moved ||= done.some((each) => each.moved);
    }
    if (failures.length > 0) throw failures[0];
    return moved;
  }

  /** Executes a packet at once, with its own gas or other. Undefined where nothing was sent. */
  async execute(guid: Hex, gas: bigint | undefined): Promise<TransactionReceipt | undefined> {
    const executeNow = async (): Promise<TransactionReceipt | undefined> => {
      await this.read();
      const packet = this.book.packet(guid);
      const worked = packet && this.#destination(packet);
      if (packet?.options === undefined || worked === undefined) return undefined;
      const round = beginLook(worked);
      if (this.book.marks(packet).committed === undefined && !(await this.#commit(packet, worked, round))) return undefined;
      return this.#send(execution(packet, packet.options, this.contracts, gas), { worked, guid, round });
    };
    const receipt = await executeNow().catch((error: unknown) => {
      if (error instanceof RoundOver) return executeNow();
      throw error;
    });
    await this.read();
    return receipt;
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
      const found = await Promise.allSettled(this.#members.map(({ logs }) => logs.next(this.#answerMs)));
      const news = found.map((each) => (each.status === "fulfilled" ? each.value : []));
      if (news.includes("gone") && reading < MOST_READINGS) {
        this.#forget();
        hasNews = true;
        continue;
      }
      // A packet is told before what comes of it.
      for (const [i, { member }] of this.#members.entries()) {
        const logs = news[i];
        if (logs !== undefined && logs !== "gone") this.book.take(member.chainId, member.id, logs);
      }
      return {
        hasNews: hasNews || news.some((logs) => logs.length > 0),
        failures: found.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : [])),
        answering: this.#members.filter((_, i) => found[i]?.status === "fulfilled"),
      };
    }
  }

  #forget(): void {
    this.book.forget();
    this.#retries.forget();
    this.#waits.clear();
    this.#reverted.clear();
    for (const { logs, account } of this.#members) {
      logs.forget();
      account.forget();
    }
  }

  #unverified(): readonly SentPacket[] {
    return [...this.book.packets()].filter((packet) => {
      const { dvns, committed, executed, given } = this.book.marks(packet);
      return !dvns.has(this.contracts.dvn) && committed === undefined && executed === undefined && given === undefined;
    });
  }

  #destination({ dstEid }: SentPacket): WorkedMember | undefined {
    return this.#members.find(({ member }) => member.id === dstEid);
  }

  async #workOn(worked: WorkedMember, all: boolean): Promise<Worked> {
    const { member, logs, account } = worked;
    if (this.#dependencies.isHeld(member.chainId)) return { moved: false, isCutOff: false };
    const round = beginLook(worked);
    const block = logs.head ?? 0;
    const due = this.#due(worked).filter(({ name }) => all || this.#retries.isDue(name, block));
    // Those that were never refused first: a flood of failing ones delays no other.
    const inOrder = due.toSorted((a, b) => this.#retries.refusals(a.name) - this.#retries.refusals(b.name));
    let moved = 0;
    for (const { name, guid, advance } of inOrder) {
      if (moved >= MOST_A_LOOK) break;
      try {
        if (!(await isFree(account))) break;
        const hasChanged = await answerWithin(advance(round), member.name, ANSWERS_A_MESSAGE * this.#answerMs);
        if (hasChanged) moved++;
        if (hasChanged) this.#retries.taken(name);
        else this.#retries.refused(name, block);
      } catch (error) {
        if (error instanceof RoundOver) return { moved: moved > 0, isCutOff: true };
        // The node refuses it, or does not answer: others go on, and this one is tried again like one that a contract refuses.
        this.#waits.set(guid, reasonOf(error));
        this.#retries.refused(name, block);
        if (error instanceof MemberSilentError) {
          worked.look.isOver = true;
          break;
        }
      }
    }
    return { moved: moved > 0, isCutOff: false };
  }

  /** What could be done on a member. */
  #due(worked: WorkedMember): Due[] {
    const { member } = worked;
    return [...this.book.packets()].flatMap((packet) => {
      if (packet.dstEid !== member.id || packet.options === undefined) return [];
      const { guid } = packet;
      const { dvns, committed, executed, given } = this.book.marks(packet);
      const open = this.book.composed(packet).filter((each) => each.executed === undefined);
      const calls = open.map((each) => ({
        ...{ name: nameOf(each), guid },
        advance: (round: SendingRound) => this.#compose(packet, each, worked, round),
      }));
      const isOpen = executed === undefined && given === undefined && (committed !== undefined || dvns.size > 0);
      const own = { name: guid, guid, advance: (round: SendingRound) => this.#advance(packet, worked, round) };
      return isOpen ? [own, ...calls] : calls;
    });
  }

  async #advance(packet: SentPacket, worked: WorkedMember, round: SendingRound): Promise<boolean> {
    const { guid, options } = packet;
    const wasCommitted = this.book.marks(packet).committed !== undefined;
    if (!wasCommitted && !(await this.#commit(packet, worked, round))) return false;
    if (options === undefined) return false;
    const obstacle = await outOfOrder(packet, this.contracts, worked.member);
    if (obstacle !== undefined) {
      this.#waits.set(guid, obstacle);
      return !wasCommitted;
    }
    const transaction = execution(packet, options, this.contracts);
    const run = { name: guid, kind: "execute", gas: options.receive.gas, transaction } as const;
    const isDone = await this.#run(run, () => this.book.marks(packet), { worked, guid, round });
    return isDone || !wasCommitted;
  }

  async #commit(packet: SentPacket, worked: WorkedMember, round: SendingRound): Promise<boolean> {
    const { member } = worked;
    const transaction = commitment(packet, this.contracts);
    try {
      await callFrom(member, transaction);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      this.#waits.set(packet.guid, await commitRefusal(refusal.data, packet, this.contracts, member));
      return false;
    }
    const receipt = await this.#send(transaction, { worked, guid: packet.guid, round });
    if (receipt === undefined) return false;
    return receipt.status === 1;
  }

  async #compose(packet: SentPacket, composed: Composed, worked: WorkedMember, round: SendingRound): Promise<boolean> {
    const { guid } = packet;
    const paid = packet.options?.composed.get(composed.index);
    if (paid === undefined) {
      this.#waits.set(guid, `its sender pays for no composed call ${composed.index} (an lzCompose option)`);
      return false;
    }
    const transaction = composition(composed, paid, this.contracts);
    const run = { name: nameOf(composed), kind: "compose", gas: paid.gas, transaction } as const;
    return this.#run(run, () => composed, { worked, guid, round });
  }

  /** Runs a receiver's call. Resolves with whether it is done. */
  async #run({ name, kind, gas, transaction }: Run, marks: () => RunMarks, sending: Sending): Promise<boolean> {
    const { failed, failures } = marks();
    const paid = [...failures.values()].filter((given) => given >= gas).length + (this.#reverted.get(name) ?? 0);
    if (paid >= MOST_PAID_FAILURES) {
      this.#waits.set(
        sending.guid,
        `its receiver failed in ${paid} transactions that were paid for, and is not run again by itself; have it run by hyperchain_executeDelivery`,
      );
      return false;
    }
    // Once it has failed, it is only asked: it costs nothing until its receiver would take it.
    if ((failed !== undefined || paid > 0) && !(await wouldSucceed(kind, transaction, sending.worked.member))) return false;
    const receipt = await this.#send(transaction, sending);
    if (receipt !== undefined && receipt.status !== 1) this.#reverted.set(name, (this.#reverted.get(name) ?? 0) + 1);
    return marks().executed !== undefined;
  }

  /** Undefined where it is in no block yet, or cannot be paid. Rejects with what the node refuses it with. */
  async #send(transaction: WorkerTransaction, { worked, guid, round }: Sending): Promise<TransactionReceipt | undefined> {
    const { member, account } = worked;
    const [balance, left] = [await round.leftAfter(0n), await round.leftAfter(transaction.gas)];
    if (left < transaction.value) {
      const needed = balance - left + transaction.value;
      const key = `the bridge's key ${member.wallet.address}`;
      this.#waits.set(guid, `purse: ${key} has ${balance} wei on ${member.name} and needs ${needed}; send it more`);
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
    this.#waits.delete(guid);
    this.book.take(member.chainId, member.id, outcome.receipt.logs);
    return outcome.receipt;
  }
}

/** What all members have said. */
interface Readings {
  readonly hasNews: boolean;
  readonly failures: readonly unknown[];
  /** Those that could be read. */
  readonly answering: readonly WorkedMember[];
}

/** What a transaction is sent for, and by. */
interface Sending {
  readonly worked: WorkedMember;
  readonly guid: Hex;
  readonly round: SendingRound;
}

/** A receiver's call, and the gas that its sender has paid for. */
interface Run {
  readonly name: string;
  readonly kind: "execute" | "compose";
  readonly gas: bigint;
  readonly transaction: WorkerTransaction;
}

type RunMarks = Pick<Marks, "executed" | "failed" | "failures">;

function nameOf({ from, to, guid, index }: Composed): string {
  return [guid, from, to, index].join(" ");
}
