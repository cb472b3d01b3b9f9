import { VoidSigner, type Provider, type Signer, type TransactionRequest, type TransactionResponse } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";

/** A transaction that an account has to sign, as wallets take it. */
export interface UnsignedTransaction {
  readonly chainId: number;
  readonly from: Hex;
  /** Absent where it creates a contract. */
  readonly to?: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** Gas limit: a quarter above the gas on the present state, or a fixed maximum for its kind beyond that. */
  readonly gasLimit: bigint;
}

/** Function of this client that requests an account's signer on each member. */
export type Act<Result> = (signerOf: (chainId: number) => Signer) => Promise<Result>;

/** Gas beyond the estimate: the state can change until the account has signed. */
const MARGIN = 4n;

/**
 * Yields the transactions of an act in sequence: for accounts that sign remotely, and for wallets that show
 * transactions before the signature. Runs every check of the act before each transaction, and reports a
 * member's refusal like a sent transaction's. Sends nothing: `next(hash)` continues after the transaction was
 * sent, `throw(error)` reports that it was not, `return()` abandons the act. Returns the act's result;
 * rejects with its ClientError.
 */
export async function* stepsOf<Result>(
  account: Hex,
  providerOf: (chainId: number) => Provider,
  act: Act<Result>,
): AsyncGenerator<UnsignedTransaction, Result, Hex> {
  let next = Promise.withResolvers<Offer>();
  const offer = (transaction: UnsignedTransaction): Promise<Hex> => {
    const { promise, resolve, reject } = Promise.withResolvers<Hex>();
    next.resolve({ transaction, resolve, reject });
    return promise;
  };
  const ended = act((chainId) => new OfferingSigner(account, providerOf(chainId), offer)).then((result) => ({ result }));
  for (;;) {
    const come = await Promise.race([next.promise, ended]);
    if ("result" in come) return come.result;
    next = Promise.withResolvers();
    try {
      come.resolve(yield come.transaction);
    } catch (error) {
      come.reject(error);
    }
  }
}

interface Offer {
  readonly transaction: UnsignedTransaction;
  resolve(hash: Hex): void;
  reject(error: unknown): void;
}

/** Offers what it is to send, and takes the hash of what was sent. */
class OfferingSigner extends VoidSigner {
  readonly #provider: Provider;
  readonly #offer: (transaction: UnsignedTransaction) => Promise<Hex>;

  constructor(account: Hex, provider: Provider, offer: (transaction: UnsignedTransaction) => Promise<Hex>) {
    super(account, provider);
    this.#provider = provider;
    this.#offer = offer;
  }

  override async sendTransaction({ to, data, value, gasLimit }: TransactionRequest): Promise<TransactionResponse> {
    const from = this.address.toLowerCase() as Hex;
    const called = to == null ? {} : { to: String(to).toLowerCase() as Hex };
    const call = { ...called, data: (data ?? "0x") as Hex, value: BigInt(value ?? 0n), from };
    const estimate = await this.#provider.estimateGas({ ...call, ...(gasLimit == null ? {} : { gasLimit }) });
    const least = estimate + estimate / MARGIN;
    const chainId = Number((await this.#provider.getNetwork()).chainId);
    const hash = await this.#offer({
      chainId,
      from,
      ...called,
      data: call.data,
      valueWei: call.value,
      gasLimit: BigInt(gasLimit ?? 0n) > least ? BigInt(gasLimit ?? 0n) : least,
    });
    const sent = await this.#provider.getTransaction(hash);
    if (sent === null)
      throw new ClientError("Unconfirmed", `chain ${chainId} has no transaction ${hash}: continue after it was sent there`);
    return sent;
  }
}
