import {
  AbstractSigner,
  BrowserProvider,
  TypedDataEncoder,
  type TransactionRequest,
  type TransactionResponse,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";
import { ClientError } from "../ecosystem/client-error.ts";

/** Subset of viem's wallet client that this package uses; an account and a chain are required. */
export interface ViemWallet {
  readonly account?: { readonly address: string } | undefined;
  readonly chain?: { readonly id: number } | undefined;
  // Viem's own types of these are wider than anything that can be written without viem.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly request: (args: any) => Promise<any>;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly sendTransaction: (args: any) => Promise<string>;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly signMessage: (args: any) => Promise<string>;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly signTypedData: (args: any) => Promise<string>;
}

/** A signer for the functions of this client that signs and sends with a wallet client of viem. Throws ClientError NoProvider. */
export function viemSigner(wallet: ViemWallet): AbstractSigner<BrowserProvider> {
  const { account, chain } = wallet;
  if (account === undefined || chain === undefined) {
    throw new ClientError(
      "NoProvider",
      "the wallet client has no account or no chain; make it with createWalletClient({ account, chain, transport })",
    );
  }
  const provider = new BrowserProvider({ request: wallet.request }, chain.id, { cacheTimeout: -1 });
  return new ViemSigner(wallet, account, provider);
}

class ViemSigner extends AbstractSigner<BrowserProvider> {
  readonly #wallet: ViemWallet;
  readonly #account: { readonly address: string };

  constructor(wallet: ViemWallet, account: { readonly address: string }, provider: BrowserProvider) {
    super(provider);
    this.#wallet = wallet;
    this.#account = account;
  }

  getAddress(): Promise<string> {
    return Promise.resolve(this.#account.address);
  }

  connect(): never {
    throw new ClientError("NoProvider", "a signer of viem stays with its wallet client; make another for another chain");
  }

  /** The wallet fills in what is left out: nonce, fees, gas. */
  override async sendTransaction({ to, data, value, gasLimit }: TransactionRequest): Promise<TransactionResponse> {
    const gas = gasLimit === undefined || gasLimit === null ? {} : { gas: BigInt(gasLimit) };
    const call = { account: this.#account, chain: this.#wallet.chain, to, data: data ?? "0x", value: BigInt(value ?? 0), ...gas };
    const hash = await this.#wallet.sendTransaction(call);
    for (;;) {
      const sent = await this.provider.getTransaction(hash);
      if (sent !== null) return sent;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  signMessage(message: string | Uint8Array): Promise<string> {
    return this.#wallet.signMessage({
      account: this.#account,
      message: typeof message === "string" ? message : { raw: message },
    });
  }

  /** Wallets send what they sign. */
  signTransaction(): never {
    throw new ClientError("NoProvider", "wallet clients sign a transaction when they send it; use sendTransaction");
  }

  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    const payload: unknown = TypedDataEncoder.getPayload(domain, types, value);
    return this.#wallet.signTypedData({ account: this.#account, ...(payload as object) });
  }
}

/** A node may take a moment to show what it has taken. */
const LOOK_MS = 100;
