import { hexlify, randomBytes } from "ethers";
import { hashAtomicFlow, type AtomicFlow, type FlowLeg } from "../../../ground/protocol/atomic-flow.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { parseChainAddress, type ChainAddressLike } from "../ecosystem/chain-address.ts";
import { findChain, memberName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import { ecosystemOfFlow } from "./flow-layer.ts";
import { findToken } from "../tokens/token.ts";

const MAX_LEGS = 8;
const NO_CALL = wordToHex(0n);
/** Maximum deadline. A larger number is probably in milliseconds. */
const MAX_DEADLINE = 2n ** 40n;

/** Assets that one party gives on its chain, and the recipient there. */
export interface FlowLegRequest {
  /** `0x…@chain`. */
  readonly party: ChainAddressLike;
  /** On the party's chain. */
  readonly to: ChainAddressLike;
  /** Smallest units; 0 if the party only agrees. */
  readonly amount: bigint;
  /** The token's address on that chain or on L1; default: its base token. */
  readonly token?: string | undefined;
  /** Whether this leg decides: its recipient is paid, and called if `call` is given, before all others. At most one. */
  readonly pivot?: boolean | undefined;
  /** Data that the pivot's recipient receives in `onFlow`. */
  readonly call?: Hex | undefined;
}

/** Legs that happen all or not at all. */
export interface FlowRequest {
  readonly legs: readonly FlowLegRequest[];
  /** Seconds: L1 has to execute the escrows' batches until then by its clock, the pivot runs until then by its chain's. */
  readonly deadline: bigint;
  /** Default: random. */
  readonly salt?: Hex | undefined;
}

/**
 * The flow as contracts take it, and its name. Throws ClientError, OtherSettlementLayer where its chains settle on different
 * layers; or RangeError for what no flow can be.
 */
export async function buildFlow(
  ecosystem: Ecosystem,
  { legs, deadline, salt = hexlify(randomBytes(32)) as Hex }: FlowRequest,
  providerOf: ProviderOf,
): Promise<{ readonly id: Hex; readonly flow: AtomicFlow }> {
  if (legs.length === 0 || legs.length > MAX_LEGS) throw new RangeError(`a flow has 1 to ${MAX_LEGS} legs, got ${legs.length}`);
  const pivots = legs.filter(({ pivot }) => pivot === true).length;
  if (pivots > 1) throw new RangeError(`a flow has one pivot at most, got ${pivots}`);
  if (deadline <= 0n || deadline > MAX_DEADLINE) throw new RangeError(`the deadline is ${deadline}; it is a time in seconds`);
  const places = legs.map(({ party }) => ({ chainId: BigInt(parseChainAddress(ecosystem, party).chainId) }));
  ecosystemOfFlow(ecosystem, { legs: places });
  const flow = { salt, deadline, legs: await Promise.all(legs.map((leg) => buildLeg(ecosystem, leg, providerOf))) };
  return { id: hashAtomicFlow(flow), flow };
}

async function buildLeg(ecosystem: Ecosystem, request: FlowLegRequest, providerOf: ProviderOf): Promise<FlowLeg> {
  const party = parseChainAddress(ecosystem, request.party);
  const chain = findChain(ecosystem, party.chainId);
  const recipient = parseChainAddress(ecosystem, request.to, party.chainId);
  if (recipient.chainId !== party.chainId)
    throw new RangeError(
      `a leg stays on its chain: ${chain.name} cannot pay on ${memberName(ecosystem, recipient.chainId)}; let the recipient send it on`,
    );
  if (request.call !== undefined && request.pivot !== true) throw new RangeError("only the pivot's recipient is called");
  const { address } = await findToken(ecosystem, chain, request.token, providerOf(chain.chainId));
  return {
    chainId: BigInt(party.chainId),
    isPivot: request.pivot === true,
    party: party.account,
    token: address,
    amount: request.amount,
    recipient: recipient.account,
    callHash: request.call === undefined ? NO_CALL : keccak(fromHex(request.call)),
  };
}
