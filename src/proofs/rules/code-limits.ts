import { TRANSACTION_GAS_CAP } from "../../ground/transaction/gas-limits.ts";

/** Maximum sizes of code on a chain. */
export interface CodeLimits {
  /** Maximum size of an account's code. */
  readonly runtimeBytes: number;
  /** Maximum size of init code. */
  readonly initBytes: number;
}

/** Ethereum's (EIP-170, EIP-3860). */
export const ETHEREUM_CODE_LIMITS: CodeLimits = { runtimeBytes: 24_576, initBytes: 49_152 };

/** Gas that a deployment pays for each byte of code. */
const DEPOSIT_GAS = 200n;

/** Maximum code that a transaction can pay for, from init code of any length. */
export const UNLIMITED_CODE: CodeLimits = {
  runtimeBytes: Number(TRANSACTION_GAS_CAP / DEPOSIT_GAS),
  initBytes: Number.MAX_SAFE_INTEGER,
};
