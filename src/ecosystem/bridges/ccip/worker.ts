import type { TransactionReceipt } from "ethers";
import { memberAnswer } from "../../client/sending/submit.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PERMANENT_REFUSALS, QUESTION_TOO_LONG } from "../../../chain/settlement-layer/errors/refusal-code.ts";
import type { SendingRound } from "../../relayer/own-account.ts";
import type { BridgeMember } from "../bridge-member.ts";
import {
  BridgeWork,
  type BridgeMessages,
  type BridgeSending,
  type BridgeWorkDependencies,
  type DueWork,
  type LookOptions,
} from "../bridge-work.ts";
import { MAX_PAID_FAILURES, PaidFailures } from "../paid-failures.ts";
import { beginLook, refusalFrom, type WorkedMember, type WorkerTransaction } from "../worked-member.ts";
import { CcipBook, type SentCcipMessage } from "./book.ts";
import { ccipContracts, type CcipContracts } from "./deploy.ts";
import { ccipRamps, ccipRmn } from "./interfaces.ts";
import { chainsRefusal, emptyPool, lacksPubdataGas, readFailure, refusingToken } from "./receiver-revert.ts";

interface CcipWorkerDependencies extends BridgeWorkDependencies {
  /** Brings what no relayer does, such as messages between L1 and a chain; resolves with whether it brought any. */
  readonly bring?: (waiting: readonly SentCcipMessage[]) => Promise<boolean>;
}

/**
 * Gas of the ramps without receiver and pools, extra gas of a pool, and gas of a byte of the message: more
 * than they need.
 */
const [RAMPS_GAS, POOL_EXTRA_GAS, BYTE_GAS] = [500_000n, 300_000n, 48n];
const CURSE_GAS = 150_000n;
/**
 * With so much more a receiver that sends itself is run again: what a chain here publishes costs gas, of
 * which a public network charges the receiver nothing. The ramps' fee holds it.
 */
const PUBDATA_GAS = 1_000_000n;
/** Characters of a refusal that are stored on the chain. */
const MAX_REASON_LENGTH = 300;
const NO_MESSAGE: Hex = `0x${"00".repeat(32)}`;
/** Subject with which CCIP's RMN curses all chains. */
const GLOBAL_SUBJECT = 2n ** 120n + 1n;

/** Executes the messages that CCIP's ramps have recorded, on all members; knows nothing but what their chains say. */
export class CcipWorker {
  readonly contracts: CcipContracts;
  readonly book: CcipBook;
  readonly #work: BridgeWork;
  readonly #members: CcipWorkerDependencies["members"];
  /** Reverted repetitions, which no event reports. */
  readonly #failures = new PaidFailures();

  constructor(dependencies: CcipWorkerDependencies) {
    const [first] = dependencies.members;
    if (first === undefined) throw new TypeError("a bridge is on at least one member");
    this.contracts = ccipContracts(first.wallet.address);
    this.book = new CcipBook(this.contracts.ramps);
    this.#members = dependencies.members;
    const messages: BridgeMessages = {
      reads: this.book.reads,
      take: ({ chainId, id }, logs) => this.book.take(chainId, id, logs),
      forget: () => {
        this.book.forget();
        this.#failures.clear();
      },
      bring: async (isFor) => (await dependencies.bring?.(this.#unrecorded().filter(({ id }) => isFor(id)))) ?? false,
      due: (worked) => this.#due(worked),
    };
    this.#work = new BridgeWork(messages, dependencies);
  }

  /** Reason why a message waits; `undefined` if none is recorded. */
  waitsFor(id: Hex): string | undefined {
    return this.#work.waitsFor(id);
  }

  /**
   * Reads what is new, and does what can be done. Resolves with whether anything moved. Rejects with a
   * provider's error, or MemberSilentError: then all others were read and served.
   */
  look(options?: LookOptions): Promise<boolean> {
    return this.#work.look(options);
  }

  /** Reads what is new and does nothing. Resolves with whether there was anything. Rejects as `look` does. */
  read(): Promise<boolean> {
    return this.#work.read();
  }

  /** Executes a message at once, with the gas that was paid for or more. Undefined where nothing was sent. */
  execute(id: Hex, gas: bigint | undefined): Promise<TransactionReceipt | undefined> {
    return this.#work.atOnce(async () => {
      const message = this.book.message(id);
      const worked = message && this.#work.member(message.destination);
      if (message === undefined || worked === undefined) return undefined;
      const { isRecorded, executed } = this.book.marks(message);
      if (!isRecorded || executed !== undefined) return undefined;
      if (gas !== undefined && gas < message.gas) {
        this.#work.wait(id, `its sender paid for ${message.gas} gas, and CCIP's manual execution takes no less`);
        return undefined;
      }
      return this.#run(message, gas ?? message.gas, { worked, id, round: beginLook(worked) });
    });
  }

  /** Asks the RMN of every member to curse a chain by its selector, or all chains, or to end that. Resolves when it is done. */
  curse(selector: bigint | "all", isCursed: boolean): Promise<void> {
    const subject = subjectOf(selector === "all" ? GLOBAL_SUBJECT : selector);
    return this.#work.atOnce(async () => {
      for (const { id, provider } of this.#members) {
        const worked = this.#work.member(id);
        if (worked === undefined) continue;
        if ((await this.#cursedSubjects(provider)).includes(subject) === isCursed) continue;
        const data = ccipRmn.encodeFunctionData(isCursed ? "curse" : "uncurse", [subject]) as Hex;
        const transaction = { to: this.contracts.rmn, data, value: 0n, gas: CURSE_GAS };
        await this.#work.send(transaction, { worked, id: NO_MESSAGE, round: beginLook(worked) });
      }
    });
  }

  #unrecorded(): readonly SentCcipMessage[] {
    return [...this.book.messages()].filter((message) => !this.book.marks(message).isRecorded);
  }

  /** Possible actions on a member. */
  #due(worked: WorkedMember): readonly DueWork[] {
    return [...this.book.messages()].flatMap((message) => {
      const { id, destination, sender, receiver } = message;
      if (destination !== worked.member.id) return [];
      const { isRecorded, executed } = this.book.marks(message);
      if (!isRecorded || executed !== undefined) return [];
      const advance = async (round: SendingRound): Promise<boolean> => {
        if (this.#isAbandoned(message)) return false;
        await this.#run(message, this.#gasFor(message), { worked, id, round });
        return this.book.marks(message).executed !== undefined;
      };
      return [{ name: id, id, path: `${sender} ${receiver}`, advance }];
    });
  }

  /** True for messages that would cost each look something: the chain refused them, or they failed in paid repetitions. */
  #isAbandoned(message: SentCcipMessage): boolean {
    const { id } = message;
    const refusal = chainsRefusal(this.book.marks(message).failed?.data);
    if (refusal !== undefined) {
      this.#work.wait(id, `the chain refuses to run it: ${refusal}; execute it by hyperchain_executeDelivery after a change`);
      return true;
    }
    const paid = this.#failures.of(id);
    if (paid < MAX_PAID_FAILURES) return false;
    const why = `its receiver failed in ${paid} repetitions that were paid for, and is not retried automatically`;
    this.#work.wait(id, `${why}; have it run by hyperchain_executeDelivery`);
    return true;
  }

  /** One that has failed is only asked until it would be taken: an offramp undoes what fails again. */
  async #run(message: SentCcipMessage, gas: bigint, sending: BridgeSending): Promise<TransactionReceipt | undefined> {
    const transaction = this.#transaction(message, gas);
    const isTried = this.book.marks(message).failed !== undefined;
    try {
      const refusal = await (isTried ? refusalFrom : contractsRefusal)(sending.worked.member, transaction);
      if (refusal !== undefined) {
        this.#work.wait(sending.id, await this.#reasonOf(refusal, message, sending.worked.member));
        return undefined;
      }
      return this.#failures.counted(message.id, await this.#work.send(transaction, sending));
    } catch (error) {
      const answer = memberAnswer(error);
      if (isTried || answer === undefined || !PERMANENT_REFUSALS.includes(answer.code)) throw error;
      return this.#work.send(
        this.#refusalRecord(message, `${answer.code}: ${answer.message.slice(0, MAX_REASON_LENGTH)}`),
        sending,
      );
    }
  }

  /** Lets later messages of an ordered sender continue, because no transaction can execute this one. */
  #refusalRecord({ raw, dataLength }: SentCcipMessage, reason: string): WorkerTransaction {
    const data = ccipRamps.encodeFunctionData("recordRefusal", [raw, reason]) as Hex;
    return { to: this.contracts.ramps, data, value: 0n, gas: RAMPS_GAS + BYTE_GAS * BigInt(dataLength) };
  }

  #gasFor(message: SentCcipMessage): bigint {
    const { failed } = this.book.marks(message);
    return failed !== undefined && lacksPubdataGas(failed.data) ? message.gas + PUBDATA_GAS : message.gas;
  }

  #transaction(message: SentCcipMessage, gas: bigint): WorkerTransaction {
    const isFirst = this.book.marks(message).failed === undefined && gas === message.gas;
    const data = isFirst
      ? ccipRamps.encodeFunctionData("execute", [message.raw])
      : ccipRamps.encodeFunctionData("manuallyExecute", [message.raw, gas]);
    const pools = message.poolGas.reduce((sum, each) => sum + each + POOL_EXTRA_GAS, 0n);
    const needed = RAMPS_GAS + BYTE_GAS * BigInt(message.dataLength) + pools + gas;
    return { to: this.contracts.ramps, data: data as Hex, value: 0n, gas: needed + needed / 8n };
  }

  async #cursedSubjects(provider: BridgeMember["provider"]): Promise<readonly string[]> {
    const call = { to: this.contracts.rmn, data: ccipRmn.encodeFunctionData("getCursedSubjects") };
    const [subjects] = ccipRmn.decodeFunctionResult("getCursedSubjects", await provider.call(call)).toArray(true);
    return subjects as string[];
  }

  async #reasonOf(data: Hex, { source, sender }: SentCcipMessage, { provider }: BridgeMember): Promise<string> {
    const error = readFailure(data);
    const from = this.#members.find(({ id }) => id === source)?.name ?? String(source);
    if (error?.name === "CursedByRMN") {
      const isSource = (await this.#cursedSubjects(provider)).includes(subjectOf(source));
      return isSource
        ? `${from} is cursed here; bridges.ccip.lift("${from}") ends it`
        : "all chains are cursed here; bridges.ccip.lift() ends it";
    }
    if (error?.name === "ManualExecutionNotYetEnabled")
      return "CCIP takes other gas only after the message has failed, or 8 hours after its record; execute it without gas";
    if (error?.name === "NotInOrder")
      return `message ${String(error.args["expected"])} of ${sender}, which asked for order, was not executed yet`;
    return emptyPool(data, this.contracts) ?? refusingToken(data) ?? `it fails again with ${data}`;
  }
}

/**
 * Refusal of a transaction by a contract, as `refusalFrom` finds it. Undefined if the call ends by the node's clock, because
 * then the transaction itself shows whether the chain runs it.
 */
async function contractsRefusal(member: BridgeMember, transaction: WorkerTransaction): Promise<Hex | undefined> {
  try {
    return await refusalFrom(member, transaction);
  } catch (error) {
    if (memberAnswer(error)?.code === QUESTION_TOO_LONG) return undefined;
    throw error;
  }
}

/** Subject of a chain, or of all, for CCIP's RMN: 16 bytes. */
function subjectOf(number: bigint): string {
  return `0x${number.toString(16).padStart(32, "0")}`;
}
