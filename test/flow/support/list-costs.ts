import { Interface, type JsonRpcProvider, type Signer, type TransactionRequest } from "ethers";
import { findSentList } from "../../../src/ecosystem/client/transfers/transfer-list.ts";
import type { DevnetChain } from "../../../src/ecosystem/devnet/devnet.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { assetRouter } from "../../../src/ecosystem/relayer/contract-interfaces.ts";
import { ALICE, clientOf, settleNow, type FlowDevnet } from "./devnet.ts";

const erc20 = new Interface(["function transfer(address,uint256)", "function balanceOf(address) view returns (uint256)"]);

/** Costs of one listed transfer; the closing's bytes are its batch's, with those of the sending. */
interface ListedCosts extends TransferCosts {
  readonly parts: Readonly<Record<"sending" | "closing" | "delivery", Pick<TransferCosts, "bytes" | "gas">>>;
}

/** Costs of one transfer, in a batch of several by one sender. */
export interface TransferCosts {
  readonly bytes: number;
  readonly gas: number;
  /** Fees of its sender and of the delivering account, in wei of both chains. */
  readonly feeWei: number;
}

export interface ListCosts {
  /** To accounts of the own chain that had nothing of it. */
  readonly plainToNew: TransferCosts;
  readonly plainToHolders: TransferCosts;
  /** To another chain in a list, its share of closing and delivery and both chains' pubdata included. */
  readonly listedFirstOfChain: ListedCosts;
  readonly listedToNew: ListedCosts;
  readonly listedToHolders: ListedCosts;
}

export interface SentCosts {
  /** Costs to another chain alone, each with a separate delivery. */
  readonly sentToNew: TransferCosts;
  readonly sentToHolders: TransferCosts;
}

/** Seven bytes of wei, which no two transfers share. */
const AMOUNT = 10n ** 16n;

/** Asset of the transfers: the call inside the chain, and the balance of an account. */
export interface ListedAsset {
  /** On the source. */
  readonly token: Hex;
  plain(to: Hex, amount: bigint): TransactionRequest;
  /** On the destination, where a token's contract comes with the first transfer. */
  balanceOf(destination: JsonRpcProvider, account: Hex): Promise<bigint>;
}

/** The coin that pays for gas. */
export const COIN: ListedAsset = {
  token: PREDEPLOYS.L2BaseToken,
  plain: (to, value) => ({ to, value, gasLimit: 21_000n }),
  balanceOf: (destination, account) => destination.getBalance(account),
};

/** An ERC-20 of L1, by its contract there and its contract on a chain, which is the same on all. */
export function tokenOfL1(token: Hex): ListedAsset {
  return {
    token,
    plain: (to, amount) => ({ to: token, data: erc20.encodeFunctionData("transfer", [to, amount]), gasLimit: 200_000n }),
    async balanceOf(destination, account) {
      const answer = await destination.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [account]) });
      return answer === "0x" ? 0n : BigInt(answer);
    },
  };
}

/**
 * Measures `count` transfers a batch, to both sides. In the first round no batch of the chain has had so long a list, so its entries
 * take new slots.
 */
export async function measureListCosts(devnet: FlowDevnet, count: number, asset = COIN): Promise<ListCosts> {
  const [source, destination] = devnet.chains as [DevnetChain, DevnetChain];
  const clients = [source, destination].map(clientOf) as [JsonRpcProvider, JsonRpcProvider];
  const sender = devnet.accounts.wallet(ALICE).connect(clients[0]);
  const scene = { chains: [source, destination], clients, sender, asset } as const;
  // No entry is the one that was in its place before: what does not change is not published.
  let amount = AMOUNT;
  const listed = (to: readonly Hex[]) => measureListed(devnet, scene, { to, amount: (amount += AMOUNT) });
  const inside = (to: readonly Hex[]) => measurePlain(source, { sender, asset }, to);
  try {
    const first = accountsOf("first", count);
    const plain = accountsOf("plain", count);
    const fresh = accountsOf("fresh", count);
    return {
      listedFirstOfChain: await listed(first),
      plainToNew: await inside(plain),
      plainToHolders: await inside(plain),
      listedToNew: await listed(fresh),
      listedToHolders: await listed(fresh),
    };
  } finally {
    for (const client of clients) client.destroy();
  }
}

/** Measures `count` transfers a batch that travel alone, to both sides. */
export async function measureSentCosts(devnet: FlowDevnet, count: number, asset = COIN): Promise<SentCosts> {
  const [source, destination] = devnet.chains as [DevnetChain, DevnetChain];
  const clients = [source, destination].map(clientOf) as [JsonRpcProvider, JsonRpcProvider];
  const sender = devnet.accounts.wallet(ALICE).connect(clients[0]);
  const scene = { chains: [source, destination], clients, sender, asset } as const;
  const accounts = accountsOf("single", count);
  try {
    return { sentToNew: await measureSent(devnet, scene, accounts), sentToHolders: await measureSent(devnet, scene, accounts) };
  } finally {
    for (const client of clients) client.destroy();
  }
}

/** Accounts of which no chain has heard. */
function accountsOf(kind: string, count: number): readonly Hex[] {
  return Array.from({ length: count }, (_, i) => `0x${keccak(new TextEncoder().encode(`${kind} ${i}`)).slice(26)}` as const);
}

async function measurePlain(
  chain: DevnetChain,
  { sender, asset }: { readonly sender: Signer; readonly asset: ListedAsset },
  to: readonly Hex[],
): Promise<TransferCosts> {
  const { gas, feeWei } = await sendAll(
    sender,
    to.map((account, i) => asset.plain(account, AMOUNT + BigInt(i))),
  );
  const { batch } = await settleNow(chain);
  return { bytes: batch.pubdata.length / to.length, gas: Number(gas) / to.length, feeWei: Number(feeWei) / to.length };
}

interface Scene {
  readonly chains: readonly [DevnetChain, DevnetChain];
  readonly clients: readonly [JsonRpcProvider, JsonRpcProvider];
  readonly sender: Signer;
  readonly asset: ListedAsset;
}

async function measureListed(
  devnet: FlowDevnet,
  { chains: [source, destination], clients: [onSource, onDestination], sender, asset }: Scene,
  { to, amount: first }: { readonly to: readonly Hex[]; readonly amount: bigint },
): Promise<ListedCosts> {
  const requests = to.map((account, i) => {
    const amount = first + BigInt(i);
    const data = assetRouter.encodeFunctionData("sendListed", [destination.chainId, asset.token, amount, account]);
    return { to: PREDEPLOYS.L2AssetRouter, data, value: asset === COIN ? amount : 0n, gasLimit: 500_000n };
  });
  const before = await Promise.all(to.map((account) => asset.balanceOf(onDestination, account)));
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
    const received = (await asset.balanceOf(onDestination, account)) - before[i]!;
    if (received !== first + BigInt(i)) throw new Error(`${account} received ${received}`);
  }
  const arrived = (await settleNow(destination)).batch;
  await devnet.relay();
  const message = (await devnet.messages()).find(({ messageHash }) => messageHash === list.messageHash);
  const delivered = message?.steps.find(({ step }) => step === "delivered");
  const delivery = await onDestination.getTransactionReceipt(delivered?.transactionHash ?? "0x");
  if (delivery === null) throw new Error("the list was not delivered");
  return {
    bytes: (batch.pubdata.length + arrived.pubdata.length) / to.length,
    gas: Number(sent.gas + BigInt(gasUsed) + delivery.gasUsed) / to.length,
    feeWei: Number(sent.feeWei + delivery.fee) / to.length,
    parts: {
      sending: { bytes: batch.pubdata.length / to.length, gas: Number(sent.gas) / to.length },
      closing: { bytes: 0, gas: Number(gasUsed) / to.length },
      delivery: { bytes: arrived.pubdata.length / to.length, gas: Number(delivery.gasUsed) / to.length },
    },
  };
}

async function measureSent(
  devnet: FlowDevnet,
  { chains: [source, destination], clients: [, onDestination], sender, asset }: Scene,
  to: readonly Hex[],
): Promise<TransferCosts> {
  const requests = to.map((account, i) => {
    const amount = AMOUNT + BigInt(i);
    const data = assetRouter.encodeFunctionData("sendToChain", [destination.chainId, asset.token, amount, account]);
    return { to: PREDEPLOYS.L2AssetRouter, data, value: asset === COIN ? amount : 0n, gasLimit: 500_000n };
  });
  const sent = await sendAll(sender, requests);
  const { batch } = await settleNow(source);
  const before = new Set((await devnet.messages()).filter(isDelivered).map(({ messageHash }) => messageHash));
  await devnet.relay();
  const arrived = (await settleNow(destination)).batch;
  const delivered = (await devnet.messages()).filter((message) => isDelivered(message) && !before.has(message.messageHash));
  if (delivered.length !== to.length) throw new Error(`${delivered.length} of ${to.length} transfers were delivered`);
  const hashes = delivered.map(({ steps }) => steps.find(({ step }) => step === "delivered")?.transactionHash ?? "0x");
  let { gas, feeWei } = sent;
  for (const hash of new Set(hashes)) {
    const receipt = await onDestination.getTransactionReceipt(hash);
    gas += receipt?.gasUsed ?? 0n;
    feeWei += receipt?.fee ?? 0n;
  }
  return {
    bytes: (batch.pubdata.length + arrived.pubdata.length) / to.length,
    gas: Number(gas) / to.length,
    feeWei: Number(feeWei) / to.length,
  };
}

function isDelivered({ steps }: { readonly steps: readonly { readonly step: string }[] }): boolean {
  return steps.some(({ step }) => step === "delivered");
}

/** Gas and fees of all of them, in order from one account. */
async function sendAll(
  sender: Signer,
  requests: readonly TransactionRequest[],
): Promise<{ readonly gas: bigint; readonly feeWei: bigint }> {
  const nonce = await sender.getNonce();
  let [gas, feeWei] = [0n, 0n];
  for (const [i, request] of requests.entries()) {
    const response = await sender.sendTransaction({ ...request, nonce: nonce + i });
    const receipt = await response.wait();
    gas += receipt?.gasUsed ?? 0n;
    feeWei += receipt?.fee ?? 0n;
  }
  return { gas, feeWei };
}
