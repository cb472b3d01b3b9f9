import { UNLIMITED_CONTRACT_SIZE } from "../../protocol/genesis.ts";
import { TRANSACTION_GAS_CAP } from "../transaction/gas-cap.ts";
import type { GenesisAccount } from "./genesis.ts";

/** Most bytes of code on a chain. */
export interface CodeLimits {
  /** Of an account. */
  readonly runtimeBytes: number;
  /** Of init code. */
  readonly initBytes: number;
}

/** Ethereum's (EIP-170, EIP-3860). */
export const ETHEREUM_CODE_LIMITS: CodeLimits = { runtimeBytes: 24_576, initBytes: 49_152 };

/** Gas that a deployment pays for each byte of code. */
const DEPOSIT_GAS = 200n;

/** As much code as a transaction can pay for, from init code of any length. */
export const UNLIMITED_CODE: CodeLimits = {
  runtimeBytes: Number(TRANSACTION_GAS_CAP / DEPOSIT_GAS),
  initBytes: Number.MAX_SAFE_INTEGER,
};

/**
 * The limits on a chain with this state. That it has none of Ethereum's stands in its first state, which L1 has, so that all who
 * run the chain find the same: sequencer, validators, and those who rebuild it.
 */
export function codeLimitsOf(accounts: readonly GenesisAccount[]): CodeLimits {
  const { address, slot } = UNLIMITED_CONTRACT_SIZE;
  const isUnlimited = accounts.some(
    (account) =>
      account.address.toLowerCase() === address && account.storage?.some((word) => word.slot === BigInt(slot)) === true,
  );
  return isUnlimited ? UNLIMITED_CODE : ETHEREUM_CODE_LIMITS;
}
