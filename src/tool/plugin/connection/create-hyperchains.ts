import type { JsonRpcSigner } from "ethers";
import { requireContract } from "../../../ecosystem/client/calls/call.ts";
import { parseChainAddress } from "../../../ecosystem/client/ecosystem/chain-address.ts";
import { deposit, type Deposit } from "../../../ecosystem/client/queue/deposit.ts";
import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../../ecosystem/client/ecosystem/settlement-base.ts";
import type { SentCall } from "../../../ecosystem/client/calls/direct-call.ts";
import type { Sent } from "../../../ecosystem/client/transfers/send.ts";
import { sentMessages, type SentMessage } from "../../../ecosystem/client/messages/sent-messages.ts";
import { withdraw } from "../../../ecosystem/client/messages/withdraw.ts";
import type { MessageInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { callOverLayers } from "./call-over-layers.ts";
import { messageByGateway } from "./message-by-gateway.ts";
import { Crossing, type CrossingKind, type CrossingName } from "./crossing.ts";
import { crossChainMessage, deposit as depositKind, messageToL1, payment } from "./crossing-kinds.ts";
import { createBridges } from "./bridges.ts";
import { createCalls } from "./calls.ts";
import { createAnnouncements } from "./announcements.ts";
import { completed, createReturns } from "./answers.ts";
import { createChainChanges } from "./changing-chains.ts";
import { createFaults } from "./create-faults.ts";
import { createGovernance } from "./create-governance.ts";
import { createGuardians } from "./create-guardians.ts";
import { createHub } from "./create-hub.ts";
import type { DepositOptions, From, Hyperchains, Member, TransactionLike } from "../api/hyperchains.ts";
import { createEstimates } from "./estimates.ts";
import type { EcosystemLink } from "./link.ts";
import { createFlows } from "./flows.ts";
import { createMovements } from "./movements.ts";
import { createL1Slots } from "./l1-slots.ts";
import { createRemoteSlots } from "./remote-slots.ts";
import { createSends } from "./sends.ts";
import { createSpending } from "./spending.ts";
import { createSwaps } from "./swaps.ts";
import { readRequest } from "./read-request.ts";
import { numbered, resolvePlace } from "./resolve-place.ts";
import { tokenAddress } from "./address-like.ts";
import { createAssertions } from "../matchers/assertions.ts";
import { MessageError, type Message } from "../api/message.ts";
import { remember } from "../api/registry.ts";

/** The test API over an ecosystem. */
export function createHyperchains(link: EcosystemLink): Hyperchains {
  const l1 = Object.assign(link.l1, createL1Slots(link));
  const signerOn = (chainId: number, from: From | undefined): Promise<JsonRpcSigner> => link.signer(chainId, from);
  const track = (name: CrossingName, kind: CrossingKind): Message => {
    const message = new Crossing(name, kind, link, returns);
    remember(message, hyperchains);
    return message;
  };
  const follow = (sent: SentMessage | Sent | SentCall): Message => {
    const name: CrossingName = { ...sent, hash: sent.messageHash };
    return track(name, kindOf(name, link));
  };
  const returns = createReturns(link, () => hyperchains);
  const hyperchains: Hyperchains = {
    get info() {
      return link.info;
    },
    l1,
    get chains() {
      return link.chains;
    },
    faults: createFaults(link),
    governance: createGovernance(link),
    get bridges() {
      return createBridges(link, hyperchains.settle);
    },
    [Symbol.iterator]: () => link.chains[Symbol.iterator](),
    chain: (nameOrId) => link.member(nameOrId),
    hub: (name) => createHub(link, name),
    guardians: (name) => createGuardians(link, name),
    address: (place) => parseChainAddress(link.info, numbered(link, place)),
    async deposit(options) {
      const { amount, token, from, ...where } = readRequest("deposit", options);
      const { chain, account: to } = await depositTarget(link, where);
      const { l1: below } = ecosystemOf(link.info, findChain(link.info, chain));
      if (to !== undefined) await requireContract(link.info, { to: { chain, account: to }, data: "0x" }, link.client(chain));
      const signer = await signerOn(below.chainId, from);
      const sent = await deposit(link.info, { chain, amount, token: tokenAddress(token), to }, signer);
      const name = depositName(below.chainId, sent);
      return track(name, depositKind(name, link));
    },
    async withdraw(options) {
      const { chain, from, token, ...rest } = readRequest("withdraw", options);
      const { chainId } = findChain(link.info, chain);
      return follow(await withdraw(link.info, { chain, ...rest, token: tokenAddress(token) }, await signerOn(chainId, from)));
    },
    ...createCalls(link, follow),
    ...createSends(link, { track, follow }),
    ...createEstimates(link),
    ...createSwaps(link, follow),
    ...createSpending(link, follow),
    ...createFlows(link),
    ...createAnnouncements(link),
    ...createMovements(link),
    ...createMessages(link, follow),
    completed: (transaction) => completed(hyperchains, transaction),
    ...createRemoteSlots(link),
    get assertions() {
      return createAssertions(hyperchains);
    },
    ...createChainChanges(link, () => hyperchains),
  };
  for (const thing of [hyperchains, l1, ...link.chains]) remember(thing, hyperchains);
  return hyperchains;
}

/** The part of the test API that finds messages. */
function createMessages(link: EcosystemLink, follow: (sent: SentMessage) => Message): Pick<Hyperchains, "message" | "messages"> {
  async function messagesOf(transaction: TransactionLike | Promise<TransactionLike>): Promise<readonly Message[]> {
    const hash = hashOf(await transaction);
    const answering = link.chains.filter((member) => !isStopped(link, member));
    for (const chain of answering) {
      const receipt = await link.client(chain.chainId).getTransactionReceipt(hash);
      const { l1: below } = ecosystemOf(link.info, findChain(link.info, chain.chainId));
      if (receipt !== null) return sentMessages(chain.chainId, below.chainId, receipt).map(follow);
    }
    return [];
  }
  return {
    messages: messagesOf,
    async message(transactionOrHash) {
      const hash = hashOf(await transactionOrHash);
      const [message] = await messagesOf(hash);
      if (message !== undefined) return message;
      const known = await link.request<MessageInfo | null>("hyperchain_message", [hash, null, { fresh: true }]);
      const [first] = known?.steps ?? [];
      if (known === null || first === undefined) {
        throw new MessageError(
          "UnknownMessage",
          `${hash} is neither a message of this ecosystem nor a transaction that sent one`,
        );
      }
      return follow({ ...known, transactionHash: first.transactionHash }).refresh();
    },
  };
}

function isStopped({ info }: EcosystemLink, { chainId }: Pick<Member, "chainId">): boolean {
  return info.chains.some((chain) => chain.chainId === chainId && chain.stopped === true);
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

async function depositTarget(
  link: EcosystemLink,
  { to, chain }: Pick<DepositOptions, "to" | "chain">,
): Promise<{ readonly chain: number; readonly account: Hex | undefined }> {
  const { info } = link;
  if (to !== undefined) return resolvePlace(link, to, chain);
  if (chain !== undefined) return { chain: findChain(info, chain).chainId, account: undefined };
  const [example] = info.chains;
  throw new TypeError(`a deposit needs "to" (0x…@${example?.name ?? "chain"}) or "chain"`);
}

function kindOf(name: CrossingName, link: EcosystemLink): CrossingKind {
  if (name.type === "payment") return payment(name);
  if (name.type === "deposit") return depositKind(name, link);
  if (name.type === "l1Call" && name.sender !== undefined) return callOverLayers({ ...name, sender: name.sender }, link);
  if (name.type === "l1Message") return messageByGateway(name, link);
  // Plain messages go to L1 too.
  return name.type === "withdrawal" || name.type === "message" ? messageToL1(name, link) : crossChainMessage(name, link);
}

function hashOf(transaction: TransactionLike): Hex {
  const hash =
    typeof transaction === "string" ? transaction : "hash" in transaction ? transaction.hash : transaction.transactionHash;
  return hash.toLowerCase() as Hex;
}
