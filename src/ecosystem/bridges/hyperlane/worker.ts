import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SendingRound } from "../../relayer/own-account.ts";
import {
  BridgeWork,
  type BridgeMessages,
  type BridgeWorkDependencies,
  type DueWork,
  type BridgeSending,
  type LookOptions,
} from "../bridge-work.ts";
import { MAX_PAID_FAILURES, PaidFailures } from "../paid-failures.ts";
import { beginLook, revertFrom, type WorkedMember, type WorkerTransaction } from "../worked-member.ts";
import { MessageBook, type DispatchedMessage } from "./book.ts";
import { hyperlaneContracts, type HyperlaneContracts } from "./deploy.ts";
import { mailbox } from "./interfaces.ts";
import { moduleMetadata } from "./module-metadata.ts";
import { mayLackMetadata, moduleOf, processRefusal, type ProcessRefusal } from "./refusals.ts";

interface HyperlaneWorkerDependencies extends BridgeWorkDependencies {
  /** Brings what no relayer does, such as messages between L1 and a chain; resolves with whether it brought any. */
  readonly bring?: (waiting: readonly DispatchedMessage[]) => Promise<boolean>;
}

/** Gas of mailbox and module, in addition to the recipient's gas, which the hook was paid for. */
const PROCESS_GAS = 150_000n;
/** Maximum gas that the hook sells for `handle`. */
const MOST_HANDLE_GAS = 5_000_000n;

/** Processes the messages that Hyperlane's hooks have passed on, on all members; knows nothing but what their chains say. */
export class HyperlaneWorker {
  readonly contracts: HyperlaneContracts;
  readonly book: MessageBook;
  readonly #work: BridgeWork;
  readonly #refusals = new Map<Hex, ProcessRefusal>();
  readonly #failures = new PaidFailures();
  /** Metadata for recipients' custom modules, by message; empty by default. */
  readonly #metadata = new Map<Hex, Hex>();

  constructor(dependencies: HyperlaneWorkerDependencies) {
    const [first] = dependencies.members;
    if (first === undefined) throw new TypeError("a bridge is on at least one member");
    this.contracts = hyperlaneContracts(first.wallet.address);
    this.book = new MessageBook(this.contracts);
    const messages: BridgeMessages = {
      reads: this.book.reads,
      take: ({ chainId, id }, logs) => this.book.take(chainId, Number(id), logs),
      forget: () => {
        this.book.forget();
        this.#refusals.clear();
        this.#failures.clear();
        this.#metadata.clear();
      },
      bring: async (isFor) => (await dependencies.bring?.(this.#unproven().filter(({ id }) => isFor(id)))) ?? false,
      due: (worked) => this.#due(worked),
    };
    this.#work = new BridgeWork(messages, dependencies);
  }

  /** Why a message that is proven was not taken when it was asked last. */
  refusal(id: Hex): ProcessRefusal | undefined {
    const reason = this.#work.waitsFor(id);
    return this.#refusals.get(id) ?? (reason === undefined ? undefined : { reason });
  }

  /**
   * Reads what is new, and does what can be done. Resolves with whether anything moved. Rejects with a provider's error, or
   * MemberSilentError: then all others were read and served.
   */
  look(options?: LookOptions): Promise<boolean> {
    return this.#work.look(options);
  }

  /** Reads what is new and does nothing. Resolves with whether there was anything. Rejects as `look` does. */
  read(): Promise<boolean> {
    return this.#work.read();
  }

  /** Processes a message at once, with the gas that was paid for or other. Undefined where nothing was sent. */
  execute(id: Hex, gas: bigint | undefined): Promise<TransactionReceipt | undefined> {
    return this.#work.atOnce(async () => {
      const message = this.book.message(id);
      const worked = message && this.#work.member(BigInt(message.destination));
      if (message === undefined || worked === undefined) return undefined;
      const { gas: paid, executed } = this.book.marks(message);
      const given = gas ?? paid;
      if (executed !== undefined || given === undefined) return undefined;
      return this.#process(message, given, { worked, id, round: beginLook(worked) });
    });
  }

  #unproven(): readonly DispatchedMessage[] {
    return [...this.book.messages()].filter((message) => {
      const { gas, isProven, executed } = this.book.marks(message);
      return gas !== undefined && isProven === undefined && executed === undefined;
    });
  }

  /** Possible actions on a member. */
  #due(worked: WorkedMember): readonly DueWork[] {
    return [...this.book.messages()].flatMap((message) => {
      const { id, destination, sender, recipient } = message;
      const { gas, isProven, executed } = this.book.marks(message);
      if (BigInt(destination) !== worked.member.id || gas === undefined || !isProven || executed !== undefined) return [];
      const advance = async (round: SendingRound): Promise<boolean> =>
        (await this.#process(message, gas, { worked, id, round })) !== undefined;
      return [{ name: id, id, path: `${sender} ${recipient}`, advance }];
    });
  }

  /**
   * A refused message does not change, since the mailbox reverts everything: it is only simulated until it
   * would be accepted.
   */
  async #process(message: DispatchedMessage, gas: bigint, sending: BridgeSending): Promise<TransactionReceipt | undefined> {
    const refusal = await this.#refused(message, gas, sending.worked);
    if (refusal !== undefined) {
      this.#refusals.set(message.id, refusal);
      return undefined;
    }
    this.#refusals.delete(message.id);
    const paid = this.#failures.of(message.id);
    if (paid >= MAX_PAID_FAILURES) {
      this.#work.wait(
        message.id,
        `its recipient failed in ${paid} transactions that were paid for, and is not retried automatically; have it run by another account`,
      );
      return undefined;
    }
    return this.#failures.counted(message.id, await this.#work.send(this.#transaction(message, gas), sending));
  }

  #transaction({ id, raw }: DispatchedMessage, gas: bigint): WorkerTransaction {
    const data = mailbox.encodeFunctionData("process", [this.#metadata.get(id) ?? "0x", raw]) as Hex;
    return { to: this.contracts.mailbox, data, value: 0n, gas: PROCESS_GAS + gas };
  }

  /** Resolves with whether its recipient's own module is given something else than before. */
  async #learnMetadata({ id, recipient, raw }: DispatchedMessage, { provider }: WorkedMember["member"]): Promise<boolean> {
    const module = await moduleOf(recipient, this.contracts.mailbox, provider);
    if (module === this.contracts.hook) return false;
    const [before, metadata] = [this.#metadata.get(id) ?? "0x", await moduleMetadata(module, raw, provider)];
    if (metadata === undefined || metadata === before) return false;
    this.#metadata.set(id, metadata);
    return true;
  }

  async #refused(message: DispatchedMessage, gas: bigint, { member }: WorkedMember): Promise<ProcessRefusal | undefined> {
    let data = await revertFrom(member, this.#transaction(message, gas));
    if (data !== undefined && mayLackMetadata(data) && (await this.#learnMetadata(message, member)))
      data = await revertFrom(member, this.#transaction(message, gas));
    if (data === undefined) return undefined;
    if (gas < MOST_HANDLE_GAS && (await revertFrom(member, this.#transaction(message, MOST_HANDLE_GAS))) === undefined)
      return {
        reason: `${message.recipient} on ${member.name} needs more gas than the ${gas} for handle that its sender has paid for; a router's owner calls setDestinationGas(${member.id}, …), others name gas in the hook's metadata`,
      };
    return processRefusal(data, message, this.contracts, member);
  }
}
