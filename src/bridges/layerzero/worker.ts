import type { TransactionReceipt } from "ethers";
import { refusalOf } from "../../client/submit.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { BridgeMember } from "../bridge-member.ts";
import { MemberLogs } from "../member-logs.ts";
import { OwnSender } from "../own-sender.ts";
import { Retries } from "../retries.ts";
import { PacketBook } from "./book.ts";
import type { Composed, SentPacket } from "./book.ts";
import { layerZeroContracts } from "./deploy.ts";
import type { LayerZeroContracts } from "./deploy.ts";
import { devnetExecutor } from "./interfaces.ts";
import { composition, commitment, execution } from "./requests.ts";
import type { WorkerTransaction } from "./requests.ts";
import { commitRefusal, outOfOrder } from "./refusals.ts";

export interface LayerZeroWorkerDependencies {
  readonly members: readonly BridgeMember[];
  readonly clock: Clock;
  /** Whether executions on a member are held back. */
  readonly isHeld: (chainId: bigint) => boolean;
  /** Brings what no relayer does, such as messages between L1 and a chain; resolves with whether it brought any. */
  readonly bring?: (waiting: readonly SentPacket[]) => Promise<boolean>;
}

/** Transactions at one look on a member, so that one look ends. */
const MOST_A_LOOK = 128;

interface WorkedMember {
  readonly member: BridgeMember;
  readonly logs: MemberLogs;
  readonly sender: OwnSender;
}

/** Commits and executes what LayerZero's packets are paid for, on all members; knows nothing but what their chains say. */
export class LayerZeroWorker {
  readonly contracts: LayerZeroContracts;
  readonly book: PacketBook;
  readonly #dependencies: LayerZeroWorkerDependencies;
  readonly #members: readonly WorkedMember[];
  readonly #retries = new Retries();
  /** Why a packet, or a composed call, does not go on. */
  readonly #waits = new Map<string, string>();

  constructor(dependencies: LayerZeroWorkerDependencies) {
    const { members, clock } = dependencies;
    const [first] = members;
    if (first === undefined) throw new TypeError("a bridge is on at least one member");
    this.contracts = layerZeroContracts(first.wallet.address);
    this.book = new PacketBook(this.contracts);
    this.#dependencies = dependencies;
    const worked = (member: BridgeMember): WorkedMember => ({
      member,
      logs: new MemberLogs(member, this.book.reads),
      sender: new OwnSender(member, clock),
    });
    this.#members = members.map(worked);
  }

  /** Why a packet does not go on, by its guid; undefined where nothing is known. */
  waitsFor(guid: Hex): string | undefined {
    return this.#waits.get(guid);
  }

  /**
   * Reads what is new, and does what can be done. With `all` it asks also those again that were refused. Resolves with whether
   * anything moved. Rejects with a provider's error.
   */
  async look({ all = false }: { readonly all?: boolean } = {}): Promise<boolean> {
    const read = await this.read();
    const brought = (await this.#dependencies.bring?.(this.#unverified())) ?? false;
    const done = await Promise.all(this.#members.map((worked) => this.#workOn(worked, all)));
    return read || brought || done.includes(true);
  }

  /** Executes a packet at once, with its own gas or other. Undefined where nothing was sent. */
  async execute(guid: Hex, gas: bigint | undefined): Promise<TransactionReceipt | undefined> {
    await this.read();
    const packet = this.book.packet(guid);
    const worked = packet && this.#destination(packet);
    if (packet?.options === undefined || worked === undefined) return undefined;
    if (this.book.marks(packet).committed === undefined && !(await this.#commit(packet, worked))) return undefined;
    const receipt = await this.#send(execution(packet, packet.options, this.contracts, gas), worked, guid);
    await this.read();
    return receipt;
  }

  /** Reads what is new and does nothing. Resolves with whether there was anything. Rejects with a provider's error. */
  async read(): Promise<boolean> {
    const standing = await Promise.all(this.#members.map(({ logs }) => logs.stands()));
    if (standing.includes(false)) this.#forget();
    const found = await Promise.all(this.#members.map(({ logs }) => logs.next()));
    // A packet is told before what comes of it.
    for (const [i, { member }] of this.#members.entries()) this.book.take(member.chainId, member.id, found[i] ?? []);
    return found.some((logs) => logs.length > 0);
  }

  #forget(): void {
    this.book.forget();
    this.#retries.forget();
    this.#waits.clear();
    for (const { logs, sender } of this.#members) {
      logs.forget();
      sender.forget();
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

  async #workOn(worked: WorkedMember, all: boolean): Promise<boolean> {
    const { member, logs, sender } = worked;
    if (this.#dependencies.isHeld(member.chainId) || !(await sender.isFree())) return false;
    const block = logs.head ?? 0;
    const due = this.#due(worked).filter(({ name }) => all || this.#retries.isDue(name, block));
    // Those that were never refused first: a flood of failing ones delays no other.
    const inOrder = due.toSorted((a, b) => this.#retries.refusals(a.name) - this.#retries.refusals(b.name));
    let moved = 0;
    for (const { name, advance } of inOrder) {
      if (moved >= MOST_A_LOOK || !(await sender.isFree())) break;
      if (await advance()) {
        moved++;
        this.#retries.taken(name);
      } else {
        this.#retries.refused(name, block);
      }
    }
    return moved > 0;
  }

  /** What could be done on a member, each under its name. */
  #due(worked: WorkedMember): { readonly name: string; readonly advance: () => Promise<boolean> }[] {
    const { member } = worked;
    return [...this.book.packets()].flatMap((packet) => {
      if (packet.dstEid !== member.id || packet.options === undefined) return [];
      const { dvns, committed, executed, given } = this.book.marks(packet);
      const open = this.book.composed(packet).filter((each) => each.executed === undefined);
      const calls = open.map((each) => ({ name: nameOf(each), advance: () => this.#compose(packet, each, worked) }));
      const isOpen = executed === undefined && given === undefined && (committed !== undefined || dvns.size > 0);
      return isOpen ? [{ name: packet.guid, advance: () => this.#advance(packet, worked) }, ...calls] : calls;
    });
  }

  /** Resolves with whether a transaction changed anything. */
  async #advance(packet: SentPacket, worked: WorkedMember): Promise<boolean> {
    const committed = this.book.marks(packet).committed !== undefined;
    if (!committed && !(await this.#commit(packet, worked))) return false;
    const { options } = packet;
    if (options === undefined) return false;
    const obstacle = await outOfOrder(packet, this.contracts, worked.member);
    if (obstacle !== undefined) {
      this.#waits.set(packet.guid, obstacle);
      return !committed;
    }
    const transaction = execution(packet, options, this.contracts);
    // Once it has failed, it is only asked: it costs nothing until its receiver would take it.
    const hasFailed = this.book.marks(packet).failed !== undefined;
    if (hasFailed && !(await this.#wouldSucceed("execute", transaction, worked))) return !committed;
    return (await this.#send(transaction, worked, packet.guid)) !== undefined || !committed;
  }

  async #commit(packet: SentPacket, worked: WorkedMember): Promise<boolean> {
    const { member } = worked;
    const transaction = commitment(packet, this.contracts);
    try {
      await member.provider.call({ ...transaction, from: member.wallet.address });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      this.#waits.set(packet.guid, await commitRefusal(refusal.data, packet, this.contracts, member));
      return false;
    }
    const receipt = await this.#send(transaction, worked, packet.guid);
    if (receipt === undefined) return false;
    return receipt.status === 1;
  }

  async #compose(packet: SentPacket, composed: Composed, worked: WorkedMember): Promise<boolean> {
    const paid = packet.options?.composed.get(composed.index);
    if (paid === undefined) {
      this.#waits.set(packet.guid, `its sender pays for no composed call ${composed.index} (an lzCompose option)`);
      return false;
    }
    const transaction = composition(composed, paid, this.contracts);
    if (composed.failed !== undefined && !(await this.#wouldSucceed("compose", transaction, worked))) return false;
    return (await this.#send(transaction, worked, packet.guid)) !== undefined;
  }

  async #wouldSucceed(name: "execute" | "compose", transaction: WorkerTransaction, { member }: WorkedMember): Promise<boolean> {
    try {
      const answer = await member.provider.call({ ...transaction, from: member.wallet.address });
      return devnetExecutor.decodeFunctionResult(name, answer)[0] === true;
    } catch (error) {
      if (refusalOf(error) === undefined) throw error;
      return false;
    }
  }

  /** Undefined where it is in no block yet, or cannot be paid. */
  async #send(transaction: WorkerTransaction, worked: WorkedMember, guid: Hex): Promise<TransactionReceipt | undefined> {
    const { member, sender } = worked;
    const { wallet, provider, name } = member;
    const price = (await provider.getFeeData()).maxFeePerGas ?? 0n;
    const needed = transaction.value + transaction.gasLimit * price;
    const balance = await provider.getBalance(wallet.address);
    if (balance < needed) {
      this.#waits.set(
        guid,
        `purse: the bridge's key ${wallet.address} has ${balance} wei on ${name} and needs ${needed}; send it more`,
      );
      return undefined;
    }
    const receipt = await sender.send(transaction);
    if (receipt === null || receipt === undefined) return undefined;
    this.#waits.delete(guid);
    this.book.take(member.chainId, member.id, receipt.logs);
    return receipt;
  }
}

function nameOf({ from, to, guid, index }: Composed): string {
  return [guid, from, to, index].join(" ");
}
