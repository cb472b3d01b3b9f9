import type { JsonRpcProvider, Signer, TransactionRequest } from "ethers";
import { findSentList } from "../../../src/client/transfer-list.ts";
import type { DevnetChain } from "../../../src/devnet/devnet.ts";
import { keccak } from "../../../src/protocol/hex.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/protocol/predeploys.ts";
import { assetRouter } from "../../../src/relayer/contract-interfaces.ts";
import { ALICE, clientOf, settleNow } from "./devnet.ts";
import type { FlowDevnet } from "./devnet.ts";

/** Of one transfer, in a batch of so many by one sender. */
export interface TransferCosts {
  readonly bytes: number;
  readonly gas: number;
}

export interface ListCosts {
  /** To accounts of the own chain that were empty. */
  readonly plainToNew: TransferCosts;
  readonly plainToHolders: TransferCosts;
  /** To another chain in a list, its share of closing and delivery and both chains' pubdata included. */
  readonly listedFirstOfChain: TransferCosts;
  readonly listedToNew: TransferCosts;
  readonly listedToHolders: TransferCosts;
}

/** Seven bytes of wei, which no two transfers share. */
const AMOUNT = 10n ** 16n;

/**
 * Measures `count` transfers a batch, to both sides. In the first round no batch of the chain has had so long a list, so its entries
 * take new slots.
 */
export async function measureListCosts(devnet: FlowDevnet, count: number): Promise<ListCosts> {
  const [source, destination] = devnet.chains as [DevnetChain, DevnetChain];
  const clients = [source, destination].map(clientOf) as [JsonRpcProvider, JsonRpcProvider];
  const sender = devnet.accounts.wallet(ALICE).connect(clients[0]);
  const accounts = (kind: string): Hex[] =>
    Array.from({ length: count }, (_, i) => `0x${keccak(new TextEncoder().encode(`${kind} ${i}`)).slice(26)}` as const);
  const listed = (to: readonly Hex[]) => measureListed(devnet, [source, destination], clients, sender, to);
  try {
    const first = accounts("first");
    const plain = accounts("plain");
    const fresh = accounts("fresh");
    return {
      listedFirstOfChain: await listed(first),
      plainToNew: await measurePlain(source, sender, plain),
      plainToHolders: await measurePlain(source, sender, plain),
      listedToNew: await listed(fresh),
      listedToHolders: await listed(fresh),
    };
  } finally {
    for (const client of clients) client.destroy();
  }
}

async function measurePlain(chain: DevnetChain, sender: Signer, to: readonly Hex[]): Promise<TransferCosts> {
  const gas = await sendAll(
    sender,
    to.map((account, i) => ({ to: account, value: AMOUNT + BigInt(i), gasLimit: 21_000n })),
  );
  const { batch } = await settleNow(chain);
  return { bytes: batch.pubdata.length / to.length, gas: Number(gas) / to.length };
}

async function measureListed(
  devnet: FlowDevnet,
  [source, destination]: readonly [DevnetChain, DevnetChain],
  [onSource, onDestination]: readonly [JsonRpcProvider, JsonRpcProvider],
  sender: Signer,
  to: readonly Hex[],
): Promise<TransferCosts> {
  const requests = to.map((account, i) => {
    const value = AMOUNT + BigInt(i);
    const args = [destination.chainId, PREDEPLOYS.L2BaseToken, value, account];
    const data = assetRouter.encodeFunctionData("sendListed", args);
    return { to: PREDEPLOYS.L2AssetRouter, data, value, gasLimit: 500_000n };
  });
  const before = await Promise.all(to.map((account) => onDestination.getBalance(account)));
  const sent = await sendAll(sender, requests);
  const { batch } = await settleNow(source);
  const closing = await onSource.send("eth_getBlockReceipts", [`0x${batch.outputs.lastBlock.toString(16)}`]);
  const [{ gasUsed, logs }] = closing as [{ gasUsed: string; logs: { address: string; topics: string[] }[] }];
  const event = logs.find(({ address }) => address === PREDEPLOYS.L2AssetRouter);
  const list = await findSentList(onSource, (event?.topics[1] ?? "0x") as Hex);
  if (list?.entries.length !== to.length) throw new Error(`${list?.entries.length ?? 0} entries were sent`);
  await devnet.relay();
  const refusal = (await devnet.messages()).find(({ messageHash }) => messageHash === list.messageHash)?.refusal;
  if (refusal !== undefined) throw new Error(`the list was not delivered: ${refusal}`);
  for (const [i, account] of to.entries()) {
    const received = (await onDestination.getBalance(account)) - before[i]!;
    if (received !== AMOUNT + BigInt(i)) throw new Error(`${account} received ${received}`);
  }
  const arrived = (await settleNow(destination)).batch;
  await devnet.relay();
  const message = (await devnet.messages()).find(({ messageHash }) => messageHash === list.messageHash);
  const delivered = message?.steps.find(({ step }) => step === "delivered");
  const delivery = await onDestination.getTransactionReceipt(delivered?.transactionHash ?? "0x");
  if (delivery === null) throw new Error("the list was not delivered");
  return {
    bytes: (batch.pubdata.length + arrived.pubdata.length) / to.length,
    gas: Number(sent + BigInt(gasUsed) + delivery.gasUsed) / to.length,
  };
}

/** Gas of all of them, in order from one account. */
async function sendAll(sender: Signer, requests: readonly TransactionRequest[]): Promise<bigint> {
  const nonce = await sender.getNonce();
  let gas = 0n;
  for (const [i, request] of requests.entries()) {
    const response = await sender.sendTransaction({ ...request, nonce: nonce + i });
    const receipt = await response.wait();
    gas += receipt?.gasUsed ?? 0n;
  }
  return gas;
}
