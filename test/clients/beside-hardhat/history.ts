import { concat, getCreateAddress, type Interface, type TransactionRequest } from "ethers";
import { testContract } from "../../chain/support/artifact.ts";
import { TestWallet } from "../../chain/support/wallet.ts";
import { hexQuantity, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { AskedNode } from "./node.ts";

/** Timestamp later than any clock: the test sets the time of each block on both nodes. */
const START = 4_000_000_000;
export const FRIEND: Hex = `0x${"f1".repeat(20)}`;
export const SLOT: Hex = `0x${"07".padStart(64, "0")}`;

/** Events on a node, equal on both. */
export interface NodeHistory {
  readonly wallet: TestWallet;
  readonly token: Hex;
  readonly workload: Hex;
  readonly abi: { readonly token: Interface; readonly workload: Interface };
  /** Hashes of its blocks, and the number of the first. */
  readonly blocks: readonly string[];
  readonly first: number;
  readonly transactions: readonly string[];
  /** Sets the next block's time to a second after its predecessor. */
  setTime(): Promise<void>;
  /** Mines what waits then. */
  mine(): Promise<void>;
}

/** Makes a history on a node: each kind of transaction that both take, those that fail, several in a block, empty blocks. */
export async function writeHistory(node: AskedNode): Promise<NodeHistory> {
  const wallet = new TestWallet(320);
  let now = START;
  const setTime = async (): Promise<void> => void (await node.ask("evm_setNextBlockTimestamp", ++now));
  const mine = async (): Promise<void> => {
    await setTime();
    await node.ask("evm_mine");
  };
  // A chain opens its batch in its first block, by a separate transaction.
  await mine();
  const first = Number(await node.ask("eth_blockNumber")) + 1;
  await node.ask("hardhat_setBalance", wallet.address, hexQuantity(10n ** 20n));
  await node.ask("evm_setAutomine", false);
  const transactions: string[] = [];
  for (const requests of await blocksOf(wallet)) {
    for (const request of requests) {
      const raw = await wallet.signRaw(request);
      transactions.push(await node.ask("eth_sendRawTransaction", raw));
    }
    await mine();
  }
  await node.ask("hardhat_mine", "0x3", "0xa");
  now += 30;
  await node.ask("evm_setAutomine", true);
  const created = async (index: number): Promise<Hex> =>
    (await node.ask<{ contractAddress: Hex }>("eth_getTransactionReceipt", transactions[index])).contractAddress;
  const blocks: string[] = [];
  for (let number = first; number <= Number(await node.ask("eth_blockNumber")); number++)
    blocks.push((await node.ask<{ hash: string }>("eth_getBlockByNumber", hexQuantity(BigInt(number)), false)).hash);
  const [token, workload] = await Promise.all([testContract("PlainToken"), testContract("Workload")]);
  return {
    ...{ wallet, blocks, first, transactions, setTime, mine },
    token: await created(4),
    workload: await created(5),
    abi: { token: token.abi, workload: workload.abi },
  };
}

/** The transactions of each block. */
async function blocksOf(wallet: TestWallet): Promise<readonly (readonly TransactionRequest[])[]> {
  const [token, workload] = await Promise.all([testContract("PlainToken"), testContract("Workload")]);
  const tokenAddress = getCreateAddress({ from: wallet.address, nonce: 4 });
  const workloadAddress = getCreateAddress({ from: wallet.address, nonce: 5 });
  const transfer = (value: bigint) => token.abi.encodeFunctionData("transfer", [FRIEND, value]);
  const accessList = [{ address: FRIEND, storageKeys: [SLOT] }];
  return [
    [{ to: FRIEND, value: 5n }],
    [
      { type: 0, to: FRIEND, value: 6n, data: "0x1234" },
      { type: 0, to: FRIEND, value: 7n, chainId: 0 },
      { type: 1, to: FRIEND, accessList },
    ],
    [
      { data: concat([token.initCode, token.abi.encodeDeploy([[wallet.address], 1_000n])]) },
      { data: workload.initCode, value: 9n, gasLimit: 3_000_000n },
    ],
    [{ to: tokenAddress, data: transfer(11n) }],
    // Each fails in another way: with an error of the contract's, by an invalid opcode, in a creation, and for want of gas.
    [
      { to: tokenAddress, data: transfer(2_000n) },
      { to: workloadAddress, data: workload.abi.encodeFunctionData("refuse", [3n]) },
      { to: workloadAddress, data: workload.abi.encodeFunctionData("burnAllGas"), gasLimit: 100_000n },
      { data: "0xfe", gasLimit: 60_000n },
      { to: tokenAddress, data: transfer(1n), gasLimit: 25_000n },
    ],
    [{ type: 4, to: FRIEND, authorizationList: [new TestWallet(321).authorize(tokenAddress, 0)] }],
    [
      { to: tokenAddress, data: transfer(12n) },
      { to: tokenAddress, data: transfer(13n), accessList },
    ],
  ];
}
