import type { TransactionReceipt } from "ethers";
import { refusalOf } from "../../client/sending/submit.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SendingRound } from "../../relayer/own-account.ts";
import type { BridgeMember } from "../bridge-member.ts";
import {
  BridgeWork,
  type BridgeMessages,
  type BridgeWorkDependencies,
  type DueWork,
  type BridgeSending,
  type LookOptions,
} from "../bridge-work.ts";
import { MAX_PAID_FAILURES, PaidFailures } from "../paid-failures.ts";
import { beginLook, callFrom, refusalFrom, type WorkedMember, type WorkerTransaction } from "../worked-member.ts";
import { PacketBook, type Composed, type Marks, type SentPacket } from "./book.ts";
import { layerZeroContracts, type LayerZeroContracts } from "./deploy.ts";
import type { PaidCall } from "./executor-options.ts";
import { composition, commitment, dropping, execution } from "./requests.ts";
import { PathOrder } from "./path-order.ts";
import { commitRefusal } from "./refusals.ts";
import { devnetExecutor } from "./interfaces.ts";

interface LayerZeroWorkerDependencies extends BridgeWorkDependencies {
  /** Brings what no relayer does, such as messages between L1 and a chain; resolves with whether it brought any. */
  readonly bring?: (waiting: readonly SentPacket[]) => Promise<boolean>;
}

/** Commits and executes what LayerZero's packets are paid for, on all members; knows nothing but what their chains say. */
export class LayerZeroWorker {
  readonly contracts: LayerZeroContracts;
  readonly book: PacketBook;
  readonly #work: BridgeWork;
  readonly #order: PathOrder;
  /** Reverted transactions. */
  readonly #failures = new PaidFailures();

  constructor(dependencies: LayerZeroWorkerDependencies) {
    const [first] = dependencies.members;
    if (first === undefined) throw new TypeError("a bridge is on at least one member");
    this.contracts = layerZeroContracts(first.wallet.address);
    this.book = new PacketBook(this.contracts);
    this.#order = new PathOrder(this.contracts);
    const messages: BridgeMessages = {
      reads: this.book.reads,
      take: ({ chainId, id }, logs) => this.book.take(chainId, Number(id), logs),
      forget: () => {
        this.book.forget();
        this.#order.forget();
        this.#failures.clear();
      },
      bring: async (isFor) => (await dependencies.bring?.(this.#unverified().filter(({ guid }) => isFor(guid)))) ?? false,
      due: (worked) => this.#due(worked),
    };
    this.#work = new BridgeWork(messages, dependencies);
  }

  /** Reason why a packet waits, by its guid; `undefined` if none is recorded. */
  waitsFor(guid: Hex): string | undefined {
    return this.#work.waitsFor(guid);
  }

  /**
   * Reads what is new, and does what can be done. Resolves with whether anything moved. Rejects with a provider's error, or
   * MemberSilentError: then all others were read and served.
   */
  look(options?: LookOptions): Promise<boolean> {
    return this.#work.look(options);
  }

  /**
   * Reads what is new and does nothing. Resolves with whether there was anything. Rejects with a provider's error, or
   * MemberSilentError: then all others were read.
   */
  read(): Promise<boolean> {
    return this.#work.read();
  }

  /**
   * Executes a packet at once, with its own gas or other; once it is executed, its first composed call that is not done.
   * Undefined where nothing was sent.
   */
  execute(guid: Hex, gas: bigint | undefined): Promise<TransactionReceipt | undefined> {
    return this.#work.atOnce(async () => {
      const packet = this.book.packet(guid);
      const worked = packet && this.#work.member(BigInt(packet.dstEid));
      if (packet?.options === undefined || worked === undefined) return undefined;
      const { committed, executed } = this.book.marks(packet);
      const round = beginLook(worked);
      if (executed !== undefined) return this.#composeAtOnce(packet, gas, { worked, id: guid, round });
      if (committed === undefined && !(await this.#commit(packet, worked, round))) return undefined;
      return this.#work.send(execution(packet, packet.options, this.contracts, gas), { worked, id: guid, round });
    });
  }

  #unverified(): readonly SentPacket[] {
    return [...this.book.packets()].filter((packet) => {
      const { dvns, committed, executed, given } = this.book.marks(packet);
      return !dvns.has(this.contracts.dvn) && committed === undefined && executed === undefined && given === undefined;
    });
  }

  /** Possible actions on a member. */
  #due(worked: WorkedMember): readonly DueWork[] {
    const { member } = worked;
    return [...this.book.packets()].flatMap((packet) => {
      if (BigInt(packet.dstEid) !== member.id || packet.options === undefined) return [];
      const { guid, sender, receiver } = packet;
      const { dvns, committed, executed, given } = this.book.marks(packet);
      const open = this.book.composed(packet).filter((each) => each.executed === undefined);
      const calls = open.map((each) => ({
        name: nameOf(each),
        id: guid,
        path: `${each.from} ${each.to}`,
        advance: (round: SendingRound) => this.#compose(packet, each, worked, round),
      }));
      const isOpen = executed === undefined && given === undefined && (committed !== undefined || dvns.size > 0);
      const advance = (round: SendingRound): Promise<boolean> => this.#advance(packet, worked, round);
      const own = { id: guid, path: `${sender} ${receiver}` };
      const drop = (round: SendingRound): Promise<boolean> => this.#drop(packet, worked, round);
      return [
        ...(isOpen ? [{ ...own, name: guid, advance }] : []),
        ...(this.book.owesDrops(packet) ? [{ ...own, name: `drops of ${guid}`, advance: drop }] : []),
        ...calls,
      ];
    });
  }

  async #advance(packet: SentPacket, worked: WorkedMember, round: SendingRound): Promise<boolean> {
    const { guid, options } = packet;
    const wasCommitted = this.book.marks(packet).committed !== undefined;
    if (!wasCommitted && (this.#isAbandoned(guid) || !(await this.#commit(packet, worked, round)))) return false;
    if (options === undefined) return false;
    const obstacle = await this.#order.obstacle(packet, worked.member);
    if (obstacle !== undefined) {
      this.#work.wait(guid, obstacle);
      return !wasCommitted;
    }
    const transaction = execution(packet, options, this.contracts);
    const run = { name: guid, kind: "execute", gas: options.receive.gas, transaction } as const;
    const isDone = await this.#run(run, () => this.book.marks(packet), { worked, id: guid, round });
    return isDone || !wasCommitted;
  }

  async #commit(packet: SentPacket, worked: WorkedMember, round: SendingRound): Promise<boolean> {
    const { member } = worked;
    const transaction = commitment(packet, this.contracts);
    const refusal = await refusalFrom(member, transaction);
    if (refusal !== undefined) {
      this.#work.wait(packet.guid, await commitRefusal(refusal, packet, this.contracts, member));
      return false;
    }
    const receipt = await this.#work.send(transaction, { worked, id: packet.guid, round });
    return this.#failures.counted(commitmentOf(packet.guid), receipt) !== undefined;
  }

  /** Whether its receiver agrees to a commitment when it is called, and not in transactions. */
  #isAbandoned(guid: Hex): boolean {
    const paid = this.#failures.of(commitmentOf(guid));
    if (paid < MAX_PAID_FAILURES) return false;
    const why = `${paid} transactions that were paid for failed to commit it, and none is sent automatically`;
    this.#work.wait(guid, `${why}; have it run by hyperchain_executeDelivery`);
    return true;
  }

  /** Pays the drops of a packet whose execution, which would pay them, this executor no longer attempts. */
  async #drop(packet: SentPacket, worked: WorkedMember, round: SendingRound): Promise<boolean> {
    if (packet.options === undefined) return false;
    const transaction = dropping(packet, packet.options, this.contracts);
    const receipt = await this.#work.send(transaction, { worked, id: packet.guid, round });
    return receipt?.status === 1;
  }

  async #compose(packet: SentPacket, composed: Composed, worked: WorkedMember, round: SendingRound): Promise<boolean> {
    const { guid } = packet;
    const paid = this.#paidFor(packet, composed);
    if (paid === undefined) return false;
    const transaction = composition(composed, paid, this.contracts);
    const run = { name: nameOf(composed), kind: "compose", gas: paid.gas, transaction } as const;
    return this.#run(run, () => composed, { worked, id: guid, round });
  }

  /** Sender's payment for a composed call; `undefined` if there is none, which is recorded. */
  #paidFor(packet: SentPacket, { index, to }: Composed): PaidCall | undefined {
    const { guid, options } = packet;
    const paid = options?.composed.get(index);
    // A receiver may queue any number under one index, for which its sender has paid once, coins too.
    const first = this.book.composed(packet).find((each) => each.index === index);
    if (paid !== undefined && first?.to === to) return paid;
    const why =
      paid === undefined
        ? `its sender pays for no composed call ${index} (an lzCompose option)`
        : `its sender pays for one composed call ${index}, which is that to ${first?.to}`;
    this.#work.wait(guid, `${why}; have the one to ${to} run by another account, or by hyperchain_executeDelivery with gas`);
    return undefined;
  }

  /** Without coins where its sender has paid for none. */
  async #composeAtOnce(
    packet: SentPacket,
    gas: bigint | undefined,
    sending: BridgeSending,
  ): Promise<TransactionReceipt | undefined> {
    const open = this.book.composed(packet).find(({ executed }) => executed === undefined);
    if (open === undefined) return undefined;
    const paid = this.#paidFor(packet, open);
    const given = gas ?? paid?.gas;
    if (given === undefined) return undefined;
    return this.#work.send(composition(open, { gas: given, value: paid?.value ?? 0n }, this.contracts), sending);
  }

  /** Runs a receiver's call. Resolves with whether it is done. */
  async #run({ name, kind, gas, transaction }: Run, marks: () => RunMarks, sending: BridgeSending): Promise<boolean> {
    const { failed, failures } = marks();
    const paid = [...failures.values()].filter((gasLimit) => gasLimit >= gas).length + this.#failures.of(name);
    if (paid >= MAX_PAID_FAILURES) {
      this.#work.wait(
        sending.id,
        `its receiver failed in ${paid} transactions that were paid for, and is not retried automatically; have it run by hyperchain_executeDelivery`,
      );
      return false;
    }
    // Once it has failed, it is only asked: it costs nothing until its receiver would take it.
    if ((failed !== undefined || paid > 0) && !(await wouldSucceed(kind, transaction, sending.worked.member))) return false;
    this.#failures.counted(name, await this.#work.send(transaction, sending));
    return marks().executed !== undefined;
  }
}

/** A receiver's call, and the gas that its sender has paid for. */
interface Run {
  readonly name: string;
  readonly kind: "execute" | "compose";
  readonly gas: bigint;
  readonly transaction: WorkerTransaction;
}

type RunMarks = Pick<Marks, "executed" | "failed" | "failures">;

function commitmentOf(guid: Hex): string {
  return `commitment of ${guid}`;
}

function nameOf({ from, to, guid, index }: Composed): string {
  return [guid, from, to, index].join(" ");
}

/** Whether its receiver would take it now. */
async function wouldSucceed(kind: "execute" | "compose", transaction: WorkerTransaction, member: BridgeMember): Promise<boolean> {
  try {
    return devnetExecutor.decodeFunctionResult(kind, await callFrom(member, transaction))[0] === true;
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return false;
  }
}
