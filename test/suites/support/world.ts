import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import { Interface, type InterfaceAbi, type Signer, type TransactionReceipt, type TransactionRequest } from "ethers";
import type { Artifact } from "./packages.ts";

/** The part of a connection that a scenario uses: Hardhat's own network has it, and a chain. */
export interface Network {
  readonly ethers: HardhatEthers;
  readonly networkHelpers: NetworkHelpers<string>;
}

/** A contract that a scenario uses. */
export interface Used {
  readonly address: string;
  readonly abi: Interface;
}

/** When every scenario begins, which must not have been reached: both networks have the same timestamps. */
const START = 4_000_000_000;

/**
 * Runs a scenario's steps on a network, and notes how each ended: status, gas, created address and logs of a transaction, the answer
 * of a call, or the reason why it was refused.
 */
export class World {
  readonly notes: string[] = [];
  readonly #network: Network;
  readonly accounts: readonly string[];
  /** Timestamp of the last block. Both clocks advance with real time, so the test sets each block's timestamp. */
  #now = START;

  private constructor(network: Network, accounts: readonly string[]) {
    this.#network = network;
    this.accounts = accounts;
  }

  static async open(network: Network): Promise<World> {
    return new World(network, await Promise.all((await network.ethers.getSigners()).map((signer) => signer.getAddress())));
  }

  /** Deadline of every scenario, later than any of its steps. */
  get deadline(): number {
    return START * 2;
  }

  account(index: number): string {
    const account = this.accounts[index];
    if (account === undefined) throw new RangeError(`there is no account ${index}`);
    return account;
  }

  async chainId(): Promise<bigint> {
    return (await this.#network.ethers.provider.getNetwork()).chainId;
  }

  /** Creates a contract by account 0. */
  async deploy({ abi, bytecode }: Artifact, ...args: readonly unknown[]): Promise<Used> {
    const contract = new Interface(abi);
    const receipt = await this.transact({ data: `${bytecode}${contract.encodeDeploy(args).slice(2)}` });
    return { address: receipt.contractAddress ?? "", abi: contract };
  }

  at(address: string, abi: Interface | InterfaceAbi): Used {
    return { address, abi: abi instanceof Interface ? abi : new Interface(abi) };
  }

  /** Calls a function in a transaction that must succeed. */
  send(used: Used, name: string, args: readonly unknown[], { from = 0, value = 0n } = {}): Promise<TransactionReceipt> {
    return this.transact({ to: used.address, data: used.abi.encodeFunctionData(name, args), value }, from);
  }

  /** Notes why a transaction is refused. Throws where it is not. */
  async refused(used: Used, name: string, args: readonly unknown[], { from = 0, value = 0n } = {}): Promise<void> {
    const signer = await this.#network.ethers.getSigner(this.account(from));
    const request = { to: used.address, data: used.abi.encodeFunctionData(name, args), value };
    const error = await signer.sendTransaction(request).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    if (error === undefined) throw new Error(`${name} was not refused`);
    this.notes.push(`${name} refused: ${error.message}`);
  }

  /** Notes what a view answers, or why it fails, and resolves with the answer, empty where it fails. */
  async ask(used: Used, name: string, args: readonly unknown[] = []): Promise<readonly unknown[]> {
    const data = used.abi.encodeFunctionData(name, args);
    try {
      const answer = await this.#network.ethers.provider.call({ to: used.address, data });
      this.notes.push(`${name}: ${answer}`);
      return [...used.abi.decodeFunctionResult(name, answer)];
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.notes.push(`${name} fails: ${error.message}`);
      return [];
    }
  }

  async transact(request: TransactionRequest, from = 0): Promise<TransactionReceipt> {
    const signer = await this.#network.ethers.getSigner(this.account(from));
    await this.#network.networkHelpers.time.setNextBlockTimestamp(++this.#now);
    const receipt = await (await signer.sendTransaction(request)).wait();
    if (receipt === null) throw new Error("a transaction has no receipt");
    const block = await this.#network.ethers.provider.getBlock(receipt.blockNumber);
    const logs = receipt.logs.map(({ address, topics, data }) => `${address} ${topics.join(" ")} ${data}`);
    this.notes.push(
      [
        `status ${receipt.status} gas ${receipt.gasUsed} created ${receipt.contractAddress} at ${(block?.timestamp ?? 0) - START}`,
        ...logs,
      ].join("\n"),
    );
    return receipt;
  }

  /** Signs typed data by an account, as wallets do. */
  async sign(from: number, ...typed: Parameters<Signer["signTypedData"]>): Promise<string> {
    return (await this.#network.ethers.getSigner(this.account(from))).signTypedData(...typed);
  }

  /** The next block is so much later. */
  later(seconds: number): void {
    this.#now += seconds;
  }

  /** Sets code where it is not yet. */
  async place(address: string, code: string): Promise<void> {
    if ((await this.#network.ethers.provider.getCode(address)) === "0x")
      await this.#network.networkHelpers.setCode(address, code);
  }
}
