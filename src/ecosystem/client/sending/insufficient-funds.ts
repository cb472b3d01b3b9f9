import { formatUnits, type Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { erc20 } from "./contract-interfaces.ts";
import { shownSymbol } from "./shown-symbol.ts";

/** A member as messages about money need it. */
export interface PayingMember {
  readonly name: string;
  /** Token that pays for gas; absent for L1, which uses ETH. */
  readonly baseToken?: { readonly symbol: string };
}

/**
 * Patterns of the maximum cost of a transaction in wei, in the errors of Hardhat, geth, and this project's
 * chains.
 */
const COSTS = [/upfront cost is: (\d+)/i, /\bwant (\d+)/i, /may cost up to (\d+)/i];

/** Whether a node refused for want of money. */
export function isOutOfFunds(text: string): boolean {
  return /insufficient funds|enough funds|cannot pay|InsufficientFunds/i.test(text);
}

/** The account cannot pay a transaction's value and gas. `refusal` is what the node said, if it was asked. */
export function lacksCoin(member: PayingMember, address: Hex, balance: bigint, value: bigint, refusal?: unknown): ClientError {
  const coin = member.baseToken?.symbol ?? "ETH";
  const text = refusal instanceof Error ? refusal.message : "";
  const cost = COSTS.map((pattern) => pattern.exec(text)?.[1]).find((match) => match !== undefined);
  const needed = cost !== undefined && BigInt(cost) > value ? BigInt(cost) : value;
  const gas = needed > value ? `, up to ${amountOf(needed - value)} of it for gas` : ", and more for gas";
  const lack = needed > balance ? `${amountOf(needed - balance)} ${coin}` : `some ${coin} for gas`;
  const message = `${address} lacks ${lack} on ${member.name}: it has ${amountOf(balance)} ${coin} and needs ${amountOf(needed)}${gas}; ${advice(member, coin)}`;
  return new ClientError(
    "InsufficientFunds",
    message,
    { address, balance, needed },
    refusal === undefined ? undefined : { cause: refusal },
  );
}

/** The account has less of an ERC-20 than it is to give. */
export async function lacksToken(
  provider: Provider,
  member: PayingMember,
  address: Hex,
  token: Hex,
  balance: bigint,
  needed: bigint,
): Promise<ClientError> {
  const ask = async (method: string): Promise<unknown> => {
    const answer = await provider.call({ to: token, data: erc20.encodeFunctionData(method) });
    return erc20.decodeFunctionResult(method, answer)[0];
  };
  // Both are optional in ERC-20.
  const [symbol, decimals] = await Promise.all([ask("symbol"), ask("decimals")]).catch(() => ["units", 0n]);
  const amount = (units: bigint): string => amountOf(units, decimals as bigint);
  const name = shownSymbol(symbol) || "units";
  const message =
    `${address} lacks ${amount(needed - balance)} ${name} on ${member.name}: it has ${amount(balance)} of token ${token} and needs ${amount(needed)}; ` +
    advice(member, name);
  return new ClientError("InsufficientFunds", message, { address, balance, needed, token });
}

function amountOf(units: bigint, decimals: bigint | number = 18): string {
  return formatUnits(units, decimals).replace(/\.0$/, "");
}

function advice({ baseToken }: PayingMember, subject: string): string {
  const bring =
    baseToken === undefined
      ? `send it ${subject} there first`
      : "bring more there first (a deposit from L1, or a send from another chain)";
  return `${bring}, use another account, or send less`;
}
