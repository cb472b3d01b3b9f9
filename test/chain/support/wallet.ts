import { Wallet, type TransactionRequest as EthersRequest } from "ethers";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";
import type { SignedTransaction } from "../../../src/ground/transaction/transaction.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { CHAIN_ID } from "./engine.ts";

const rules = chainRules(CHAIN_ID);

/** An account that signs transactions with consecutive nonces. */
export class TestWallet {
  readonly #wallet: Wallet;
  nonce = 0;

  /** Derives the account from its number, so that the same number always yields the same account. */
  constructor(number: number) {
    this.#wallet = new Wallet(`0x${(number + 1).toString(16).padStart(64, "1")}`);
  }

  get address(): Hex {
    return this.#wallet.address.toLowerCase() as Hex;
  }

  async signRaw(request: EthersRequest): Promise<Hex> {
    const defaults = {
      chainId: CHAIN_ID,
      nonce: this.nonce,
      gasLimit: 1_000_000n,
      maxFeePerGas: 10n ** 9n,
      maxPriorityFeePerGas: 1n,
      type: 2,
    };
    const fees = request.type === 0 || request.type === 1 ? { maxFeePerGas: null, maxPriorityFeePerGas: null, gasPrice: 7n } : {};
    const raw = (await this.#wallet.signTransaction({ ...defaults, ...fees, ...request })) as Hex;
    this.nonce++;
    return raw;
  }

  async sign(request: EthersRequest): Promise<SignedTransaction> {
    return decodeTransaction(await this.signRaw(request), rules, { replayProtection: "required" });
  }

  /** Signature of EIP-712 typed data. */
  async signTypedData(...typedData: Parameters<Wallet["signTypedData"]>): Promise<Hex> {
    return (await this.#wallet.signTypedData(...typedData)) as Hex;
  }

  /** An EIP-7702 authorization of this account for code at an address. */
  authorize(address: string, nonce: number) {
    return this.#wallet.authorizeSync({ address, nonce, chainId: CHAIN_ID });
  }
}
