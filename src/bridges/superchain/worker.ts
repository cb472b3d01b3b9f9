import { keccak256 } from "ethers";
import type { TransactionReceipt } from "ethers";
import { refusalOf } from "../../client/submit.ts";
import type { Hex } from "../../protocol/hex.ts";
import { SUPERCHAIN } from "../../protocol/superchain.ts";
import type { SendingRound } from "../../relayer/own-account.ts";
import { BridgeWork } from "../bridge-work.ts";
import type { BridgeSending, BridgeWorkDependencies, DueWork } from "../bridge-work.ts";
import { beginLook, callFrom } from "../worked-member.ts";
import type { WorkedMember, WorkerTransaction } from "../worked-member.ts";
import { SuperchainBook } from "./book.ts";
import type { SuperchainMessage } from "./book.ts";
import { recordOf, relayAccessList } from "./identifier.ts";
import type { LogIdentifier } from "./identifier.ts";
import { superchainContracts } from "./interfaces.ts";

/** Nobody pays for a relay, so it is for each the same. */
const RELAY_GAS = 5_000_000n;
/** A target that would take it when it is asked, and fails in the transaction, could be paid for at each look. */
const MOST_PAID_FAILURES = 2;

/** Relays the Superchain's messages that inboxes know, on all members; knows nothing but what their chains say. */
export class SuperchainWorker {
  readonly book = new SuperchainBook();
  readonly #work: BridgeWork;
  readonly #members: BridgeWorkDependencies["members"];
  /** Where messages are, once their blocks' times are known. */
  readonly #identifiers = new Map<Hex, LogIdentifier>();
  /** What their targets reverted with when they were asked last. */
  readonly #refusals = new Map<Hex, Hex>();
  readonly #reverted = new Map<Hex, number>();

  constructor(dependencies: BridgeWorkDependencies) {
    this.#members = dependencies.members;
    this.#work = new BridgeWork(
      {
        reads: this.book.reads,
        take: ({ chainId }, logs) => this.book.take(chainId, logs),
        forget: () => {
          this.book.forget();
          for (const known of [this.#identifiers, this.#refusals, this.#reverted]) known.clear();
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

  /** Why a message does not go on; undefined where nothing is known. */
  waitsFor(hash: Hex): string | undefined {
    return this.#work.waitsFor(hash);
  }

  /** What its target reverts with; undefined where it does not, or was not asked. */
  refusal(hash: Hex): Hex | undefined {
    return this.#refusals.get(hash);
  }

  /** Whether its destination's inbox has it. */
  isProven(message: SuperchainMessage): boolean {
    const identifier = this.#identifiers.get(message.hash);
    return identifier !== undefined && this.book.isProven(message, recordOf(identifier, keccak256(message.payload)));
  }

  /**
   * Reads what is new, and does what can be done. With `all` it asks also those again that were refused. Resolves with whether
   * anything moved. Rejects with a provider's error, or MemberSilentError: then all others were read and served.
   */
  look(options?: { readonly all?: boolean }): Promise<boolean> {
    return this.#work.look(options);
  }

  /** Reads what is new and does nothing. Resolves with whether there was anything. Rejects as `look` does. */
  async read(): Promise<boolean> {
    const hasNews = await this.#work.read();
    await this.#learnTimes();
    return hasNews;
  }

  /** Relays a message at once, with so much gas. Undefined where nothing was sent. */
  execute(hash: Hex, gas: bigint = RELAY_GAS): Promise<TransactionReceipt | undefined> {
    return this.#work.atOnce(async () => {
      await this.#learnTimes();
      const message = this.book.message(hash);
      const worked = message && this.#work.member(message.destination);
      if (message === undefined || worked === undefined) return undefined;
      if (!this.isProven(message) || this.book.relayed(message) !== undefined) return undefined;
      return this.#relay(message, gas, { worked, id: hash, round: beginLook(worked) });
    });
  }

  /** A log does not say the time of its block. */
  async #learnTimes(): Promise<void> {
    const unknown = [...this.book.messages()].filter(({ hash }) => !this.#identifiers.has(hash));
    await Promise.all(
      unknown.map(async ({ hash, source, blockNumber, logIndex }) => {
        const provider = this.#members.find(({ chainId }) => chainId === source)?.provider;
        // A member that does not answer now is asked at the next look.
        const block = await provider?.getBlock(blockNumber).catch(() => null);
        if (block === null || block === undefined) return;
        const [timestamp, origin] = [BigInt(block.timestamp), SUPERCHAIN.L2ToL2CrossDomainMessenger];
        const place = { blockNumber: BigInt(blockNumber), logIndex: BigInt(logIndex), timestamp };
        this.#identifiers.set(hash, { origin, ...place, chainId: source });
      }),
    );
  }

  /** What could be done on a member. */
  #due(worked: WorkedMember): readonly DueWork[] {
    return [...this.book.messages()].flatMap((message) => {
      const { hash: id, destination } = message;
      if (destination !== worked.member.id || this.book.relayed(message) !== undefined || !this.isProven(message)) return [];
      const advance = async (round: SendingRound): Promise<boolean> =>
        (await this.#relay(message, RELAY_GAS, { worked, id, round })) !== undefined;
      return [{ name: id, id, advance }];
    });
  }

  /** One that is refused stays as it is, since the messenger undoes all: it is only asked until it would be taken. */
  async #relay(message: SuperchainMessage, gas: bigint, sending: BridgeSending): Promise<TransactionReceipt | undefined> {
    const { hash } = message;
    const transaction = this.#transaction(message, gas);
    const refusal = transaction && (await revertOf(transaction, sending.worked));
    if (transaction === undefined) return undefined;
    if (refusal !== undefined) {
      this.#refusals.set(hash, refusal);
      return undefined;
    }
    this.#refusals.delete(hash);
    const paid = this.#reverted.get(hash) ?? 0;
    if (paid >= MOST_PAID_FAILURES) {
      const why = `its target failed in ${paid} transactions that were paid for, and is not run again by itself`;
      this.#work.wait(hash, `${why}; have it relayed by another account`);
      return undefined;
    }
    const receipt = await this.#work.send(transaction, sending);
    if (receipt === undefined || receipt.status === 1) return receipt;
    this.#reverted.set(hash, paid + 1);
    return undefined;
  }

  #transaction({ hash, payload }: SuperchainMessage, gas: bigint): WorkerTransaction | undefined {
    const id = this.#identifiers.get(hash);
    if (id === undefined) return undefined;
    const { origin, blockNumber, logIndex, timestamp, chainId } = id;
    const identifier = [origin, blockNumber, logIndex, timestamp, chainId];
    const data = superchainContracts.encodeFunctionData("relayMessage", [identifier, payload]) as Hex;
    const accessList = relayAccessList(id, keccak256(payload));
    return { to: SUPERCHAIN.L2ToL2CrossDomainMessenger, data, value: 0n, gas, accessList };
  }
}

/** What a transaction would revert with, empty where its gas is not enough; undefined where it would succeed. */
async function revertOf(transaction: WorkerTransaction, { member }: WorkedMember): Promise<Hex | undefined> {
  try {
    await callFrom(member, transaction);
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return refusal.data;
    if (/out of gas/i.test(String(error))) return "0x";
    throw error;
  }
}
