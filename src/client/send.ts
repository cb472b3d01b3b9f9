import type { Signer } from "ethers";
import { announceFirst } from "./announce.ts";
import type { Announcement } from "./announce.ts";
import type { Hex } from "../protocol/hex.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { parseChainAddress } from "./chain-address.ts";
import type { ChainAddressLike } from "./chain-address.ts";
import { ClientError } from "./client-error.ts";
import { assetRouter } from "./contract-interfaces.ts";
import { findChain } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";
import { sentMessages } from "./sent-messages.ts";
import type { SentMessage } from "./sent-messages.ts";
import { positive, senderOn, submit } from "./submit.ts";
import { ensureAllowance, findToken, requireTokens } from "./token.ts";

/** Money on its way from one chain to another. */
export interface SendRequest {
  /** Sending chain. */
  readonly from: ChainName;
  /** `0x…@chain`, ERC-7930 bytes, or the parts. */
  readonly to: ChainAddressLike;
  /** Smallest units. */
  readonly amount: bigint;
  /** The token's address on the sending chain or on L1; default: the sending chain's base token. */
  readonly token?: string | undefined;
}

/** A send, and the approval that had to come first, if any. */
export interface Sent extends SentMessage {
  readonly approvals: readonly Hex[];
  /** The token's name, which went ahead: the token was born on the sending chain and leaves it for the first time. */
  readonly announcement?: Announcement;
}

/**
 * Sends base token or an ERC-20 to an account on another chain, where the relayer delivers it once L1 has executed the batch. A
 * token that was born on the sending chain is announced before it leaves for the first time, so that it has its name there.
 * `signer` is on the sending chain. Throws ClientError.
 */
export async function send(ecosystem: Ecosystem, request: SendRequest, signer: Signer): Promise<Sent> {
  const chain = findChain(ecosystem, request.from);
  const to = parseChainAddress(ecosystem, request.to);
  const amount = positive(request.amount, "send");
  requireOther(chain.chainId, to.chainId, ecosystem, "a withdrawal");
  const sender = await senderOn(signer, chain);
  const token = await findToken(ecosystem, chain, request.token, sender.provider);
  const approvals: Hex[] = [];
  if (!token.isBase) {
    // A token that was born here is taken by the vault; one that came here is burnt.
    const isNative = token.originChainId === chain.chainId;
    if (!isNative) await requireTokens(sender, token.address, amount);
    const approval = isNative ? await ensureAllowance(sender, token.address, PREDEPLOYS.L2NativeTokenVault, amount) : undefined;
    if (approval !== undefined) approvals.push(approval);
  }
  const announcement = await announceFirst(ecosystem, sender, token);
  const data = assetRouter.encodeFunctionData("sendToChain", [to.chainId, token.address, amount, to.account]);
  const receipt = await submit(sender, { to: PREDEPLOYS.L2AssetRouter, data, value: token.isBase ? amount : 0n });
  // The token's own code may have sent other messages before.
  const message = sentMessages(chain.chainId, ecosystem.l1.chainId, receipt).find(({ type }) => type === "transfer");
  if (message === undefined) throw new Error(`transaction ${receipt.hash} sent no transfer`);
  return { ...message, approvals, ...(announcement === undefined ? {} : { announcement }) };
}

/** Throws ClientError UnknownChain where the destination is the sending chain itself, or L1. */
export function requireOther(source: number, destination: number, ecosystem: Ecosystem, wayToL1: string): void {
  if (destination === ecosystem.l1.chainId)
    throw new ClientError("UnknownChain", `the destination is L1; what goes there is ${wayToL1}`, { destination });
  if (destination === source)
    throw new ClientError("UnknownChain", `source and destination are both chain ${source}; name another chain`, { destination });
}
