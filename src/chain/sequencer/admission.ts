import { listsAfter, type AccessLists, type ChangedLists } from "../model/access-lists.ts";
import { beneficiaryOf, KNOWN_ENTRY_POINTS, operationSenders } from "../model/entry-points.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { TransactionRequest } from "../../ground/transaction/transaction.ts";
import type { Preview } from "../witness/reexecution.ts";
import { SequencerError } from "./sequencer-error.ts";

/** Calls by which a relayer brings messages to the chain. */
interface Deliveries {
  readonly relayer: Hex;
  readonly calls: readonly { readonly to: Hex; readonly selector: Hex }[];
}

export interface AdmissionOptions {
  readonly chainId: number;
  /** Lists of the chain's options. */
  readonly lists: AccessLists;
  /** Changes of the lists that an earlier process stored. */
  readonly changed?: ChangedLists | undefined;
  /** The chain's admin now, whom messages name: it can pass the chain on. No list applies to it. */
  readonly admin: () => Hex;
  /** The operator, which makes the blocks. No list applies to it. */
  readonly operator: Hex;
  /** To what may be sent by an account that is on no list. Default: nothing. */
  readonly deliveries?: Deliveries | undefined;
  /** Contracts of the protocol, which create contracts from fixed code only. */
  readonly trusted: readonly Hex[];
}

/** Fields of a transaction that are judged before it runs. */
type Judged = Pick<TransactionRequest, "from" | "to" | "data">;

/**
 * Decides whose transactions the sequencer takes. No rule of the chain: L1's queue carries operations of every account, and
 * validators do not ask for lists. A user operation is its account's, and a transaction that carries some is theirs; what they
 * create is allowed to them, or to the contract that runs CREATE or CREATE2.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #trusted: ReadonlySet<Hex>;
  #lists: AccessLists = {};
  #senders: ReadonlySet<Hex> | undefined;
  #deployers: ReadonlySet<Hex> | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#trusted = new Set(options.trusted);
    this.set(listsAfter(options.lists, options.changed));
  }

  get lists(): AccessLists {
    return this.#lists;
  }

  /** Changes of the lists, for the next process. */
  get changed(): ChangedLists {
    return { configured: this.#options.lists, lists: this.#lists };
  }

  /** Accounts by which the chain works: its operator and its relayer. */
  get own(): readonly Hex[] {
    const { operator, deliveries } = this.#options;
    return deliveries === undefined ? [operator] : [operator, deliveries.relayer];
  }

  get admin(): Hex {
    return this.#options.admin();
  }

  /** Whether a list is in force: then transactions are looked at from inside, too. */
  get hasLists(): boolean {
    return this.#senders !== undefined || this.#deployers !== undefined;
  }

  /** From now on. Transactions that wait are judged by these lists when their turn comes. */
  set(lists: AccessLists): void {
    this.#lists = lists;
    this.#senders = lists.senders === undefined ? undefined : new Set(lists.senders);
    this.#deployers = lists.deployers === undefined ? undefined : new Set(lists.deployers);
  }

  /** Reason to refuse a transaction before its run; undefined if there is none. */
  refusal(transaction: Judged): SequencerError | undefined {
    const { from, to } = transaction;
    if (!this.#isDelivery(transaction) && !this.#isOn(this.#senders, from)) return this.#noSender(from);
    return to === undefined && !this.#isOn(this.#deployers, from) ? this.#noDeployer(from) : undefined;
  }

  /** Why an account may not send; undefined where it may. */
  refusalOfSender(account: Hex): SequencerError | undefined {
    return this.#isOn(this.#senders, account) ? undefined : this.#noSender(account);
  }

  /**
   * Reason to refuse a transaction by the result of its run. A delivery executes a request of another chain: if it were
   * never accepted, the contents of its message would be lost.
   */
  refusalOfRun(transaction: Judged, { receipt, creators }: Pick<Preview, "receipt" | "creators">): SequencerError | undefined {
    if (this.#isDelivery(transaction)) return undefined;
    const operations = operationSenders(receipt?.logs ?? []);
    const excluded = operations.find((account) => !this.#isOn(this.#senders, account));
    if (excluded !== undefined) return this.#noSender(excluded);
    const carriesOnly = operations.length > 0 && this.#carriesOnly(transaction);
    const responsible = carriesOnly ? operations : [...operations, transaction.from];
    const unlisted = responsible.find((account) => !this.#isOn(this.#deployers, account));
    const isTheirs = creators.every((creator) => this.#trusted.has(creator) || this.#isOn(this.#deployers, creator));
    return unlisted === undefined || isTheirs ? undefined : this.#noDeployer(unlisted);
  }

  /**
   * True if a bundle does nothing but user operations, for which their accounts answer. Another contract on the path to
   * the EntryPoint, or one that is paid for the bundle, could create contracts.
   */
  #carriesOnly({ from, to, data }: Judged): boolean {
    if (to === undefined || !KNOWN_ENTRY_POINTS.includes(to)) return false;
    const beneficiary = beneficiaryOf(data);
    return beneficiary === from || beneficiary === this.#options.operator;
  }

  #isOn(list: ReadonlySet<Hex> | undefined, account: Hex): boolean {
    const { admin, operator } = this.#options;
    return list === undefined || list.has(account) || account === admin() || account === operator;
  }

  #isDelivery({ from, to, data }: Judged): boolean {
    const { deliveries } = this.#options;
    return from === deliveries?.relayer && deliveries.calls.some((call) => call.to === to && data.startsWith(call.selector));
  }

  #noSender(account: Hex): SequencerError {
    const { chainId, admin } = this.#options;
    return new SequencerError(
      "SenderNotAllowed",
      `${account} is not on the list of senders of chain ${chainId}: ask the chain's admin, ${admin()}, to add it (its option senders), or send an operation by L1's queue, to which no list applies`,
    );
  }

  #noDeployer(account: Hex): SequencerError {
    const { chainId, admin } = this.#options;
    return new SequencerError(
      "DeployerNotAllowed",
      `${account} is not on the list of deployers of chain ${chainId}, and neither is the contract that would create another: ask the chain's admin, ${admin()}, to add it (its option deployers)`,
    );
  }
}
