import { VoidSigner, type Provider, type Signer, type TransactionRequest, type TransactionResponse } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";

/** A transaction that an account has to sign, as wallets take it. */
export interface UnsignedTransaction {
  readonly chainId: number;
  readonly from: Hex;
  /** Absent where it creates a contract. */
  readonly to?: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** What it needs on the state of this moment, and a quarter more, or what its kind can take at most beyond that. */
  readonly gasLimit: bigint;
}

/** What a function of this client does with an account's signer on each member that it asks for. */
export type Act<Result> = (signerOf: (chainId: number) => Signer) => Promise<Result>;

/** Gas beyond the estimate: the state can change until the account has signed. */
const MARGIN = 4n;

/**
 * An act as its transactions, one after the other: for accounts that sign elsewhere, for wallets that show what they will sign.
 * Every check of the act before a transaction is made, and a member's refusal of it is told as if it were sent. Nothing is sent
 * here: `next(hash)` goes on once the transaction was sent, `throw(error)` tells the act that it was not, `return()` leaves it.
 * Returns what the act comes to; rejects with its ClientError.
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
      throw new ClientError("Unconfirmed", `chain ${chainId} knows no transaction ${hash}: go on when it was sent there`);
    return sent;
  }
}
