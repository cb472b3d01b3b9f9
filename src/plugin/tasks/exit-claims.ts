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
  { claims, fromAccount }: { readonly claims: readonly Claim[]; readonly fromAccount?: readonly Claim[] },
  ofUnpaid = `refundOperation and refundDeposit of ${contract.hyperchain} pay them back`,
): void {
  const { chainId } = contract.configuration;
  const waiting = pendingHashes.length;
  const nameOf = (token: Hex): string => (token === ETHER ? "wei" : `of token ${token}`);
  const lines = claims.map(({ token, amount, recipient, transactionHash }) =>
    transactionHash === undefined
      ? `nothing to claim ${nameOf(token)}`
      : `${amount} ${nameOf(token)} paid to ${recipient}: ${transactionHash}`,
  );
  const moved = (fromAccount ?? []).map(
    ({ token, amount, recipient, transactionHash }) =>
      `${amount} ${nameOf(token)} of the account below the chain paid to ${recipient}: ${transactionHash}`,
  );
  const stopped = activation === undefined ? [] : [`chain ${chainId} has stopped for good: ${activation}`];
  const unpaid = waiting === 0 ? [] : [`${waiting} operations never ran: ${ofUnpaid}`];
  output.result(() => [...stopped, ...lines, ...moved, ...unpaid].join("\n"), {
    chainId,
    activationTransactionHash: activation ?? null,
    claims,
    ...(fromAccount === undefined ? {} : { fromAccount }),
    operationsThatNeverRan: waiting,
  });
}
