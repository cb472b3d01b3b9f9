import { keccak256, type Provider, type Signer, type TransactionReceipt, type TransactionRequest } from "ethers";
import { contractErrorOf, describeContractError } from "../errors/contract-error.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { MAX_TRANSACTION_GAS } from "../../../ground/protocol/way-to-l1.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { L1Retry } from "./l1-retry.ts";
import { broadcastSigned, signedTransaction } from "./signed-transaction.ts";
import { estimateCall, tryCall } from "./tried-call.ts";
import { whyTooEarly } from "./too-early.ts";

/**
 * Nodes have no common codes for these, only words (geth's, Hardhat's): no money; the transaction, or one with its nonce,
 * already exists.
 */
const OUT_OF_FUNDS = /insufficient funds|have enough funds/i;
const HELD =
  /already known|known transaction|alreadyknown|replacement[^"]{0,60}underpriced|underpriced[^"]{0,60}replace|replacement fee too low/i;
const NONCE_USED = /nonce[^"]{0,40}(too low|already been used|already used)|NONCE_EXPIRED/i;

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

/** Throws TypeError for a signer without a provider. */
export function createTransactor(options: TransactorOptions, { signer, patience }: TransactorDependencies): Transactor {
  const { confirmations = 1, gasMarginPercent = 20, pollIntervalMs = 250, pollsUntilResend = 120 } = options;
  const { refusalsUntilBelieved = 1, refusalDelayMs = 3_000 } = options;
  const { answered } = patience;
  const provider = connectedProvider(signer);
  let tail: Promise<unknown> = Promise.resolve();
  let nextNonce: number | undefined;
  /** Nonces of what was broadcast and is not final. */
  const open = new Set<number>();

  /** Retries a request like `answered`, and names the account if it has no money. */
  function paid<T>(label: string, request: () => Promise<T>): Promise<T> {
    return answered(label, async () => {
      try {
        return await request();
      } catch (error) {
        if (contractErrorOf(error) !== undefined || !OUT_OF_FUNDS.test(String(error))) throw error;
        throw new SettlementError(
          "InsufficientFunds",
          `${label}: ${await signer.getAddress()} cannot pay for it; fund it (${reasonOf(error)})`,
          { cause: error },
        );
      }
    });
  }

  /** Rejects with the node's error where the contract refuses the call. */
  async function gasLimitOf({ to, data, gasLimit }: TransactionCall): Promise<bigint> {
    if (gasLimit !== undefined) {
      await tryCall(signer, { to, data, gasLimit });
      return gasLimit;
    }
    const estimate = await estimateCall(signer, { to, data });
    const withMargin = (estimate * BigInt(100 + gasMarginPercent)) / 100n;
    const most = BigInt(MAX_TRANSACTION_GAS);
    return estimate <= most && withMargin > most ? most : withMargin;
  }

  /** Gas limit by `gasLimitOf`, for nodes that may be late. */
  async function triedGasLimitOf(call: TransactionCall): Promise<bigint> {
    for (let refusals = 1; ; refusals++) {
      try {
        return await paid(call.label, () => gasLimitOf(call));
      } catch (error) {
        const isRefusal = error instanceof SettlementError && error.code === "Reverted" && whyTooEarly(error) === undefined;
        if (!isRefusal || refusals >= refusalsUntilBelieved) throw error;
      }
      await patience.pause(call.label, refusalDelayMs);
    }
  }

  /**
   * A transaction that carried the call before and still waits to be mined: one that was mined has not done what is asked
   * for.
   */
  async function adopted({
    label,
    to,
    data,
    earlier = [],
    isSame = (one, other) => one === other,
  }: TransactionCall): Promise<Broadcast | undefined> {
    const unmined: Hex[] = [];
    for (const hash of earlier) {
      if ((await answered(label, () => provider.getTransactionReceipt(hash))) === null) unmined.push(hash);
    }
    for (const hash of unmined.toReversed()) {
      const found = await answered(label, () => provider.getTransaction(hash));
      if (found?.to?.toLowerCase() === to && isSame(found.data as Hex, data))
        return { nonce: found.nonce, gasLimit: found.gasLimit, hashes: unmined };
    }
    return undefined;
  }

  async function broadcast(call: TransactionCall): Promise<Broadcast> {
    const { label } = call;
    const known = await adopted(call);
    if (known !== undefined) return known;
    const gasLimit = await triedGasLimitOf(call);
    if (gasLimit > MAX_TRANSACTION_GAS) {
      throw new SettlementError(
        "GasLimitExceeded",
        `${label} needs ${gasLimit} gas, a transaction has at most ${MAX_TRANSACTION_GAS}`,
      );
    }
    for (;;) {
      const nonce = nextNonce ?? (await answered(label, () => signer.getNonce("pending")));
      nextNonce = undefined;
      const sent: Broadcast = { nonce, gasLimit, hashes: [] };
      if (await transmit(call, sent)) {
        nextNonce = nonce + 1;
        return sent;
      }
      await patience.pause(label, pollIntervalMs);
    }
  }

  /** Sends a transaction with this nonce to the node. False if L1 has accepted a foreign one with it. */
  function transmit(call: TransactionCall, sent: Broadcast, fees?: () => Promise<TransactionRequest>): Promise<boolean> {
    const { label, to, data } = call;
    const { nonce, gasLimit, hashes } = sent;
    // Each try is signed again: fees may have changed in the meantime. The nonce makes all of them one.
    return paid(label, async () => {
      const raw = await signedTransaction(signer, { to, data, gasLimit, nonce, ...(await fees?.()) });
      const hash = keccak256(raw) as Hex;
      if (!hashes.includes(hash)) {
        hashes.push(hash);
        await call.onBroadcast?.({ hash, nonce });
      }
      try {
        await broadcastSigned(provider, raw);
        return true;
      } catch (error) {
        const text = String(error);
        if (HELD.test(text)) return true;
        // Not all nodes have these words. Asked first: what is mined meanwhile is then found below.
        const isUsed = NONCE_USED.test(text) || (await signer.getNonce("latest")) > nonce;
        // Accepted: one of ours, whose answer was lost, or another account's.
        for (const own of hashes) if ((await provider.getTransaction(own)) !== null) return true;
        if (isUsed) return false;
        throw error;
      }
    });
  }

  async function resend(call: TransactionCall, sent: Broadcast): Promise<void> {
    // Nodes want at least 10 % more for a replacement.
    const raise = (fee: bigint | null) => (fee === null ? null : (fee * 5n) / 4n + 1n);
    await transmit(call, sent, async () => {
      const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData();
      return { maxFeePerGas: raise(maxFeePerGas), maxPriorityFeePerGas: raise(maxPriorityFeePerGas) };
    });
  }

  async function findReceipt(label: string, sent: Broadcast): Promise<TransactionReceipt | undefined> {
    for (const hash of sent.hashes) {
      const receipt = await answered(label, () => provider.getTransactionReceipt(hash));
      if (receipt !== null) return receipt;
    }
    return undefined;
  }

  async function confirmed(call: TransactionCall, sent: Broadcast): Promise<TransactionReceipt> {
    const { label } = call;
    let looksWithoutReceipt = 0;
    for (;;) {
      // Requested each time: a reorg may have moved the transaction to another block, or dropped it.
      const receipt = await findReceipt(label, sent);
      if (receipt !== undefined) {
        looksWithoutReceipt = 0;
        if (receipt.status === 0) throw await refusal(call, sent, receipt);
        const depth = confirmations <= 1 ? 1 : (await answered(label, () => provider.getBlockNumber())) - receipt.blockNumber + 1;
        if (depth >= confirmations) return receipt;
      } else if (++looksWithoutReceipt >= pollsUntilResend) {
        looksWithoutReceipt = 0;
        const used = await answered(label, () => signer.getNonce("latest"));
        if (used > sent.nonce && (await findReceipt(label, sent)) === undefined) {
          nextNonce = undefined;
          throw new SettlementError("TransactionLost", `${label}: another transaction took nonce ${sent.nonce}`);
        }
        if (used < sent.nonce && (await isMissing(label, used))) {
          nextNonce = undefined;
          throw new SettlementError(
            "TransactionLost",
            `${label}: it waits for a transaction with nonce ${used}, which L1 had and has reverted`,
          );
        }
        if (used <= sent.nonce) await resend(call, sent);
      }
      await patience.pause(label, pollIntervalMs);
    }
  }

  /** Whether no transaction with the nonce is to come: then nothing that follows it is ever mined. */
  async function isMissing(label: string, nonce: number): Promise<boolean> {
    return !open.has(nonce) && (await answered(label, () => signer.getNonce("pending"))) === nonce;
  }

  /** Why a mined transaction failed: the same call once more, at that block. */
  async function refusal(
    { label, to, data }: TransactionCall,
    sent: Broadcast,
    receipt: TransactionReceipt,
  ): Promise<SettlementError> {
    const from = await signer.getAddress();
    try {
      await answered(label, () => provider.call({ to, data, from, gasLimit: sent.gasLimit, blockTag: receipt.blockNumber }));
    } catch (error) {
      const contractError = error instanceof SettlementError ? error.contractError : undefined;
      if (contractError === undefined) throw error;
      const message = `${label}: transaction ${receipt.hash} failed with ${describeContractError(contractError)}`;
      return new SettlementError("Reverted", message, { cause: error, contractError });
    }
    return new SettlementError("Reverted", `${label}: transaction ${receipt.hash} failed; the call no longer fails`);
  }

  return {
    async send(call) {
      const turn = tail.then(async () => {
        const sent = await broadcast(call);
        open.add(sent.nonce);
        return sent;
      });
      tail = turn.catch(() => undefined);
      const sent = await turn;
      try {
        return await confirmed(call, sent);
      } finally {
        open.delete(sent.nonce);
      }
    },
  };
}

function connectedProvider(signer: Signer): Provider {
  if (signer.provider === null) throw new TypeError("the signer has no provider; connect it to the settlement layer");
  return signer.provider;
}
