import { ETHER, namedToken } from "../../client/token.ts";
import type { Reconstruction } from "../../devnet/reconstruction/reconstruct.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ChainOnL1 } from "./chain-on-l1.ts";

/** The claimant, the recipient and the tokens of a claim. */
export interface ClaimArguments {
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Tokens beside the base token, with commas. */
  readonly token: string | undefined;
}

export interface Claim {
  /** Whether the claimant held it on the chain, or its account of that chain's on the layer below. */
  readonly heldOn: "chain" | "layer";
  readonly token: Hex;
  readonly amount: bigint;
  readonly recipient: Hex;
  /** Absent where nothing is left to claim. */
  readonly transactionHash?: Hex;
}

/** The base token, and those that are named, each once. */
export function tokensToClaim(baseToken: Hex, named: string | undefined): ReadonlySet<Hex> {
  return new Set([baseToken, ...(named?.split(",").map((token) => token.trim()) ?? [])].map(namedToken));
}

export function tellClaims(
  { output }: ChainOnL1,
  { contract, pendingHashes }: Reconstruction,
  activation: Hex | undefined,
  claims: readonly Claim[],
  ofUnpaid = `refundOperation and refundDeposit of ${contract.hyperchain} pay them back`,
): void {
  const { chainId } = contract.configuration;
  const waiting = pendingHashes.length;
  const nameOf = (token: Hex): string => (token === ETHER ? "wei" : `of token ${token}`);
  const lines = claims.map(({ heldOn, token, amount, recipient, transactionHash }) => {
    if (transactionHash === undefined) return `nothing to claim ${nameOf(token)}`;
    const held = heldOn === "chain" ? "" : " of the account below the chain";
    return `${amount} ${nameOf(token)}${held} paid to ${recipient}: ${transactionHash}`;
  });
  const stopped = activation === undefined ? [] : [`chain ${chainId} has stopped for good: ${activation}`];
  const unpaid = waiting === 0 ? [] : [`${waiting} operations never ran: ${ofUnpaid}`];
  output.result(() => [...stopped, ...lines, ...unpaid].join("\n"), {
    chainId,
    activationTransactionHash: activation ?? null,
    claims,
    operationsThatNeverRan: waiting,
  });
}
