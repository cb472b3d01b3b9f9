import { UNLIMITED_CONTRACT_SIZE } from "../../ground/protocol/genesis.ts";
import { ETHEREUM_CODE_LIMITS, UNLIMITED_CODE, type CodeLimits } from "../../proofs/rules/code-limits.ts";
import type { GenesisAccount } from "./genesis.ts";

/**
 * The limits on a chain with this state. The absence of Ethereum's limits is part of its initial state, which L1 has, so
 * that all who run the chain use the same: sequencer, validators, and those who rebuild it.
 */
export function codeLimitsOf(accounts: readonly GenesisAccount[]): CodeLimits {
  const { address, slot } = UNLIMITED_CONTRACT_SIZE;
  const isUnlimited = accounts.some(
    (account) =>
      account.address.toLowerCase() === address && account.storage?.some((word) => word.slot === BigInt(slot)) === true,
  );
  return isUnlimited ? UNLIMITED_CODE : ETHEREUM_CODE_LIMITS;
}
