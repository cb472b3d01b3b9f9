import { keccak256, type Provider, type Signer, type TransactionReceipt, type TransactionRequest } from "ethers";
import { contractErrorOf, describeContractError } from "../errors/contract-error.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PROVING_EXCEEDS_GAS, refusalCodeOf } from "../../settlement-layer/errors/refusal-code.ts";
import { MAX_TRANSACTION_GAS } from "../../../ground/protocol/way-to-l1.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { L1Retry } from "./l1-retry.ts";
import { broadcastSigned, signedTransaction } from "./signed-transaction.ts";
import { estimateCall, tryCall } from "./tried-call.ts";
import { parseTimeLock } from "./too-early.ts";

/**
 * Nodes have no common codes for these, only words (geth's, Hardhat's): no money; the transaction, or one with its nonce,
 * already exists.
 */
const OUT_OF_FUNDS = /insufficient funds|have enough funds/i;
const HELD =
  /already known|known transaction|alreadyknown|replacement[^"]{0,60}underpriced|underpriced[^"]{0,60}replace|replacement fee too low/i;
const NONCE_USED = /nonce[^"]{0,40}(too low|already been used|already used)|NONCE_EXPIRED/i;
/** Refusal by nodes that queue no transaction whose predecessors are missing, such as Hardhat's. */
const NONCE_AHEAD = /nonce[^"]{0,40}too high/i;

/** Sending of transactions, and their finality. */
export interface TransactorOptions {
  /** Blocks on top of a transaction before it counts, including its block. Default 1: mined is final. */
  readonly confirmations?: number;
  /** Gas in addition to the estimate, percent. Default 20. */
  readonly gasMarginPercent?: number;
  /** Between two looks for a receipt. Default 250. */
  readonly pollIntervalMs?: number;
  /** Looks without a receipt until a transaction is sent again at a higher fee. Default 120. */
  readonly pollsUntilResend?: number;
  /**
   * Tries of a call in a row that are refused until that is believed. One of several nodes behind a URL may not know yet what
   * another one has told: it refuses a batch whose predecessor it lacks. Default 1.
   */
  readonly refusalsUntilBelieved?: number;
  /** Between two of these tries. Default 3,000. */
  readonly refusalDelayMs?: number;
}

interface TransactorDependencies {
  /**
   * Signer of the paying account; connected to a provider. It signs locally, like wallets: a lost answer is harmless only
   * if the transaction was signed before it was sent. No other program may send from this account.
   */
  readonly signer: Signer;
  /** Outlasts an L1 that is away. */
  readonly patience: L1Retry;
}

/** A call to be sent. */
interface TransactionCall {
  /** For messages: `commit of batch 3`. */
  readonly label: string;
  readonly to: Hex;
  readonly data: Hex;
  /**
   * An upper bound of its gas, where one is known: then the call is tried once instead of being estimated. Nodes estimate by
   * trying many times, which takes a second for a proof.
   */
  readonly gasLimit?: bigint;
  /** Transactions that carried the same call before this process: one that L1 has not mined yet is waited for. */
  readonly earlier?: readonly Hex[];
  /** Whether an earlier transaction's data is the same call as this one's. Default: to the byte. */
  readonly isSame?: (one: Hex, other: Hex) => boolean;
  /** Told about each transaction that carries the call, just before it leaves: it may arrive though this process ends. */
  readonly onBroadcast?: (transaction: { readonly hash: Hex; readonly nonce: number }) => Promise<void>;
}

/** Sends calls from one account: nonces in order, gas limited, lost answers and dropped transactions repeated. */
export interface Transactor {
  /**
   * Resolves when the call is final. Calls are broadcast in the order in which they were given. While L1 is away, or the
   * account has no money, it waits: no call is carried by two transactions with different nonces.
   * Rejects with SettlementError: Reverted, GasLimitExceeded, TransactionLost, SettlementStopped; or with what the client
   * cannot do.
   */
  send(call: TransactionCall): Promise<TransactionReceipt>;
}

interface Broadcast {
  readonly nonce: number;
  readonly gasLimit: bigint;
  /** Hashes of all transactions with this nonce; L1 accepts one of them at most. */
  readonly hashes: Hex[];
}

const DEFAULTS: Required<TransactorOptions> = {
  confirmations: 1,
  gasMarginPercent: 20,
  pollIntervalMs: 250,
  pollsUntilResend: 120,
  refusalsUntilBelieved: 1,
  refusalDelayMs: 3_000,
};

/** Throws TypeError for a signer without a provider. */
export function createTransactor(options: TransactorOptions, dependencies: TransactorDependencies): Transactor {
  return new AccountTransactor({ ...DEFAULTS, ...options }, dependencies);
}

/** Transactor of one account, which sends one call after the other. */
class AccountTransactor implements Transactor {
  readonly #options: Required<TransactorOptions>;
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #patience: L1Retry;
  #tail: Promise<unknown> = Promise.resolve();
  #nextNonce: number | undefined;
  /** Nonces of what was broadcast and is not final. */
  readonly #open = new Set<number>();

  constructor(options: Required<TransactorOptions>, { signer, patience }: TransactorDependencies) {
    this.#options = options;
    this.#signer = signer;
    this.#provider = connectedProvider(signer);
    this.#patience = patience;
  }

  async send(call: TransactionCall): Promise<TransactionReceipt> {
    const turn = this.#tail.then(async () => {
      const sent = await this.#broadcast(call);
      this.#open.add(sent.nonce);
      return sent;
    });
    this.#tail = turn.catch(() => undefined);
    const sent = await turn;
    try {
      return await this.#confirmed(call, sent);
    } finally {
      this.#open.delete(sent.nonce);
    }
  }

  /** Retries a request like `answered`, and names the account if it has no money. */
  #paid<T>(label: string, request: () => Promise<T>): Promise<T> {
    return this.#patience.answered(label, async () => {
      try {
        return await request();
      } catch (error) {
        if (contractErrorOf(error) !== undefined || !OUT_OF_FUNDS.test(String(error))) throw error;
        throw new SettlementError(
          "InsufficientFunds",
          `${label}: ${await this.#signer.getAddress()} cannot pay for it; fund it (${reasonOf(error)})`,
          { cause: error },
        );
      }
    });
  }

  /** Rejects with the node's error where the contract refuses the call. */
  async #gasLimitOf({ to, data, gasLimit }: TransactionCall): Promise<bigint> {
    if (gasLimit !== undefined) {
      await tryCall(this.#signer, { to, data, gasLimit });
      return gasLimit;
    }
    const estimate = await estimateCall(this.#signer, { to, data });
    const withMargin = (estimate * BigInt(100 + this.#options.gasMarginPercent)) / 100n;
    const most = BigInt(MAX_TRANSACTION_GAS);
    return estimate <= most && withMargin > most ? most : withMargin;
  }

  /** Gas limit by `gasLimitOf`, for nodes that may be late. */
  async #triedGasLimitOf(call: TransactionCall): Promise<bigint> {
    for (let refusals = 1; ; refusals++) {
      try {
        return await this.#paid(call.label, () => this.#gasLimitOf(call));
      } catch (error) {
        const isRefusal = error instanceof SettlementError && error.code === "Reverted" && parseTimeLock(error) === undefined;
        if (!isRefusal || refusals >= this.#options.refusalsUntilBelieved) throw error;
      }
      await this.#patience.pause(call.label, this.#options.refusalDelayMs);
    }
  }

  /**
   * A transaction that carried the call before and still waits to be mined: one that was mined has not done what is asked
   * for.
   */
  async #adopted({
    label,
    to,
    data,
    earlier = [],
    isSame = (one, other) => one === other,
  }: TransactionCall): Promise<Broadcast | undefined> {
    const unmined: Hex[] = [];
    for (const hash of earlier) {
      if ((await this.#patience.answered(label, () => this.#provider.getTransactionReceipt(hash))) === null) unmined.push(hash);
    }
    for (const hash of unmined.toReversed()) {
      const found = await this.#patience.answered(label, () => this.#provider.getTransaction(hash));
      if (found?.to?.toLowerCase() === to && isSame(found.data as Hex, data))
        return { nonce: found.nonce, gasLimit: found.gasLimit, hashes: unmined };
    }
    return undefined;
  }

  async #broadcast(call: TransactionCall): Promise<Broadcast> {
    const known = await this.#adopted(call);
    if (known !== undefined) return known;
    try {
      return await this.#broadcastNew(call);
    } catch (error) {
      if (refusalCodeOf(error) !== PROVING_EXCEEDS_GAS) throw error;
      // The state has changed since the estimate, or the bound is low: a proven base charges gas for units of the proof.
      const { gasLimit: _, ...estimated } = call;
      return this.#broadcastNew(estimated);
    }
  }

  async #broadcastNew(call: TransactionCall): Promise<Broadcast> {
    const { label } = call;
    const gasLimit = await this.#triedGasLimitOf(call);
    if (gasLimit > MAX_TRANSACTION_GAS) {
      throw new SettlementError(
        "GasLimitExceeded",
        `${label} needs ${gasLimit} gas, a transaction has at most ${MAX_TRANSACTION_GAS}`,
      );
    }
    for (;;) {
      const nonce = this.#nextNonce ?? (await this.#patience.answered(label, () => this.#signer.getNonce("pending")));
      this.#nextNonce = undefined;
      const sent: Broadcast = { nonce, gasLimit, hashes: [] };
      if (await this.#transmit(call, sent)) {
        this.#nextNonce = nonce + 1;
        return sent;
      }
      await this.#patience.pause(label, this.#options.pollIntervalMs);
    }
  }

  /**
   * Sends a transaction with this nonce to the node. False if L1 has accepted a foreign one with it, or has reverted the one
   * before and takes none until that comes again.
   */
  #transmit(call: TransactionCall, sent: Broadcast, fees?: () => Promise<TransactionRequest>): Promise<boolean> {
    const { label, to, data } = call;
    const { nonce, gasLimit, hashes } = sent;
    // Each try is signed again: fees may have changed in the meantime. The nonce makes all of them one.
    return this.#paid(label, async () => {
      const raw = await signedTransaction(this.#signer, { to, data, gasLimit, nonce, ...(await fees?.()) });
      const hash = keccak256(raw) as Hex;
      if (!hashes.includes(hash)) {
        hashes.push(hash);
        await call.onBroadcast?.({ hash, nonce });
      }
      try {
        await broadcastSigned(this.#provider, raw);
        return true;
      } catch (error) {
        const text = String(error);
        if (HELD.test(text)) return true;
        // Not all nodes have these words. Asked first: what is mined meanwhile is then found below.
        const next = await this.#signer.getNonce("latest");
        const isUsed = NONCE_USED.test(text) || next > nonce;
        // Accepted: one of ours, whose answer was lost, or another account's.
        for (const own of hashes) if ((await this.#provider.getTransaction(own)) !== null) return true;
        if (isUsed || (next < nonce && NONCE_AHEAD.test(text) && (await this.#isMissing(label, next)))) return false;
        throw error;
      }
    });
  }

  async #resend(call: TransactionCall, sent: Broadcast): Promise<void> {
    // Nodes want at least 10 % more for a replacement.
    const raise = (fee: bigint | null) => (fee === null ? null : (fee * 5n) / 4n + 1n);
    await this.#transmit(call, sent, async () => {
      const { maxFeePerGas, maxPriorityFeePerGas } = await this.#provider.getFeeData();
      return { maxFeePerGas: raise(maxFeePerGas), maxPriorityFeePerGas: raise(maxPriorityFeePerGas) };
    });
  }

  async #findReceipt(label: string, sent: Broadcast): Promise<TransactionReceipt | undefined> {
    for (const hash of sent.hashes) {
      const receipt = await this.#patience.answered(label, () => this.#provider.getTransactionReceipt(hash));
      if (receipt !== null) return receipt;
    }
    return undefined;
  }

  async #confirmed(call: TransactionCall, sent: Broadcast): Promise<TransactionReceipt> {
    const { label } = call;
    let looksWithoutReceipt = 0;
    for (;;) {
      const before = await this.#height(label);
      // Requested each time: a reorg may have moved the transaction to another block, or dropped it.
      const receipt = await this.#findReceipt(label, sent);
      if (receipt !== undefined) {
        looksWithoutReceipt = 0;
        if (receipt.status === 0) throw await this.#refusal(call, sent, receipt);
        // Between two answers L1 may reorganize: a receipt of the chain before is as deep as that chain was.
        if (this.#isFinal(receipt, before) && this.#isFinal(receipt, await this.#height(label))) return receipt;
      } else if (++looksWithoutReceipt >= this.#options.pollsUntilResend) {
        looksWithoutReceipt = 0;
        await this.#renew(call, sent);
      }
      await this.#patience.pause(label, this.#options.pollIntervalMs);
    }
  }

  #isFinal({ blockNumber }: TransactionReceipt, height: number): boolean {
    return height - blockNumber + 1 >= this.#options.confirmations;
  }

  /** Number of L1's newest block; not requested if each receipt is final. */
  async #height(label: string): Promise<number> {
    if (this.#options.confirmations <= 1) return Number.POSITIVE_INFINITY;
    return this.#patience.answered(label, () => this.#provider.getBlockNumber());
  }

  /** Sends a transaction again that L1 does not mine. Rejects with TransactionLost if L1 never will. */
  async #renew(call: TransactionCall, sent: Broadcast): Promise<void> {
    const { label } = call;
    const used = await this.#patience.answered(label, () => this.#signer.getNonce("latest"));
    if (used > sent.nonce && (await this.#findReceipt(label, sent)) === undefined) {
      this.#nextNonce = undefined;
      throw new SettlementError("TransactionLost", `${label}: another transaction took nonce ${sent.nonce}`);
    }
    if (used < sent.nonce && (await this.#isMissing(label, used))) {
      this.#nextNonce = undefined;
      throw new SettlementError(
        "TransactionLost",
        `${label}: it waits for a transaction with nonce ${used}, which L1 had and has reverted`,
      );
    }
    if (used <= sent.nonce) await this.#resend(call, sent);
  }

  /** Whether no transaction with the nonce is to come: then nothing that follows it is ever mined. */
  async #isMissing(label: string, nonce: number): Promise<boolean> {
    return !this.#open.has(nonce) && (await this.#patience.answered(label, () => this.#signer.getNonce("pending"))) === nonce;
  }

  /** Why a mined transaction failed: the same call once more, at that block. */
  async #refusal({ label, to, data }: TransactionCall, sent: Broadcast, receipt: TransactionReceipt): Promise<SettlementError> {
    const from = await this.#signer.getAddress();
    try {
      await this.#patience.answered(label, () =>
        this.#provider.call({ to, data, from, gasLimit: sent.gasLimit, blockTag: receipt.blockNumber }),
      );
    } catch (error) {
      const contractError = error instanceof SettlementError ? error.contractError : undefined;
      if (contractError === undefined) throw error;
      const message = `${label}: transaction ${receipt.hash} failed with ${describeContractError(contractError)}`;
      return new SettlementError("Reverted", message, { cause: error, contractError });
    }
    return new SettlementError("Reverted", `${label}: transaction ${receipt.hash} failed; the call no longer fails`);
  }
}

function connectedProvider(signer: Signer): Provider {
  if (signer.provider === null) throw new TypeError("the signer has no provider; connect it to the settlement layer");
  return signer.provider;
}
