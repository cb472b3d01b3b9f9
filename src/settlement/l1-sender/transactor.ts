import type { Provider, Signer, TransactionReceipt } from "ethers";
import { contractErrorOf, describeContractError } from "../contract-error.ts";
import type { Delay } from "../delay.ts";
import { SettlementError } from "../settlement-error.ts";
import type { Hex } from "../../protocol/hex.ts";

/** EIP-7825: no transaction may have more gas. */
export const MAX_TRANSACTION_GAS = 16_777_216n;

/** Nodes have no common code for this, only the words (geth's, Hardhat's). */
const OUT_OF_FUNDS = /insufficient funds|have enough funds/i;

/** How transactions are sent and when they count as final. */
export interface TransactorOptions {
  /** Blocks that must stand on a transaction's block, its own included. Default 1: mined is final. */
  readonly confirmations?: number;
  /** Gas beside the estimate, percent. Default 20. */
  readonly gasMarginPercent?: number;
  /** Tries of a request that the node does not answer. Default 5. */
  readonly attempts?: number;
  /** Wait before the first repetition, doubled for each further one. Default 250. */
  readonly retryDelayMs?: number;
  /** Between two looks for a receipt. Default 250. */
  readonly pollIntervalMs?: number;
  /** Looks without a receipt until a transaction is sent again at a higher fee. Default 120. */
  readonly pollsUntilResend?: number;
}

export interface TransactorDependencies {
  /** Of the account that pays; connected to a provider. Nobody else may send from this account. */
  readonly signer: Signer;
  readonly delay: Delay;
  /** Aborting ends all waiting: open calls reject with SettlementStopped, though L1 may still mine them. */
  readonly signal?: AbortSignal;
}

/** A call to be sent. */
export interface TransactionCall {
  /** For messages: `commit of batch 3`. */
  readonly label: string;
  readonly to: Hex;
  readonly data: Hex;
  /**
   * An upper bound of its gas, where one is known: then the call is tried once instead of being estimated. Nodes estimate by
   * trying many times, which takes a second for a proof.
   */
  readonly gasLimit?: bigint;
  /** Told about each transaction that carries the call, before anything waits for it. */
  readonly onBroadcast?: (transaction: { readonly hash: Hex; readonly nonce: number }) => Promise<void>;
}

/** Sends calls from one account: nonces in order, gas limited, lost answers and dropped transactions repeated. */
export interface Transactor {
  /**
   * Resolves when the call is final. Calls are broadcast in the order in which they were given.
   * Rejects with SettlementError: Reverted, GasLimitExceeded, InsufficientFunds, TransactionLost, L1Unreachable,
   * SettlementStopped.
   */
  send(call: TransactionCall): Promise<TransactionReceipt>;
}

interface Broadcast {
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly hashes: Hex[];
}

/** Throws TypeError for a signer without a provider. */
export function createTransactor(options: TransactorOptions, dependencies: TransactorDependencies): Transactor {
  const { confirmations = 1, gasMarginPercent = 20, attempts = 5, retryDelayMs = 250 } = options;
  const { pollIntervalMs = 250, pollsUntilResend = 120 } = options;
  const { signer, delay, signal } = dependencies;
  const provider = connectedProvider(signer);
  let tail: Promise<unknown> = Promise.resolve();
  let nextNonce: number | undefined;

  async function pause(label: string, ms: number): Promise<void> {
    try {
      await delay(ms, signal);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
    if (signal?.aborted === true) throw new SettlementError("SettlementStopped", `${label}: sending was stopped`);
  }

  /** Repeats while the node does not answer; a contract's refusal is an answer. */
  async function answered<T>(label: string, request: () => Promise<T>): Promise<T> {
    let wait = retryDelayMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await request();
      } catch (error) {
        const contractError = contractErrorOf(error);
        if (contractError !== undefined) {
          const message = `${label}: the contract refuses with ${describeContractError(contractError)}`;
          throw new SettlementError("Reverted", message, { cause: error, contractError });
        }
        if (error instanceof SettlementError) throw error;
        if (OUT_OF_FUNDS.test(String(error))) {
          throw new SettlementError("InsufficientFunds", `${label}: ${await signer.getAddress()} cannot pay for it; fund it`, { cause: error });
        }
        if (attempt === attempts) {
          throw new SettlementError("L1Unreachable", `${label}: no answer in ${attempts} attempts: ${String(error)}`, { cause: error });
        }
        await pause(label, wait);
        wait *= 2;
      }
    }
  }

  /** Rejects with the node's error where the contract refuses the call. */
  async function gasLimitOf({ to, data, gasLimit }: TransactionCall): Promise<bigint> {
    if (gasLimit !== undefined) {
      await signer.call({ to, data, gasLimit });
      return gasLimit;
    }
    const estimate = await signer.estimateGas({ to, data });
    const withMargin = (estimate * BigInt(100 + gasMarginPercent)) / 100n;
    return estimate <= MAX_TRANSACTION_GAS && withMargin > MAX_TRANSACTION_GAS ? MAX_TRANSACTION_GAS : withMargin;
  }

  async function broadcast(call: TransactionCall): Promise<Broadcast> {
    const { label, to, data } = call;
    const gasLimit = await answered(label, () => gasLimitOf(call));
    if (gasLimit > MAX_TRANSACTION_GAS) {
      throw new SettlementError("GasLimitExceeded", `${label} needs ${gasLimit} gas, a transaction has at most ${MAX_TRANSACTION_GAS}`);
    }
    try {
      return await answered(label, async () => {
        try {
          const nonce = (nextNonce ??= await signer.getNonce("pending"));
          const { hash } = await signer.sendTransaction({ to, data, gasLimit, nonce });
          nextNonce = nonce + 1;
          return { nonce, gasLimit, hashes: [hash as Hex] };
        } catch (error) {
          // Whether the nonce was used is unknown: the node is asked again.
          nextNonce = undefined;
          throw error;
        }
      });
    } catch (error) {
      nextNonce = undefined;
      throw error;
    }
  }

  async function resend(call: TransactionCall, sent: Broadcast): Promise<void> {
    const { label, to, data } = call;
    const fees = await answered(label, () => provider.getFeeData());
    // Nodes want at least 10 % more for a replacement.
    const raise = (fee: bigint | null) => (fee === null ? null : (fee * 5n) / 4n + 1n);
    const { hash } = await answered(label, () =>
      signer.sendTransaction({
        to,
        data,
        gasLimit: sent.gasLimit,
        nonce: sent.nonce,
        maxFeePerGas: raise(fees.maxFeePerGas),
        maxPriorityFeePerGas: raise(fees.maxPriorityFeePerGas),
      }),
    );
    sent.hashes.push(hash as Hex);
    await call.onBroadcast?.({ hash: hash as Hex, nonce: sent.nonce });
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
      // Asked anew each time: a reorg may have moved the transaction to another block, or dropped it.
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
        if (used <= sent.nonce) await resend(call, sent);
      }
      await pause(label, pollIntervalMs);
    }
  }

  /** Why a mined transaction failed: the same call once more, at that block. */
  async function refusal({ label, to, data }: TransactionCall, sent: Broadcast, receipt: TransactionReceipt): Promise<SettlementError> {
    const from = await signer.getAddress();
    try {
      await provider.call({ to, data, from, gasLimit: sent.gasLimit, blockTag: receipt.blockNumber });
    } catch (error) {
      const contractError = contractErrorOf(error);
      if (contractError !== undefined) {
        const message = `${label}: transaction ${receipt.hash} failed with ${describeContractError(contractError)}`;
        return new SettlementError("Reverted", message, { cause: error, contractError });
      }
    }
    return new SettlementError("Reverted", `${label}: transaction ${receipt.hash} failed; the call does not fail any more`);
  }

  return {
    async send(call) {
      const turn = tail.then(() => broadcast(call));
      tail = turn.catch(() => undefined);
      const sent = await turn;
      const [hash] = sent.hashes;
      if (hash !== undefined) await call.onBroadcast?.({ hash, nonce: sent.nonce });
      return confirmed(call, sent);
    },
  };
}

function connectedProvider(signer: Signer): Provider {
  if (signer.provider === null) throw new TypeError("the signer has no provider; connect it to the settlement layer");
  return signer.provider;
}
