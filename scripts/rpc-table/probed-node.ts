import { keccak256, Wallet } from "ethers";
import { hexQuantity, type Hex } from "../../src/ground/protocol/hex.ts";

/** Error of a node, as JSON-RPC has it. */
export interface NodeError {
  readonly code?: number;
  readonly message?: string;
  readonly data?: unknown;
}

/** Sends one request to a node. Rejects with a NodeError. */
export type Send = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/** Runtime code of the contract: it stops. */
const CODE = "0x00";
const INIT_CODE = "0x60015ff3";

/** A node that signs for its accounts, and makes a block for each transaction. */
export class ProbedNode {
  readonly send: Send;
  /** One that the node signs for. */
  readonly account: Hex;
  /** Another one, of which nothing depends. */
  readonly other: Hex = `0x${"c4".repeat(20)}`;
  readonly contract: Hex;
  readonly codeHash = keccak256(CODE);

  private constructor(send: Send, account: Hex, contract: Hex) {
    this.send = send;
    this.account = account;
    this.contract = contract;
  }

  static async of(send: Send): Promise<ProbedNode> {
    const [account] = (await send("eth_accounts")) as readonly [Hex];
    const hash = await send("eth_sendTransaction", { from: account, data: INIT_CODE });
    const { contractAddress } = (await send("eth_getTransactionReceipt", hash)) as { readonly contractAddress: Hex };
    return new ProbedNode(send, account, contractAddress);
  }

  get call(): object {
    return { from: this.account, to: this.contract };
  }

  /** A transaction that the account may send next. */
  async unsent(): Promise<{ readonly gasPrice: Hex; readonly [field: string]: Hex }> {
    const gasPrice = hexQuantity(2n * BigInt((await this.send("eth_gasPrice")) as Hex) + 1n);
    const nonce = (await this.send("eth_getTransactionCount", this.account, "latest")) as Hex;
    return { from: this.account, to: this.contract, gas: "0x186a0", gasPrice, nonce, value: "0x0" };
  }

  /** The newest block, which holds a transaction of the account. */
  async mined(): Promise<{ readonly hash: Hex; readonly nonce: Hex; readonly blockHash: Hex; readonly blockNumber: Hex }> {
    const hash = await this.send("eth_sendTransaction", { from: this.account, to: this.contract });
    return (await this.send("eth_getTransactionByHash", hash)) as Awaited<ReturnType<ProbedNode["mined"]>>;
  }

  /** A transaction that waits for its block. */
  async waiting(): Promise<unknown> {
    await this.send("evm_setAutomine", false);
    return this.send("eth_sendTransaction", { from: this.account, to: this.contract });
  }

  /** A transaction that an account has signed which the node does not know. */
  async signed(): Promise<Hex> {
    const wallet = Wallet.createRandom();
    await this.send("eth_sendTransaction", { from: this.account, to: wallet.address, value: "0x16345785d8a0000" });
    const { gasPrice } = await this.unsent();
    const chainId = BigInt((await this.send("eth_chainId")) as Hex);
    const signed = await wallet.signTransaction({
      to: this.contract,
      gasLimit: 100_000n,
      gasPrice: BigInt(gasPrice),
      chainId,
      nonce: 0,
    });
    return signed as Hex;
  }

  /** A second that no block has reached. */
  async later(): Promise<Hex> {
    const { timestamp } = (await this.send("eth_getBlockByNumber", "latest", false)) as { readonly timestamp: Hex };
    return hexQuantity(BigInt(timestamp) + 10n);
  }

  get typedData(): object {
    return {
      types: { EIP712Domain: [{ name: "name", type: "string" }], Note: [{ name: "text", type: "string" }] },
      primaryType: "Note",
      domain: { name: "probe" },
      message: { text: "probe" },
    };
  }
}
