import type { HeldAmount } from "../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { HeldAccountError } from "./held-account-error.ts";

/** Amount of a token; 0 without the token. */
export function amountOf(holdings: readonly HeldAmount[], token: Hex): bigint {
  return holdings.find((holding) => holding.token === token)?.amount ?? 0n;
}

/** Holdings with an amount more, tokens ascending. */
export function credit(holdings: readonly HeldAmount[], token: Hex, amount: bigint): readonly HeldAmount[] {
  return withAmount(holdings, token, amountOf(holdings, token) + amount);
}

/** Holdings with an amount less. Throws HeldAccountError ActMismatch for 0, InsufficientHolding for more than the holdings. */
export function debit(holdings: readonly HeldAmount[], token: Hex, amount: bigint): readonly HeldAmount[] {
  if (amount <= 0n)
    throw new HeldAccountError("ActMismatch", `an act cannot spend ${amount} of token ${token}; name an amount above 0`);
  const available = amountOf(holdings, token);
  if (available < amount) throw insufficient(token, amount, available);
  return withAmount(holdings, token, available - amount);
}

export function insufficient(token: Hex, amount: bigint, available: bigint): HeldAccountError {
  const message = `the account has ${available} of token ${token}, and the act spends ${amount}; hand in more burn proofs, or spend less`;
  return new HeldAccountError("InsufficientHolding", message);
}

function withAmount(holdings: readonly HeldAmount[], token: Hex, amount: bigint): readonly HeldAmount[] {
  const others = holdings.filter((holding) => holding.token !== token);
  if (amount === 0n) return others;
  // Addresses have one length and lower case, so texts order like numbers.
  return [...others, { token, amount }].toSorted((a, b) => (a.token < b.token ? -1 : 1));
}
