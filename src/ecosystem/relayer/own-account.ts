import { JsonRpcApiProvider, type AccessList, type Provider, type Signer, type TransactionReceipt } from "ethers";
import { NamedError } from "../../ground/errors/named-error.ts";
import { fromHex, keccak, type Hex } from "../../ground/protocol/hex.ts";
import { objectionTo, type DeliveryPolicy } from "./delivery-policy.ts";
import type { OwnCall } from "./own-call.ts";

/** EIP-7825. */
export const MAX_TRANSACTION_GAS = 16_777_216n;
/**
 * A node that has not answered so long has the transaction or refuses it later: the next one follows. A chain that makes a
 * block at once answers when it has made it, and puts those that come meanwhile into the next one.
 */
const ACCEPTANCE_MS = 20;
/** Looks for a transaction's block between two for the transaction itself. */
const LOOKS_PER_SEARCH = 10;
/** Searches in a row that find nothing until it is believed: one of several nodes may not know it yet. */
const MAX_MISSES = 3;

/** A transaction of ours was included and failed: its gas is spent. */
export class PaidFailure extends NamedError<"DeliveryFailed"> {
  override readonly name = "PaidFailure";
}

/** Nothing more is sent now: the account's transactions are looked at again first. */
export class RoundOver extends NamedError<"RoundOver"> {
  override readonly name = "RoundOver";
}

/** The transaction was sent in a state that its member has left, so its outcome is unknown. */
export class StateGone extends NamedError<"StateGone"> {
  override readonly name = "StateGone";
}

/** Outcome of a transaction. */
type Outcome =
  | { readonly state: "included"; readonly receipt: TransactionReceipt }
  /** The node has refused the transaction, or no longer has it, or has rewound to an earlier state. */
  | { readonly state: "lost"; readonly error: unknown };

/** A transaction of ours on its way into a block. */
export interface SentTransaction {
  readonly hash: Hex;
  readonly nonce: number;
  /** Undefined while it waits for its block. */
  readonly outcome: Outcome | undefined;
}

interface Waiting extends SentTransaction {
  outcome: Outcome | undefined;
  /** True if another transaction had used its nonce at the last check. */
  isPast: boolean;
  looks: number;
  misses: number;
}

/** Does something while the member returns to no earlier state. Rejects with RoundOver once it has. */
export type Undisturbed = <Result>(send: () => Promise<Result>) => Promise<Result>;

export interface OwnAccountDependencies {
  /** Connected to the chain; no other code may send from it. */
  readonly signer: Signer;
  readonly provider: Provider;
  /** Called at the beginning of a round, for its decisions. Default: the member never rewinds. */
  readonly undisturbed?: (() => Undisturbed) | undefined;
}

/** Transactions of one look. If the member has rewound, the rest of them is not sent. */
export interface SendingRound {
  /**
   * Sends a call that brings `rewardWei`, and does not wait for its block. Throws an Error where the policy does not pay for it,
   * RoundOver where nothing more can be sent in this round, and the client's error where the chain refuses it or does not answer.
   */
  send(call: OwnCall, rewardWei: bigint, policy: DeliveryPolicy): Promise<SentTransaction>;
  /** Balance after one transaction of this gas limit, and after those that this round has sent. */
  leftAfter(gas: bigint): Promise<bigint>;
}

/** Data that all transactions of a round share. */
interface Terms {
  readonly from: string;
  readonly chainId: bigint;
  readonly gasPrice: bigint;
  readonly fees: { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint } | { readonly gasPrice: bigint };
  nonce: number;
  balance: bigint;
}

/**
 * An account from which one process sends on one chain, in rounds: what all transactions need is asked for once a round, and
 * none waits for another's block.
 */
export class OwnAccount {
  readonly #dependencies: OwnAccountDependencies;
  #waiting: readonly Waiting[] = [];
  /** Pending answers of the node. */
  readonly #answers = new Set<Promise<void>>();
  #terms: Promise<Terms> | undefined;
  /** Up to this nonce what became of the account's transactions is known, or they are among those that wait. */
  #accounted: number | undefined;
  /** Calls of `send` that have not ended: they count nonces by the same terms. */
  #sending = 0;

  constructor(dependencies: OwnAccountDependencies) {
    this.#dependencies = dependencies;
  }

  /** Resolves when the node has answered all that was sent: a chain that makes blocks at once has made theirs by then. */
  async answered(): Promise<void> {
    await Promise.all(this.#answers);
  }

  /** Transactions that wait for their blocks. */
  get waiting(): number {
    return this.#waiting.filter(({ outcome }) => outcome === undefined).length;
  }

  /** To be called before what is known is looked at. Fees, balance and nonce are asked for again, when something is sent. */
  beginRound(): SendingRound {
    const { undisturbed = () => (send) => send() } = this.#dependencies;
    const guard = undisturbed();
    if (this.#sending === 0) this.#terms = undefined;
    return {
      send: async (call, rewardWei, policy) => {
        this.#sending++;
        try {
          return await this.#send(call, { rewardWei, policy, guard });
        } finally {
          this.#sending--;
        }
      },
      leftAfter: async (gas) => {
        const { balance, gasPrice } = await this.#ask();
        return balance - gas * gasPrice;
      },
    };
  }

  /** Marks the transactions of an outdated state as lost. Those that still wait there delay the next ones. */
  forget(): void {
    for (const sent of this.#waiting) {
      const error = new StateGone("StateGone", `transaction ${sent.hash} was sent in a state that the chain has left`);
      sent.outcome ??= { state: "lost", error };
    }
    this.#waiting = [];
    this.#terms = undefined;
    this.#accounted = undefined;
  }

  /** Other code of this process has sent something, which delivers nothing. */
  acceptOthers(): void {
    this.#accounted = Infinity;
    if (this.#sending === 0) this.#terms = undefined;
  }

  async #send(
    { maxGas = MAX_TRANSACTION_GAS, gas, to, data, value = 0n, accessList }: OwnCall,
    { rewardWei, policy, guard }: { readonly rewardWei: bigint; readonly policy: DeliveryPolicy; readonly guard: Undisturbed },
  ): Promise<SentTransaction> {
    const { signer } = this.#dependencies;
    const { gasPrice, balance } = await this.#ask();
    const estimate = gas ?? (await signer.estimateGas({ to, data, value, accessList: accessList ?? null, gasLimit: maxGas }));
    if (estimate > maxGas) throw new Error(`it would take ${estimate} gas, more than the ${maxGas} that are paid for`);
    const costWei = estimate * gasPrice;
    const objection = objectionTo({ costWei, rewardWei }, policy, balance - value);
    if (objection !== undefined) throw new Error(objection);
    // Bundles get no less gas than they ask for: with a margin, since the estimate is the least that suffices.
    const withMargin = gas ?? (estimate * 5n) / 4n;
    const gasLimit = withMargin < MAX_TRANSACTION_GAS ? withMargin : MAX_TRANSACTION_GAS;
    return guard(async () =>
      this.#broadcast(await this.#ask(), { to, data, value, accessList: accessList ?? null, gasLimit }, costWei),
    );
  }

  /**
   * Looks for what became of the transactions that wait. `isKnown`: its block is known without a question, perhaps by the look
   * after it has one; absent where receipts tell all.
   */
  async look(isKnown?: (sent: SentTransaction) => boolean): Promise<void> {
    this.#waiting = this.#waiting.filter((sent) => sent.outcome === undefined && isKnown?.(sent) !== true);
    if (this.#waiting.length === 0) return;
    const { signer, provider } = this.#dependencies;
    const count = await provider.getTransactionCount(await signer.getAddress(), "latest");
    await Promise.all(this.#waiting.map((sent) => this.#lookAt(sent, count, isKnown !== undefined)));
    this.#waiting = this.#waiting.filter(({ outcome }) => outcome === undefined);
  }

  async #lookAt(sent: Waiting, count: number, hasEvents: boolean): Promise<void> {
    const { provider } = this.#dependencies;
    if (sent.nonce < count && !sent.isPast && hasEvents) {
      // By the next look its events may be known, and then nothing has to be asked.
      sent.isPast = true;
    } else if (sent.nonce < count) {
      const receipt = await provider.getTransactionReceipt(sent.hash);
      if (receipt !== null) sent.outcome = { state: "included", receipt };
      else if (++sent.misses === MAX_MISSES) sent.outcome = lost(sent.hash);
    } else if (++sent.looks % LOOKS_PER_SEARCH === 0) {
      sent.misses = (await provider.getTransaction(sent.hash)) === null ? sent.misses + 1 : 0;
      if (sent.misses === MAX_MISSES) sent.outcome = lost(sent.hash);
    }
  }

  #ask(): Promise<Terms> {
    this.#terms ??= this.#askAll().catch((error: unknown) => {
      this.#terms = undefined;
      throw error;
    });
    return this.#terms;
  }

  async #askAll(): Promise<Terms> {
    const { signer, provider } = this.#dependencies;
    const from = await signer.getAddress();
    const [{ chainId }, feeData, latest, pending, balance] = await Promise.all([
      provider.getNetwork(),
      provider.getFeeData(),
      provider.getTransactionCount(from, "latest"),
      provider.getTransactionCount(from, "pending"),
      provider.getBalance(from),
    ]);
    const own = this.#waiting.filter(({ nonce, outcome }) => outcome === undefined && nonce >= latest);
    // What an earlier process sent, or what came back with an earlier state, may deliver the same.
    if (pending - latest > own.length) throw othersWait(from, pending - latest, own.length);
    const nonce = this.#nextFree(pending);
    const accounted = this.#accounted;
    this.#accounted = nonce;
    // What came into blocks since these were read may have delivered the same: they are read again first.
    if (accounted === undefined || nonce > accounted) throw othersCame(from, nonce);
    const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = feeData;
    const fees =
      maxFeePerGas === null || maxPriorityFeePerGas === null
        ? { gasPrice: gasPrice ?? 0n }
        : { maxFeePerGas, maxPriorityFeePerGas };
    return { from, chainId, gasPrice: gasPrice ?? 0n, fees, nonce, balance };
  }

  /**
   * The first nonce from this one on that nothing of ours has which waits: behind one that the node refused later ones wait for
   * another of its nonce.
   */
  #nextFree(nonce: number): number {
    const taken = new Set(this.#waiting.filter(({ outcome }) => outcome === undefined).map((sent) => sent.nonce));
    let free = nonce;
    while (taken.has(free)) free++;
    return free;
  }

  async #broadcast(
    terms: Terms,
    call: {
      readonly to: Hex;
      readonly data: Hex;
      readonly value: bigint;
      readonly accessList: AccessList | null;
      readonly gasLimit: bigint;
    },
    costWei: bigint,
  ): Promise<SentTransaction> {
    const { signer, provider } = this.#dependencies;
    const { chainId, fees } = terms;
    const { nonce } = terms;
    terms.nonce = this.#nextFree(nonce + 1);
    this.#accounted = terms.nonce;
    const type = "gasPrice" in fees ? (call.accessList === null ? 0 : 1) : 2;
    const raw = await signer.signTransaction({ ...call, ...fees, type, chainId, nonce });
    const sent: Waiting = {
      // Of the bytes: ethers would take them apart and put them together again, milliseconds for a message with its proof.
      hash: keccak(fromHex(raw)),
      nonce,
      outcome: undefined,
      isPast: false,
      looks: 0,
      misses: 0,
    };
    terms.balance -= costWei + call.value;
    this.#waiting = [...this.#waiting, sent];
    const answer = broadcast(raw, provider).catch((error: unknown) => {
      // A transaction of an outdated state has a free or an unknown nonce. The next one starts from the
      // node's answer.
      if (sent.outcome === undefined) this.#terms = undefined;
      sent.outcome ??= { state: "lost", error };
      throw error;
    });
    // That of one that is too slow is in its outcome.
    const answered = answer.then(
      () => undefined,
      () => undefined,
    );
    this.#answers.add(answered);
    void answered.then(() => this.#answers.delete(answered));
    await Promise.race([answer, pause(ACCEPTANCE_MS)]);
    return sent;
  }
}

/** Sends a transaction without ethers' additional request for the block number, if possible. */
function broadcast(raw: string, provider: Provider): Promise<unknown> {
  if (provider instanceof JsonRpcApiProvider) return provider.send("eth_sendRawTransaction", [raw]);
  return provider.broadcastTransaction(raw);
}

function othersWait(from: string, waiting: number, nonce: number): RoundOver {
  return new RoundOver("RoundOver", `${waiting} transactions of ${from} wait for their blocks, of which ${nonce} are known here`);
}

function othersCame(from: string, nonce: number): RoundOver {
  return new RoundOver("RoundOver", `transactions of ${from} up to nonce ${nonce} are in blocks that may not have been read`);
}

function lost(hash: string): Outcome {
  return { state: "lost", error: new Error(`transaction ${hash} is lost: another one took its nonce, or it was dropped`) };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
