import { stateExit } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { namedToken } from "../../../../ecosystem/client/tokens/token.ts";
import { memberSlot } from "../../../../chain/model/partition-members.ts";
import { proveHolding, provePorterHolding } from "../../../../ecosystem/devnet/reconstruction/proofs.ts";
import type { Reconstruction } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import { LeafKind } from "../../../../ground/protocol/domain-tags.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";

/** Holding of an account on a stopped chain, and the call that claims a part of it. */
interface HoldingClaim {
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** Calldata for L1's state exit. */
  encode(amount: bigint, recipient: Hex): Hex;
}

/**
 * Claim of a token that an account has, in the partition of the account: the base token of a porter's account is in the porter,
 * and other tokens are in the rollup. Undefined if it never had any. Throws RangeError as `proveHolding` does, and
 * ReconstructionError if a list of the porter is missing.
 */
export function holdingClaim(reconstruction: Reconstruction, account: Hex, token: Hex): HoldingClaim | undefined {
  const { chainId, baseToken } = reconstruction.contract.configuration;
  if (namedToken(token) === namedToken(baseToken) && isInPorter(reconstruction, account)) {
    const holding = provePorterHolding(reconstruction, account);
    if (holding === undefined) return undefined;
    const encode: HoldingClaim["encode"] = (...args) =>
      stateExit.encodeFunctionData("claimPorterHolding", [chainId, ...args, holding.proof]) as Hex;
    return { amount: holding.amount, encode };
  }
  const holding = proveHolding(reconstruction, account, token);
  if (holding === undefined) return undefined;
  const encode: HoldingClaim["encode"] = (...args) =>
    stateExit.encodeFunctionData("claimHolding", [chainId, token, ...args, holding.proof]) as Hex;
  return { amount: holding.amount, encode };
}

function isInPorter({ state }: Reconstruction, account: Hex): boolean {
  const slot = BigInt(memberSlot(account));
  return state.tree.get({ leafKind: LeafKind.storage, address: BigInt(PREDEPLOYS.Partitions), slot }) !== 0n;
}
