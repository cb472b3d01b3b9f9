import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { SUPERCHAIN } from "../../../ground/protocol/superchain.ts";
import { answerWithin } from "../../relayer/member-silence.ts";
import { MAX_TRANSACTION_GAS, type SendingRound } from "../../relayer/own-account.ts";
import {
  ANSWER_MS,
  BridgeWork,
  type BridgeSending,
  type BridgeWorkDependencies,
  type DueWork,
  type LookOptions,
} from "../bridge-work.ts";
import { MAX_PAID_FAILURES, PaidFailures } from "../paid-failures.ts";
import { beginLook, revertFrom, type WorkedMember, type WorkerTransaction } from "../worked-member.ts";
import { SuperchainBook, type SuperchainMessage, type SuperchainTelling } from "./book.ts";
import { recordOf, relayAccessList, type LogIdentifier } from "./identifier.ts";
import { superchainContracts } from "./interfaces.ts";

/**
 * Gas of a target. No sender pays for a relay, so all get the same, plus the maximum for the bytes of the
 * message (EIP-7623).
 */
const RELAY_GAS = 5_000_000n;
const BYTE_GAS = 48n;

/** Location of a message's log, and the inbox's record of the message when it is proven. */
interface MessagePlace {
  readonly identifier: LogIdentifier;
  readonly record: Hex;
}

/** A message with one of the logs that told it. */
interface ToldMessage {
  readonly message: SuperchainMessage;
  readonly telling: SuperchainTelling;
}

/** Relays the Superchain's messages that inboxes know, on all members; knows nothing but what their chains say. */
export class SuperchainWorker {
  readonly book = new SuperchainBook();
  readonly #work: BridgeWork;
  readonly #members: BridgeWorkDependencies["members"];
  readonly #answerMs: number;
  /** Locations by messages' hashes and blocks, added when the blocks' timestamps are read. */
  readonly #places = new Map<string, MessagePlace>();
  /** Revert data of the targets in the last simulation. */
  readonly #refusals = new Map<Hex, Hex>();
  readonly #failures = new PaidFailures();

  constructor(dependencies: BridgeWorkDependencies) {
    this.#members = dependencies.members;
    this.#answerMs = dependencies.answerMs ?? ANSWER_MS;
    this.#work = new BridgeWork(
      {
        reads: this.book.reads,
        take: ({ chainId }, logs) => this.book.take(chainId, logs),
        forget: () => {
          this.book.forget();
          for (const known of [this.#places, this.#refusals, this.#failures]) known.clear();
        },
        bring: async () => {
          await this.#learnTimes();
          return false;
        },
        due: (worked) => this.#due(worked),
      },
      dependencies,
    );
  }

  /** Reason why a message waits; `undefined` if none is recorded. */
  waitsFor(hash: Hex): string | undefined {
    return this.#work.waitsFor(hash);
  }

  /** Revert data of the target; `undefined` if it accepts the message, or was not called. */
  refusal(hash: Hex): Hex | undefined {
    return this.#refusals.get(hash);
  }

  /** Whether its destination's inbox has it. */
  isProven(message: SuperchainMessage): boolean {
    return this.#provenPlace(message) !== undefined;
  }

  #provenPlace(message: SuperchainMessage): MessagePlace | undefined {
    const places = message.tellings.map((telling) => this.#places.get(placeName(message, telling)));
    return places.find((place) => place !== undefined && this.book.isProven(message, place.record));
  }

  /**
   * Reads what is new, and does what can be done. Resolves with whether anything moved. Rejects with a provider's error, or
   * MemberSilentError: then all others were read and served.
   */
  look(options?: LookOptions): Promise<boolean> {
    return this.#work.look(options);
  }

  /** Reads what is new and does nothing. Resolves with whether there was anything. Rejects as `look` does. */
  async read(): Promise<boolean> {
    const hasNews = await this.#work.read();
    await this.#learnTimes();
    return hasNews;
  }

  /** Relays a message at once, with so much gas. Undefined where nothing was sent. */
  execute(hash: Hex, gas: bigint | undefined): Promise<TransactionReceipt | undefined> {
    return this.#work.atOnce(async () => {
      await this.#learnTimes();
      const message = this.book.message(hash);
      const worked = message && this.#work.member(message.destination);
      if (message === undefined || worked === undefined) return undefined;
      if (!this.isProven(message) || this.book.relayed(message) !== undefined) return undefined;
      return this.#relay(message, gas ?? gasOf(message), { worked, id: hash, round: beginLook(worked) });
    });
  }

  /** A log does not say the time of its block. */
  async #learnTimes(): Promise<void> {
    const told = [...this.book.messages()].flatMap((message) => message.tellings.map((telling) => ({ message, telling })));
    const unknown = told.filter(({ message, telling }) => !this.#places.has(placeName(message, telling)));
    const blocks = Map.groupBy(unknown, ({ message, telling }) => `${message.source} ${telling.blockNumber}`);
    await Promise.all([...blocks.values()].map((inBlock) => this.#learnTime(inBlock)));
  }

  /** Reads the timestamp of these logs' block. */
  async #learnTime(messages: readonly ToldMessage[]): Promise<void> {
    const [first] = messages;
    if (first === undefined) return;
    const [source, number] = [first.message.source, first.telling.blockNumber];
    const member = this.#members.find(({ chainId }) => chainId === source);
    if (member === undefined) return;
    // A member that does not answer now is asked at the next look.
    const block = await answerWithin(member.provider.getBlock(number), member.name, this.#answerMs).catch(() => null);
    if (block === null) return;
    const at = { blockNumber: BigInt(number), timestamp: BigInt(block.timestamp), chainId: source };
    for (const { message, telling } of messages) {
      const identifier = { origin: SUPERCHAIN.L2ToL2CrossDomainMessenger, ...at, logIndex: BigInt(telling.logIndex) };
      this.#places.set(placeName(message, telling), { identifier, record: recordOf(identifier, message.payloadHash) });
    }
  }

  /** Possible actions on a member. */
  #due(worked: WorkedMember): readonly DueWork[] {
    return [...this.book.messages()].flatMap((message) => {
      const { hash: id, destination, sender, target } = message;
      if (destination !== worked.member.id || this.book.relayed(message) !== undefined || !this.isProven(message)) return [];
      const advance = async (round: SendingRound): Promise<boolean> =>
        (await this.#relay(message, gasOf(message), { worked, id, round })) !== undefined;
      return [{ name: id, id, path: `${sender} ${target}`, advance }];
    });
  }

  /**
   * A refused message does not change, since the messenger reverts everything: it is only simulated until it
   * would be accepted.
   */
  async #relay(message: SuperchainMessage, gas: bigint, sending: BridgeSending): Promise<TransactionReceipt | undefined> {
    const { hash } = message;
    const transaction = this.#transaction(message, gas);
    if (transaction === undefined) return undefined;
    const refusal = await revertFrom(sending.worked.member, transaction);
    if (refusal !== undefined) {
      this.#refusals.set(hash, refusal);
      return undefined;
    }
    this.#refusals.delete(hash);
    const paid = this.#failures.of(hash);
    if (paid >= MAX_PAID_FAILURES) {
      const why = `its target failed in ${paid} transactions that were paid for, and is not retried automatically`;
      this.#work.wait(hash, `${why}; have it relayed by another account`);
      return undefined;
    }
    return this.#failures.counted(hash, await this.#work.send(transaction, sending));
  }

  #transaction(message: SuperchainMessage, gas: bigint): WorkerTransaction | undefined {
    const { payload, payloadHash } = message;
    const identifier = this.#provenPlace(message)?.identifier;
    if (identifier === undefined) return undefined;
    const data = superchainContracts.encodeFunctionData("relayMessage", [identifier, payload]) as Hex;
    const accessList = relayAccessList(identifier, payloadHash);
    return { to: SUPERCHAIN.L2ToL2CrossDomainMessenger, data, value: 0n, gas, accessList };
  }
}

function gasOf({ payload }: SuperchainMessage): bigint {
  const all = RELAY_GAS + BYTE_GAS * BigInt(payload.length / 2 - 1);
  return all < MAX_TRANSACTION_GAS ? all : MAX_TRANSACTION_GAS;
}

function placeName({ hash }: SuperchainMessage, { blockNumber }: SuperchainTelling): string {
  return `${hash} ${blockNumber}`;
}
