import type { JsonRpcSigner } from "ethers";
import { parseChainAddress } from "../../client/chain-address.ts";
import { call } from "../../client/call.ts";
import { deposit } from "../../client/deposit.ts";
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
import { createFaults } from "./create-faults.ts";
import type { DepositOptions, From, Hyperchains, TokenLike, TransactionLike } from "./hyperchains.ts";
import type { EcosystemLink } from "./link.ts";
import { MessageError } from "./message.ts";
import type { Message } from "./message.ts";
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
    const isToL1 = sent.type === "withdrawal" || sent.type === "message";
    return track(name, isToL1 ? messageToL1(name, link) : crossChainMessage(name, link));
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
    async deposit({ amount, token, from, ...where }) {
      const signer = await signerOn(info.l1.chainId, from);
      const { chainId, account } = depositTarget(link, where, signer.address);
      const sent = await deposit(info, { chain: chainId, amount, token: tokenAddress(token), to: account }, signer);
      const name: CrossingName = {
        hash: sent.canonicalTxHash,
        type: "deposit",
        sourceChainId: info.l1.chainId,
        destinationChainId: chainId,
        transactionHash: sent.l1TransactionHash,
      };
      return track(name, depositKind(name, link));
    },
    async withdraw({ chain, from, token, ...rest }) {
      const { chainId } = findChain(info, chain);
      return follow(await withdraw(info, { chain, ...rest, token: tokenAddress(token) }, await signerOn(chainId, from)));
    },
    async send({ chain, from, token, ...rest }) {
      const { chainId } = findChain(info, chain);
      return follow(await send(info, { from: chain, ...rest, token: tokenAddress(token) }, await signerOn(chainId, from)));
    },
    async call({ chain, from, data, tokens = [], ...rest }) {
      const { chainId } = findChain(info, chain);
      const named = tokens.map(({ token, ...other }) => ({ ...other, token: addressOf(token) }));
      return follow(await call(info, { from: chain, ...rest, data: data as Hex, tokens: named }, await signerOn(chainId, from)));
    },
    settle: (chain) => link.request<readonly SettledBatchInfo[]>("hyperchain_settle", chain === undefined ? [] : [findChain(info, chain).chainId]),
    relay: () => link.request<RelayInfo>("hyperchain_relay"),
    async message(transactionOrHash) {
      const hash = hashOf(await transactionOrHash);
      const [message] = await messagesOf(hash);
      if (message !== undefined) return message;
      const known = await link.request<MessageInfo | null>("hyperchain_message", [hash]);
      const [first] = known?.steps ?? [];
      if (known === null || first === undefined) {
        throw new MessageError("UnknownMessage", `${hash} is neither a message of this ecosystem nor a transaction that sent one`);
      }
      return follow({ ...known, transactionHash: first.transactionHash }).refresh();
    },
    messages: messagesOf,
    wallet: (account) => walletView(info, typeof account === "string" ? account : account.address, (chainId) => link.client(chainId)),
    status: () => link.request<EcosystemStatus>("hyperchain_status"),
    snapshot: () => link.request<Hex>("evm_snapshot"),
    async revert(mark) {
      if ((await link.request<boolean>("evm_revert", [mark])) !== true) throw new Error(`there is no snapshot ${mark}, or it was used; each can be returned to once`);
    },
  };
  for (const thing of [hyperchains, l1, ...chains]) remember(thing, hyperchains);
  return hyperchains;
}

function depositTarget(link: EcosystemLink, { to, chain }: Pick<DepositOptions, "to" | "chain">, sender: string): { chainId: number; account: Hex } {
  const { info } = link;
  if (to !== undefined) return parseChainAddress(info, to, chain);
  if (chain !== undefined) return { chainId: findChain(info, chain).chainId, account: sender.toLowerCase() as Hex };
  const [example] = info.chains;
  throw new TypeError(`a deposit needs "to" (0x…@${example?.name ?? "chain"}) or "chain"`);
}

function tokenAddress(token: TokenLike | undefined): string | undefined {
  return token === undefined ? undefined : addressOf(token);
}

function addressOf(token: TokenLike): string {
  if (typeof token === "string") return token;
  return "address" in token ? token.address : String(token.target);
}

function hashOf(transaction: TransactionLike): Hex {
  const hash = typeof transaction === "string" ? transaction : "hash" in transaction ? transaction.hash : transaction.transactionHash;
  return hash.toLowerCase() as Hex;
}
