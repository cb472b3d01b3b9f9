import type { Log, Provider, Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { encodeListEntry, FIRST_LISTED_ACCOUNT, MAX_LISTED_AMOUNT } from "../../../ground/protocol/transfer-list.ts";
import { listedEventOf } from "../../relayer/list-book.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { announceFirst } from "../messages/announce.ts";
import { formatChainAddress, parseChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { assetRouter, topicOf } from "../sending/contract-interfaces.ts";
import { findChain, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { LIST_GAS_MARGIN } from "../sending/gas-margin.ts";
import { requireRecipient, type SendRequest } from "./send.ts";
import { ecosystemBetween } from "../ecosystem/settlement-base.ts";
import { positive, senderOn, submit } from "../sending/submit.ts";
import { ensureAllowance, findToken, requireTokens } from "../tokens/token.ts";

/** A transfer that leaves with its chain's open batch, in a list with all others of its token and destination. */
export interface ListedTransfer {
  readonly transactionHash: Hex;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  /** The list's name on its chain. */
  readonly list: Hex;
  /** Position of the transfer in the list. */
  readonly place: number;
  readonly approvals: readonly Hex[];
}

/** A list that a batch has sent. */
export interface SentList {
  /** Identifier for tracking, like that of any message. */
  readonly messageHash: Hex;
  /** The list's number in its batch. */
  readonly number: number;
  /** Recipient (20) ‖ amount (12) of each, in order: what a delivery brings. */
  readonly entries: readonly Hex[];
}

/**
 * Sends a coin or an ERC-20 to an account with a key on another chain, in a list: for far less gas than `send`, here and there.
 * It leaves when the batch is sealed, and the relayer delivers the list. A list keeps no senders: what the destination can never
 * receive goes to the recipient. `signer` is on the sending chain. Throws ClientError; NotListable for a recipient with code
 * there or below 2^20, an amount of 2^96 or more, and where the members have no hyperbridge between them; Refused where the
 * batch has no list left: `send` then.
 */
export async function sendListed(
  ecosystem: Ecosystem,
  request: SendRequest,
  signer: Signer,
  destination: Provider,
): Promise<ListedTransfer> {
  const source = findChain(ecosystem, request.chain);
  const to = parseChainAddress(ecosystem, request.to);
  const between = ecosystemBetween(ecosystem, source.chainId, to.chainId);
  requireRecipient(between, to);
  const amount = positive(request.amount, "send");
  const place = formatChainAddress(ecosystem, to);
  if (to.chainId === source.chainId || to.chainId === between.l1.chainId)
    throw notListable(`${place} is not on another chain`, place);
  const { fee = 0n } = request;
  if (amount > MAX_LISTED_AMOUNT) throw notListable(`${amount} is not below 2^96, which an entry of a list holds`, place);
  if (BigInt(to.account) < FIRST_LISTED_ACCOUNT)
    throw notListable(`${place} is below 2^20, where the protocol and precompiled contracts are`, place);
  if ((await destination.getCode(to.account)) !== "0x")
    throw notListable(`${place} has code, and what a list cannot deliver goes to its recipients, who need a key`, place);
  const sender = await senderOn(signer, source);
  const token = await findToken(between, source, request.token, sender.provider);
  const approvals: Hex[] = [];
  if (!token.isBase && token.originChainId !== source.chainId) await requireTokens(sender, token.address, amount + fee);
  else if (!token.isBase) {
    const approval = await ensureAllowance(sender, token.address, PREDEPLOYS.L2NativeTokenVault, amount + fee);
    if (approval !== undefined) approvals.push(approval);
  }
  await announceFirst(between, sender, token);
  const data =
    fee > 0n
      ? assetRouter.encodeFunctionData("sendListedWithFee", [to.chainId, token.address, amount, fee, to.account])
      : assetRouter.encodeFunctionData("sendListed", [to.chainId, token.address, amount, to.account]);
  const listing = { to: PREDEPLOYS.L2AssetRouter, data, value: token.isBase ? amount + fee : 0n };
  const receipt = await submit(sender, listing, LIST_GAS_MARGIN);
  const entry = encodeListEntry({ recipient: to.account, amount });
  // The token's own code may have sent others before.
  const event = receipt.logs.map(readListed).findLast((listed) => listed?.entry === entry);
  if (event === undefined) throw new Error(`transaction ${receipt.hash} listed no transfer`);
  return {
    transactionHash: receipt.hash as Hex,
    sourceChainId: source.chainId,
    destinationChainId: to.chainId,
    list: event.list,
    place: event.place,
    approvals,
  };
}

/** The lists into which a transaction put transfers, by their names; `logs` are of its receipt. */
export function listsOf(logs: readonly Pick<Log, "address" | "topics" | "data">[]): readonly Hex[] {
  return [...new Set(logs.flatMap((log) => readListed(log)?.list ?? []))];
}

/** The list with its entries once its batch is sealed, from its chain's events; undefined before. `source` is on that chain. */
export async function findSentList(source: Provider, list: Hex): Promise<SentList | undefined> {
  const toBlock = await source.getBlockNumber();
  const eventsOf = (name: string) =>
    readLogs(source, {
      address: PREDEPLOYS.L2AssetRouter,
      topics: [topicOf(assetRouter, name), list],
      fromBlock: 0,
      toBlock,
    });
  const [log] = await eventsOf("ListSent");
  const sent = log === undefined ? undefined : assetRouter.parseLog(log)?.args;
  if (sent === undefined) return undefined;
  const entries = (await eventsOf("TransferListed")).map((log) => readListed(log)?.entry).filter((entry) => entry !== undefined);
  return { messageHash: sent["messageHash"] as Hex, number: Number(sent["number"]), entries };
}

function readListed({ address, topics, data }: Pick<Log, "address" | "topics" | "data">) {
  if (address.toLowerCase() !== PREDEPLOYS.L2AssetRouter) return undefined;
  const event = assetRouter.parseLog({ topics, data });
  return event?.name === "TransferListed" ? listedEventOf(event) : undefined;
}

function notListable(reason: string, to: string): ClientError {
  return new ClientError("NotListable", `${reason}: send it with send, which carries it alone`, { to });
}
