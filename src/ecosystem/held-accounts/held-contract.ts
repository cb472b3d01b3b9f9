import {
  Contract,
  Interface,
  isError,
  type ContractRunner,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type Overrides,
  type Provider,
  type Result,
} from "ethers";
import { heldAccountsAbi } from "../../ground/abi/held-accounts.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../ground/protocol/held-accounts-address.ts";
import type { HeldAmount } from "../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { HeldGift } from "./act.ts";
import type { PostedAct, PostingChain } from "./collector.ts";
import { HeldAccountError } from "./held-account-error.ts";
import type { HeldChain } from "./held-wallet.ts";

const HELD_ACCOUNTS = new Interface(heldAccountsAbi);
/** Gas of a post with the maximum number of acts. With an estimate a payment could fail, and its act would be skipped. */
const POST_GAS = 16_777_216n;

/** Name of the chain's coin in amounts. */
const COIN: Hex = `0x${"00".repeat(20)}`;

/** Account that a transaction has registered. */
export interface SentRegistration {
  readonly number: number;
  readonly transactionHash: Hex;
}

/** Contract `HeldAccounts` of a chain. With a signer it can also send posts, gifts and registrations. */
export class HeldContract implements HeldChain, PostingChain {
  readonly chainId: bigint;
  readonly contract: Hex = HELD_ACCOUNTS_ADDRESS;
  readonly #contract: Contract;

  private constructor(chainId: bigint, runner: ContractRunner) {
    this.chainId = chainId;
    this.#contract = new Contract(HELD_ACCOUNTS_ADDRESS, HELD_ACCOUNTS, runner);
  }

  /** Connects to a chain. Rejects with HeldAccountError NoContract if the chain lacks the contract. */
  static async connect(runner: ContractRunner & { readonly provider: Provider | null }): Promise<HeldContract> {
    const { provider } = runner;
    if (provider === null) throw noContract("the signer has no provider; connect it to the chain");
    if ((await provider.getCode(HELD_ACCOUNTS_ADDRESS)) === "0x")
      throw noContract(`the chain has no contract at ${HELD_ACCOUNTS_ADDRESS}; deploy it with deployHeldAccounts`);
    return new HeldContract((await provider.getNetwork()).chainId, runner);
  }

  readChainId(): Promise<bigint> {
    return Promise.resolve(this.chainId);
  }

  leafOf(number: number): Promise<Hex> {
    return this.#contract.getFunction("leafOf").staticCall(number) as Promise<Hex>;
  }

  listedPositions(root: Hex): Promise<bigint> {
    return this.#contract.getFunction("listedPositions").staticCall(root) as Promise<bigint>;
  }

  async giftsTo(number: number): Promise<readonly HeldGift[]> {
    const logs = await this.#contract.queryFilter(this.#contract.getEvent("Given")(null, number));
    return logs.flatMap((log) => {
      const event = HELD_ACCOUNTS.parseLog(log);
      if (event === null) return [];
      const { gift, token, amount } = event.args;
      return [{ gift: gift as bigint, token: (token as string).toLowerCase() as Hex, amount: amount as bigint }];
    });
  }

  previewPost(leaves: readonly Hex[], acts: readonly PostedAct[]): Promise<bigint> {
    return this.#contract
      .getFunction("post")
      .staticCall(leaves, acts, { gasLimit: POST_GAS })
      .catch((error: unknown) => {
        // The contract refuses a post that lists nothing.
        if (isError(error, "CALL_EXCEPTION") && error.revert?.name === "NothingListed") return 0n;
        throw error;
      }) as Promise<bigint>;
  }

  async post(
    leaves: readonly Hex[],
    acts: readonly PostedAct[],
  ): Promise<{ readonly positions: bigint; readonly transactionHash: Hex }> {
    const receipt = await this.#send("post", [leaves, acts], { gasLimit: POST_GAS });
    const { positions } = eventOf(receipt, "Listed");
    return { positions: positions as bigint, transactionHash: receipt.hash as Hex };
  }

  /**
   * Registers an account of an owner, without a file ({@link registerHeldAccount} creates one). `nonce`: the transaction's.
   * Resolves with its number and the transaction. Rejects with HeldAccountError ActMismatch, or the signer's error.
   */
  async register(owner: Hex, nonce?: number): Promise<SentRegistration> {
    const receipt = await this.#send("register", [owner], nonce === undefined ? {} : { nonce });
    return { number: Number(eventOf(receipt, "Registered")["number"]), transactionHash: receipt.hash as Hex };
  }

  /** Registration that a transaction has made; undefined if the chain lacks the transaction. */
  async registrationBy({
    owner,
    sender,
    nonce,
  }: {
    readonly owner: Hex;
    readonly sender: Hex;
    readonly nonce: number;
  }): Promise<SentRegistration | undefined> {
    const event = this.#contract.getEvent("Registered");
    for (const log of await this.#contract.queryFilter(event(null, owner))) {
      const transaction = await log.getTransaction();
      if (transaction.from.toLowerCase() !== sender || transaction.nonce !== nonce) continue;
      return { number: Number(HELD_ACCOUNTS.parseLog(log)?.args["number"]), transactionHash: transaction.hash as Hex };
    }
    return undefined;
  }

  /**
   * Sends a gift to a held account; an amount of a token must be approved for the contract. Resolves with the gift's number.
   * Rejects with HeldAccountError NotRegistered, or the signer's error.
   */
  async give(to: number, { token, amount }: HeldAmount): Promise<{ readonly gift: bigint; readonly transactionHash: Hex }> {
    if (/^0x0{64}$/.test(await this.leafOf(to)))
      throw new HeldAccountError("NotRegistered", `the chain has no held account ${to}; request the recipient's number again`);
    const receipt = await this.#send("give", [to, token, amount], { value: token === COIN ? amount : 0n });
    return { gift: eventOf(receipt, "Given")["gift"] as bigint, transactionHash: receipt.hash as Hex };
  }

  async #send(
    name: "give" | "post" | "register",
    values: readonly unknown[],
    overrides: Overrides,
  ): Promise<ContractTransactionReceipt> {
    const sent = (await this.#contract.getFunction(name).send(...values, overrides)) as ContractTransactionResponse;
    const receipt = await sent.wait();
    if (receipt !== null) return receipt;
    throw new HeldAccountError("ActMismatch", `transaction ${sent.hash} has no receipt`);
  }
}

/** Call with which an owner posts its act alone, from its account on the chain or by L1's queue. */
export function encodePost(leaves: readonly Hex[], acts: readonly PostedAct[]): Hex {
  return HELD_ACCOUNTS.encodeFunctionData("post", [leaves, acts]) as Hex;
}

function eventOf(receipt: ContractTransactionReceipt, name: string): Result {
  const events = receipt.logs.map((log) => HELD_ACCOUNTS.parseLog(log));
  const event = events.find((each) => each?.name === name);
  if (event != null) return event.args;
  throw new HeldAccountError("ActMismatch", `transaction ${receipt.hash} has no event ${name}; the contract is another version`);
}

function noContract(message: string): HeldAccountError {
  return new HeldAccountError("NoContract", message);
}
