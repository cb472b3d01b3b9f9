import { zeroPadValue, type Provider } from "ethers";
import { FORWARDERS_CODE } from "../../../ground/abi/forwarders-code.ts";
import { ASSET_ROUTER_ADDRESS, BASE_TOKEN_ADDRESS, decodeAssetMessage } from "../../../ground/protocol/asset-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { claimantOf, forwarderAddress, forwarders, readHops, type ForwardingHop } from "../../relayer/forwarding.ts";
import type { WithdrawalClaim } from "../../relayer/inclusion-proof.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { encodeChainAddress, type ChainAddress } from "../ecosystem/chain-address.ts";
import { messenger, topicOf } from "../sending/contract-interfaces.ts";
import { deployedContract, putOnLayer } from "../sending/deployed-contract.ts";
import type { Ecosystem } from "../ecosystem/ecosystem.ts";
import { submit, type Sender } from "../sending/submit.ts";
import { tokenBalance } from "../tokens/token-balance.ts";
import { isEther, type ChainToken } from "../tokens/token.ts";

/** `Forwarders.sol` on L1, at the address that follows from its code: any account puts it there. */
export const FORWARDERS = deployedContract(FORWARDERS_CODE);

/** Contract for withdrawals that pay their claimer, on a chain's settlement layer. */
function forwardersOn({ contracts }: Ecosystem["l1"]): Hex {
  return contracts.forwarders ?? FORWARDERS.address;
}

/** A withdrawal of which the claimer gets a part. */
interface PaidClaim {
  /** Destination of the withdrawal: an address derived from recipient, token and fee. */
  readonly to: ChainAddress;
  readonly hop: ForwardingHop;
}

/**
 * Destination of a withdrawal that pays `fee` to its claimer. The remainder is the recipient's. The recipient
 * can take everything at any time without the fee; no other account can.
 */
export function paidClaimOf(
  { l1 }: Ecosystem,
  { to, token, fee }: { readonly to: ChainAddress; readonly token: ChainToken; readonly fee: bigint },
): PaidClaim {
  const paid = isEther(token.originToken) ? PREDEPLOYS.L2BaseToken : token.originToken;
  const forwarding = { to: encodeChainAddress(to), factory: NO_FACTORY, refundTo: to.account, token: paid, fee };
  const account = forwarderAddress(forwardersOn(l1), forwarding);
  return { to: { chainId: l1.chainId, account }, hop: { chainId: BigInt(l1.chainId), forwarding } };
}

const NO_FACTORY: Hex = `0x${"00".repeat(20)}`;

/** The terms that a withdrawal's sender wrote behind its calldata; none where the chain does not have or does not tell them. */
export async function hopsOf(chain: Provider, messageHash: Hex): Promise<readonly ForwardingHop[]> {
  const senders = [ASSET_ROUTER_ADDRESS, BASE_TOKEN_ADDRESS].map((sender) => zeroPadValue(sender, 32));
  const topics = [topicOf(messenger, "L1MessageSent"), senders, messageHash];
  try {
    const question = { address: PREDEPLOYS.L1Messenger, topics, fromBlock: 0, toBlock: await chain.getBlockNumber() };
    const [sent] = await readLogs(chain, question);
    const transaction = sent === undefined ? null : await chain.getTransaction(sent.transactionHash);
    return readHops(transaction?.data ?? "0x");
  } catch {
    // A chain that is paused answers nothing, and a withdrawal is claimed without it.
    return [];
  }
}

/** Terms among `hops` that match a withdrawal's recipient, if the withdrawal pays its claimer. */
export function paidHopOf({ l1 }: Ecosystem, body: Uint8Array, hops: readonly ForwardingHop[]): ForwardingHop | undefined {
  const recipient = decodeAssetMessage(body)?.recipient;
  return hops.find((hop) => claimantOf(hop) !== undefined && forwarderAddress(forwardersOn(l1), hop.forwarding) === recipient);
}

/** Claims it for its recipient; the sender of the transaction gets the fee. Resolves with its hash. Throws ClientError. */
export async function claimPaid(
  { l1 }: Ecosystem,
  { forwarding }: ForwardingHop,
  claim: WithdrawalClaim,
  sender: Sender,
): Promise<Hex> {
  if (l1.contracts.forwarders === undefined) await putOnLayer(FORWARDERS, sender);
  const args = [l1.contracts.bridge, claim, forwarding, forwarding.token];
  return bring(l1, "claimAndForward", args, sender);
}

/**
 * Forwards an amount that the bridge paid earlier and that is still at the forwarder; returns undefined if
 * there is none.
 */
export async function bringPaid({ l1 }: Ecosystem, { forwarding }: ForwardingHop, sender: Sender): Promise<Hex | undefined> {
  const account = forwarderAddress(forwardersOn(l1), forwarding);
  const isCoin = forwarding.token === PREDEPLOYS.L2BaseToken;
  const held = isCoin
    ? await sender.provider.getBalance(account)
    : await tokenBalance(forwarding.token, account, sender.provider);
  if (held <= forwarding.fee) return undefined;
  if (l1.contracts.forwarders === undefined) await putOnLayer(FORWARDERS, sender);
  return bring(l1, "forward", [forwarding, forwarding.token], sender);
}

async function bring(l1: Ecosystem["l1"], name: string, args: readonly unknown[], sender: Sender): Promise<Hex> {
  const data = forwarders.encodeFunctionData(name, [...args]);
  return (await submit(sender, { to: forwardersOn(l1), data })).hash as Hex;
}
