import { VoidSigner } from "ethers";
import type { Provider, Signer, TransactionRequest } from "ethers";
import { NamedError } from "../errors/named-error.ts";
import type { Hex } from "../protocol/hex.ts";

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

/** Gas beyond the estimate: the state can change until the account has signed. */
const MARGIN = 4n;

/**
 * The first transaction that `act` has its signer send, which is not sent; what `act` resolves with where it sends none. Every
 * check of `act` before it is made, and the chain's refusal of the transaction itself is told as if it were sent: rejects with
 * `act`'s ClientError. When that transaction is included, ask again: an approval has the deposit itself after it.
 */
export async function nextTransaction<Result>(
  account: Hex,
  provider: Provider,
  act: (signer: Signer) => Promise<Result>,
): Promise<{ readonly transaction: UnsignedTransaction } | { readonly result: Result }> {
  try {
    return { result: await act(new StoppingSigner(account, provider)) };
  } catch (error) {
    if (error instanceof Stopped) return { transaction: error.transaction };
    throw error;
  }
}

/** Ends what would send a transaction, where it would. */
class Stopped extends NamedError<"Stopped"> {
  override readonly name = "Stopped";
  readonly transaction: UnsignedTransaction;

  constructor(transaction: UnsignedTransaction) {
    super("Stopped", "the transaction is for the account to sign");
    this.transaction = transaction;
  }
}

class StoppingSigner extends VoidSigner {
  readonly #provider: Provider;

  constructor(account: Hex, provider: Provider) {
    super(account, provider);
    this.#provider = provider;
  }

  override async sendTransaction({ to, data, value, gasLimit }: TransactionRequest): Promise<never> {
    const from = this.address.toLowerCase() as Hex;
    const called = to == null ? {} : { to: String(to).toLowerCase() as Hex };
    const call = { ...called, data: data ?? "0x", value: BigInt(value ?? 0n), from };
    const estimate = await this.#provider.estimateGas({ ...call, ...(gasLimit == null ? {} : { gasLimit }) });
    const least = estimate + estimate / MARGIN;
    throw new Stopped({
      chainId: Number((await this.#provider.getNetwork()).chainId),
      from,
      ...called,
      data: call.data as Hex,
      valueWei: call.value,
      gasLimit: BigInt(gasLimit ?? 0n) > least ? BigInt(gasLimit ?? 0n) : least,
    });
  }
}
