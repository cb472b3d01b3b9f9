import type { JsonRpcSigner } from "ethers";
import { parseChainAddress } from "../../client/chain-address.ts";
import { call, requireContract } from "../../client/call.ts";
import { deposit } from "../../client/deposit.ts";
import type { Deposit } from "../../client/deposit.ts";
import { findChain } from "../../client/ecosystem.ts";
import { send } from "../../client/send.ts";
import { sentMessages } from "../../client/sent-messages.ts";
import type { SentMessage } from "../../client/sent-messages.ts";
import { walletView } from "../../client/wallet-view.ts";
import { withdraw } from "../../client/withdraw.ts";
import type { EcosystemStatus, MessageInfo, RelayInfo, SettledBatchInfo } from "../../devnet/view/ecosystem-info.ts";
import type { Hex } from "../../protocol/hex.ts";
import { Crossing } from "./crossing.ts";
import type { CrossingKind, CrossingName } from "./crossing.ts";
import { crossChainMessage, deposit as depositKind, messageToL1 } from "./crossing-kinds.ts";
import { createAnnouncements } from "./announcements.ts";
import { createFaults } from "./create-faults.ts";
import type { DepositOptions, From, Hyperchains, TransactionLike } from "../api/hyperchains.ts";
import { createEstimates } from "./estimates.ts";
import type { EcosystemLink } from "./link.ts";
import { readRequest } from "./read-request.ts";
import { addressOf, tokenAddress } from "./token-like.ts";
import { MessageError } from "../api/message.ts";
import type { Message } from "../api/message.ts";
import { remember } from "./registry.ts";

/** The test API over an ecosystem. */
export function createHyperchains(link: EcosystemLink): Hyperchains {
  const { info, l1, chains } = link;
  const signerOn = (chainId: number, from: From | undefined): Promise<JsonRpcSigner> => link.signer(chainId, from);
  const track = (name: CrossingName, kind: CrossingKind): Message => {
    const message = new Crossing(name, kind, link);
    remember(message, hyperchains);
    return message;
  };
  const follow = (sent: SentMessage): Message => {
    const name: CrossingName = { ...sent, hash: sent.messageHash };
    return track(name, TO_L1.has(sent.type) ? messageToL1(name, link) : crossChainMessage(name, link));
  };

  async function messagesOf(transaction: TransactionLike | Promise<TransactionLike>): Promise<readonly Message[]> {
    const hash = hashOf(await transaction);
    for (const chain of chains) {
      const receipt = await link.client(chain.chainId).getTransactionReceipt(hash);
      if (receipt !== null) return sentMessages(chain.chainId, info.l1.chainId, receipt).map(follow);
    }
    return [];
  }

  const hyperchains: Hyperchains = {
    info,
    l1,
    chains,
    faults: createFaults(link),
    [Symbol.iterator]: () => chains[Symbol.iterator](),
    chain: (nameOrId) => link.member(nameOrId),
    address: (text) => parseChainAddress(info, text),
    async deposit(options) {
      const { amount, token, from, ...where } = readRequest("deposit", options);
      const signer = await signerOn(info.l1.chainId, from);
      const { chainId, account } = depositTarget(link, where, signer.address);
      const sent = await deposit(info, { chain: chainId, amount, token: tokenAddress(token), to: account }, signer);
      const name = depositName(info.l1.chainId, sent);
      return track(name, depositKind(name, link));
    },
    async withdraw(options) {
      const { chain, from, token, ...rest } = readRequest("withdraw", options);
      const { chainId } = findChain(info, chain);
      return follow(await withdraw(info, { chain, ...rest, token: tokenAddress(token) }, await signerOn(chainId, from)));
    },
    async send(options) {
      const { chain, from, token, ...rest } = readRequest("send", options);
      const { chainId } = findChain(info, chain);
      return follow(await send(info, { from: chain, ...rest, token: tokenAddress(token) }, await signerOn(chainId, from)));
    },
    async call(options) {
      const { chain, from, data, tokens, ...rest } = readRequest("call", options);
      const { chainId } = findChain(info, chain);
      await requireContract(info, { to: rest.to, data: data as Hex }, link.client(parseChainAddress(info, rest.to).chainId));
      const named = tokens.map(({ token, ...other }) => ({ ...other, token: addressOf(token) }));
      return follow(await call(info, { from: chain, ...rest, data: data as Hex, tokens: named }, await signerOn(chainId, from)));
    },
    ...createEstimates(link),
    ...createAnnouncements(link),
    settle: (chain) =>
      link.request<readonly SettledBatchInfo[]>("hyperchain_settle", chain === undefined ? [] : [findChain(info, chain).chainId]),
    relay: () => link.request<RelayInfo>("hyperchain_relay"),
    async message(transactionOrHash) {
      const hash = hashOf(await transactionOrHash);
      const [message] = await messagesOf(hash);
      if (message !== undefined) return message;
      const known = await link.request<MessageInfo | null>("hyperchain_message", [hash]);
      const [first] = known?.steps ?? [];
      if (known === null || first === undefined) {
        throw new MessageError(
          "UnknownMessage",
          `${hash} is neither a message of this ecosystem nor a transaction that sent one`,
        );
      }
      return follow({ ...known, transactionHash: first.transactionHash }).refresh();
    },
    messages: messagesOf,
    wallet: (account) =>
      walletView(info, typeof account === "string" ? account : account.address, (chainId) => link.client(chainId)),
    status: () => link.request<EcosystemStatus>("hyperchain_status"),
    snapshot: () => link.request<Hex>("evm_snapshot"),
    revert: (mark) => revertTo(link, mark),
  };
  for (const thing of [hyperchains, l1, ...chains]) remember(thing, hyperchains);
  return hyperchains;
}

async function revertTo(link: EcosystemLink, mark: Hex): Promise<void> {
  if ((await link.request<boolean>("evm_revert", [mark])) !== true)
    throw new Error(`there is no snapshot ${mark}, or it was used; each can be returned to once`);
}

function depositName(sourceChainId: number, { chainId, canonicalTxHash, l1TransactionHash }: Deposit): CrossingName {
  return {
    hash: canonicalTxHash,
    type: "deposit",
    sourceChainId,
    destinationChainId: chainId,
    transactionHash: l1TransactionHash,
  };
}

function depositTarget(
  link: EcosystemLink,
  { to, chain }: Pick<DepositOptions, "to" | "chain">,
  sender: string,
): { chainId: number; account: Hex } {
  const { info } = link;
  if (to !== undefined) return parseChainAddress(info, to, chain);
  if (chain !== undefined) return { chainId: findChain(info, chain).chainId, account: sender.toLowerCase() as Hex };
  const [example] = info.chains;
  throw new TypeError(`a deposit needs "to" (0x…@${example?.name ?? "chain"}) or "chain"`);
}

/** Messages that go to L1. */
const TO_L1: ReadonlySet<string> = new Set(["withdrawal", "message"]);

function hashOf(transaction: TransactionLike): Hex {
  const hash =
    typeof transaction === "string" ? transaction : "hash" in transaction ? transaction.hash : transaction.transactionHash;
  return hash.toLowerCase() as Hex;
}
