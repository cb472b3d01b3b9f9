import type { Provider, Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { bridgedTokenAddress } from "../../../ground/protocol/holding.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { forwarderAddress, FORWARDING_STEPS, type ForwardingHop } from "../../relayer/forwarding.ts";
import { encodeChainAddress, type ChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, memberName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { findMember } from "../ecosystem/route.ts";
import { ecosystemBetween, pathBetween } from "../ecosystem/settlement-base.ts";
import { findToken, isEther, l1TokenOf } from "../tokens/token.ts";

/** Money that goes over chains between. */
interface Onward {
  /** First forwarder, to which the sender's transaction sends the money. */
  readonly to: ChainAddress;
  /** With what each forwarder pays for being called. */
  readonly amount: bigint;
  readonly hops: readonly ForwardingHop[];
}

/** Order for the part of a route over intermediate chains. */
interface OnwardOrder {
  readonly path: readonly number[];
  readonly to: ChainAddress;
  /** Amount that must leave the last forwarder. */
  readonly amount: bigint;
  readonly token: string | undefined;
  /** For each forwarder. */
  readonly fee: bigint;
}

/**
 * The forwarders on a path, and what the first gets. Each names the sender for its refund. Throws ClientError NoContract for a
 * chain without forwarders, NotForwardable for a token that cannot take the path.
 */
export async function onwardOf(all: Ecosystem, order: OnwardOrder, signer: Signer): Promise<Onward> {
  const { path, fee } = order;
  const refundTo = (await signer.getAddress()).toLowerCase() as Hex;
  const token = await tokenBetween(all, order, signer.provider);
  const hops: ForwardingHop[] = [];
  let to = order.to;
  for (const chainId of path.slice(1, -1).toReversed()) {
    const { contracts } = layerOn(all, chainId);
    if (contracts.forwarders === undefined) throw noForwarders(all, chainId);
    const isAbove = all.chains.some((chain) => chain.chainId === to.chainId && chain.settlesOn?.chainId === chainId);
    const factory = isAbove ? contracts.factory : ZERO;
    const forwarding = { to: encodeChainAddress(to), factory, refundTo, token, fee };
    hops.unshift({ chainId: BigInt(chainId), forwarding });
    to = { chainId, account: forwarderAddress(contracts.forwarders, forwarding) };
  }
  return { to, amount: order.amount + fee * BigInt(hops.length), hops };
}

/**
 * Maximum gas of a forwarder's call. A refund tries with 1,000,000 gas whether the money can continue. Most
 * calls take 400,000.
 */
const CALL_GAS = 1_250_000n;
/** Gas of the final claim on L1. */
const CLAIM_GAS = 300_000n;

/**
 * The fee with which relayers carry a send over the chains between, for each of its forwarders: at the dearest step of its path,
 * as of now. 0 where no chain is between, and for tokens other than ETH, which relayers do not count. Rejects with a
 * provider's error.
 */
export async function forwardingFee(
  all: Ecosystem,
  { chain, to, token }: { readonly chain: number; readonly to: number; readonly token?: string | undefined },
  providerOf: (chainId: number) => Provider,
): Promise<bigint> {
  const path = pathBetween(all, chain, to);
  if (path.length === 2 || (token !== undefined && !isEther(token))) return 0n;
  // A claim where the way ends costs that member's gas; what a chain takes from a queue, it takes for nothing.
  const paid = path.slice(1).filter((chainId) => chainId === all.l1.chainId || isBase(all, chainId));
  let dearest = 0n;
  for (const chainId of paid) {
    const price = (await providerOf(chainId).getFeeData()).gasPrice ?? 0n;
    const cost = price * (chainId === all.l1.chainId ? CLAIM_GAS : CALL_GAS);
    if (cost > dearest) dearest = cost;
  }
  return dearest * FORWARDING_STEPS;
}

/**
 * The fee with which relayers claim a withdrawal, of ETH, where it is paid: the cost of a claim there, as of now. Rejects with a
 * provider's error.
 */
export async function claimFee(l1: Provider): Promise<bigint> {
  return ((await l1.getFeeData()).gasPrice ?? 0n) * CLAIM_GAS;
}

const ZERO: Hex = `0x${"00".repeat(20)}`;

function isBase({ chains }: Ecosystem, chainId: number): boolean {
  return chains.some(({ settlesOn }) => settlesOn?.chainId === chainId);
}

/** A chain as those that settle on it name it. Throws ClientError NoContract for a chain on which none does. */
function layerOn(all: Ecosystem, chainId: number): Ecosystem["l1"] {
  const layer = all.chains.find(({ settlesOn }) => settlesOn?.chainId === chainId)?.settlesOn;
  if (layer === undefined) throw noForwarders(all, chainId);
  return layer;
}

/** The token as the forwarders know it. */
async function tokenBetween(all: Ecosystem, { path, token }: OnwardOrder, provider: Provider | null): Promise<Hex> {
  const [source = 0, between = 0, , ...further] = path;
  const member = findMember(all, source);
  if (source === all.l1.chainId) {
    if (token === undefined || isEther(token)) return PREDEPLOYS.L2BaseToken;
    return bridgedTokenAddress(BigInt(source), l1TokenOf(findChain(all, between), token));
  }
  const ecosystem = ecosystemBetween(all, source, between);
  if (provider === null) throw new ClientError("NoProvider", `the signer is connected to nothing; connect it to ${member.name}`);
  const found = await findToken(ecosystem, findChain(all, source), token, provider);
  if (found.isBase && isEther(found.originToken)) return PREDEPLOYS.L2BaseToken;
  // Further on the same token has another address.
  const isNear = further.length === 0;
  if (isNear && found.originChainId === between) return found.originToken;
  if (isNear && ecosystem.l1.chainId !== between) return bridgedTokenAddress(BigInt(found.originChainId), found.originToken);
  const message = `${found.address} originates on chain ${found.originChainId}, so it does not go over ${memberName(all, between)}; send it to a chain on the same layer as ${member.name}`;
  throw new ClientError("NotForwardable", message, { token: found.address, originChainId: found.originChainId });
}

function noForwarders(all: Ecosystem, chainId: number): ClientError {
  const name = memberName(all, chainId);
  const message = `${name} has no contract that sends money on: send to ${name} first, and from there on`;
  return new ClientError("NoContract", message, { chainId });
}
