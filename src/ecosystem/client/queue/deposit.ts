import type { Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { withHops, type ForwardingHop } from "../../relayer/forwarding.ts";
import { formatChainAddress, parseChainAddress, type ChainAddressLike } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { encodeDirectRequest, encodeTokenRequest, queuedRequest, requestCost } from "./l1-request.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { positive, senderOn, submit } from "../sending/submit.ts";
import { ensureAllowance, ETHER, isBaseToken, l1TokenOf } from "../tokens/token.ts";

/** Money on its way from L1 to a chain. */
export interface DepositRequest {
  readonly chain: ChainName;
  /** Smallest units. */
  readonly amount: bigint;
  /** The token's address on L1, or "ETH"; default: the chain's base token. */
  readonly token?: string | undefined;
  /** On that chain, which an address alone need not name. Default: the signer's own account. */
  readonly to?: ChainAddressLike | undefined;
  /**
   * On the chain; what is not used is refunded there. Default 300,000, or 2,000,000 for a token, whose first deposit
   * creates its contract.
   */
  readonly gasLimit?: bigint | undefined;
  /** Forwarders after the deposit; `to` is the first. */
  readonly hops?: readonly ForwardingHop[] | undefined;
}

/** A deposit in the chain's queue. */
export interface Deposit {
  readonly chainId: number;
  /** Hash of the chain's transaction for this deposit. */
  readonly canonicalTxHash: Hex;
  readonly l1TransactionHash: Hex;
  /** Approvals that had to be sent first. */
  readonly approvals: readonly Hex[];
}

const DEFAULT_GAS_LIMIT = 300_000n;
const TOKEN_GAS_LIMIT = 2_000_000n;

/**
 * Deposits ETH or an ERC-20 from the settlement layer of a chain (L1 or another chain) through the chain's
 * priority queue, so that the chain must accept it. Approves the bridge if necessary. `signer` is on the
 * settlement layer. Throws ClientError.
 */
export async function deposit(all: Ecosystem, request: DepositRequest, signer: Signer): Promise<Deposit> {
  const chain = findChain(all, request.chain);
  const ecosystem = ecosystemOf(all, chain);
  const amount = positive(request.amount, "deposit");
  const token = l1TokenOf(chain, request.token);
  const sender = await senderOn(signer, ecosystem.l1);
  const recipient = request.to === undefined ? sender.address : recipientOn(ecosystem, chain.chainId, request.to);
  const { factory, bridge } = ecosystem.l1.contracts;
  const chainId = BigInt(chain.chainId);
  const isBase = isBaseToken(chain, token);
  const gasLimit = request.gasLimit ?? (isBase ? DEFAULT_GAS_LIMIT : TOKEN_GAS_LIMIT);
  const cost = await requestCost(factory, chainId, gasLimit, signer);
  const mintValue = isBase ? cost + amount : cost;
  const common = { chainId, hyperchain: chain.hyperchain, mintValue, gasLimit, refundRecipient: sender.address };

  const approvals: (Hex | undefined)[] = [];
  const base = l1TokenOf(chain, undefined);
  if (base !== ETHER) approvals.push(await ensureAllowance(sender, base, bridge, mintValue));
  if (!isBase && token !== ETHER) approvals.push(await ensureAllowance(sender, token, bridge, amount));
  const etherWei = !isBase && token === ETHER ? amount : 0n;
  const data = isBase
    ? encodeDirectRequest({ ...common, to: recipient, value: amount, data: "0x" })
    : encodeTokenRequest({ ...common, bridge, token, amount, recipient }, etherWei);
  const value = (base === ETHER ? mintValue : 0n) + etherWei;
  const { canonicalTxHash, receipt } = queuedRequest(
    await submit(sender, { to: factory, data: withHops(data, request.hops ?? []), value }),
    chain.hyperchain,
  );
  return {
    chainId: chain.chainId,
    canonicalTxHash,
    l1TransactionHash: receipt.hash as Hex,
    approvals: approvals.filter((hash) => hash !== undefined),
  };
}

function recipientOn(ecosystem: Ecosystem, chainId: number, to: ChainAddressLike): Hex {
  const address = parseChainAddress(ecosystem, to, chainId);
  if (address.chainId === chainId) return address.account;
  const meant = formatChainAddress(ecosystem, address);
  throw new ClientError("WrongChain", `the deposit is to chain ${chainId}, and its recipient is ${meant}; name one chain`, {
    chainId,
    to: meant,
  });
}
