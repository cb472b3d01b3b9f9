import {
  type ChainAddress,
  type ChainAddressLike,
  formatChainAddress,
} from "../../../ecosystem/client/ecosystem/chain-address.ts";
import { erc20 } from "../../../ecosystem/client/sending/contract-interfaces.ts";
import type { BalanceChanges } from "../api/assertions.ts";
import type { Hyperchains, Member, AddressLike } from "../api/hyperchains.ts";

/** An account whose balance is to change. */
interface WatchedBalance {
  readonly at: ChainAddress;
  /** `0x…@alpha`, for messages. */
  readonly label: string;
  readonly member: Member;
  /** undefined: the member's coin. */
  readonly token: string | undefined;
  readonly expected: bigint;
}

type TokenOption = AddressLike | Readonly<Record<string, AddressLike>> | undefined;

/** Balances that an assertion names. Throws ClientError for an invalid address or chain. */
export function watchedBalances(hyperchains: Hyperchains, changes: BalanceChanges, token: TokenOption): WatchedBalance[] {
  const pairs: readonly (readonly [ChainAddressLike, bigint])[] = isPairs(changes) ? changes : Object.entries(changes);
  return pairs.map(([address, expected]) => {
    const at = hyperchains.address(address);
    const member = hyperchains.chain(at.chainId);
    return { at, label: formatChainAddress(hyperchains.info, at), member, token: tokenOn(member, token), expected };
  });
}

/** Reads the account's balance. Rejects with the member's error. */
export async function readBalance({ at, member, token }: WatchedBalance): Promise<bigint> {
  const { provider } = member;
  if (token === undefined)
    return BigInt(String(await provider.request({ method: "eth_getBalance", params: [at.account, "latest"] })));
  const data = erc20.encodeFunctionData("balanceOf", [at.account]);
  const answer = String(await provider.request({ method: "eth_call", params: [{ to: token, data }, "latest"] }));
  // A token that comes with its first delivery has no contract yet.
  return answer === "0x" ? 0n : BigInt(answer);
}

/** Fee that the account paid for the transaction; 0 where it did not send it. */
export async function feeOf({ at, member, token }: WatchedBalance, transactionHash: string): Promise<bigint> {
  if (token !== undefined) return 0n;
  const receipt = (await member.provider.request({
    method: "eth_getTransactionReceipt",
    params: [transactionHash],
  })) as Receipt | null;
  return receipt === null || receipt.from.toLowerCase() !== at.account
    ? 0n
    : BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
}

interface Receipt {
  readonly from: string;
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
}

function isPairs(changes: BalanceChanges): changes is readonly (readonly [ChainAddressLike, bigint])[] {
  return Array.isArray(changes);
}

function tokenOn(member: Member, token: TokenOption): string | undefined {
  if (token === undefined) return undefined;
  if (typeof token === "string") return token;
  if (isContract(token)) return contractAddress(token);
  const own = token[member.name] ?? token[String(member.chainId)];
  if (own === undefined) return undefined;
  return typeof own === "string" ? own : contractAddress(own);
}

function isContract(token: Exclude<TokenOption, undefined | string>): token is Exclude<AddressLike, string> {
  return "target" in token || ("address" in token && typeof token.address === "string");
}

function contractAddress(token: Exclude<AddressLike, string>): string {
  return "address" in token ? token.address : String(token.target);
}
