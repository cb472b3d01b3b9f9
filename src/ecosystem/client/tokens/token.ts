import type { Provider } from "ethers";
import { assetId } from "../../../ground/protocol/asset-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { parseAccount, parseChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { erc20, tokenVault } from "../sending/contract-interfaces.ts";
import { memberName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { lacksToken } from "../sending/insufficient-funds.ts";
import { submit, type Sender } from "../sending/submit.ts";

/** Address of ETH as a token of L1 in the protocol. */
export const ETHER: Hex = "0x0000000000000000000000000000000000000000";
/** Address of ETH in clients. */
const ETHER_ALIAS = 1n;

/** True for ETH: its name, the zero address, or address 1. */
export function isEther(token: string): boolean {
  return token.toUpperCase() === "ETH" || (/^0x[0-9a-f]+$/i.test(token) && BigInt(token) <= ETHER_ALIAS);
}

/** A token of L1 as the protocol writes it; nothing named is the chain's base token. Throws ClientError MalformedAddress. */
export function l1TokenOf(chain: EcosystemChain, token: string | undefined): Hex {
  if (token === undefined || token === chain.baseToken.symbol) return plain(chain.baseToken.l1Address);
  return namedToken(token);
}

/** A token by its address, or ETH as the protocol writes it. Throws ClientError MalformedAddress. */
export function namedToken(token: string): Hex {
  return isEther(token) ? ETHER : parseAccount(token);
}

/** Whether the chain pays gas with this token of L1. */
export function isBaseToken(chain: EcosystemChain, l1Token: Hex): boolean {
  return plain(chain.baseToken.l1Address) === plain(l1Token);
}

/** A token on a chain. */
export interface ChainToken {
  /** Contract on the chain; the predeploy for the base token. */
  readonly address: Hex;
  /** Whether it is the coin that pays for gas: amounts of it travel as a transaction's value. */
  readonly isBase: boolean;
  /** Chain on which the token originates. */
  readonly originChainId: number;
  /** Contract on the origin chain; zero for ETH. */
  readonly originToken: Hex;
  /** Whether the chain's token vault has seen it: it was sent, announced or received before. */
  readonly isKnown: boolean;
}

/**
 * Finds a token on a chain. Nothing, or the base token's symbol, selects the base token. An address selects
 * the contract there, or the chain's form of a token of L1 ("ETH" too). `0x…@chain` selects the token on that
 * chain, `0x…@L1` L1's. Throws ClientError UnknownToken, or AmbiguousToken for an address that is one token
 * on the chain and another on L1.
 */
export async function findToken(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  token: string | undefined,
  provider: Provider,
): Promise<ChainToken> {
  if (token === undefined || token === chain.baseToken.symbol) return baseTokenOf(ecosystem, chain);
  const { chainId, account: named } = token.includes("@")
    ? parseChainAddress(ecosystem, token)
    : { chainId: undefined, account: namedToken(token) };
  const isMeant = (member: number): boolean => chainId === undefined || chainId === member;
  const [here, ofL1] = await Promise.all([
    isMeant(chain.chainId) ? tokenHere(ecosystem, chain, named, provider) : undefined,
    isMeant(ecosystem.l1.chainId) ? tokenOfL1(ecosystem, chain, named, provider) : undefined,
  ]);
  if (here !== undefined && ofL1 !== undefined && here.address !== ofL1.address) {
    const [name, l1] = [memberName(ecosystem, chain.chainId), memberName(ecosystem, ecosystem.l1.chainId)];
    throw new ClientError(
      "AmbiguousToken",
      `${token} is one token on ${name} and another on ${l1}, which arrived on ${name} as ${ofL1.address}; ` +
        `write ${named}@${name} for the first, ${named}@${l1} for the second`,
      { token, here: here.address, bridged: ofL1.address },
    );
  }
  const found = here ?? ofL1;
  if (found !== undefined) return found;
  throw new ClientError(
    "UnknownToken",
    `${token} is not a token on ${chain.name}: no contract has this address there, and no token of L1 with this address arrived there; ` +
      `deposit it to ${chain.name} first, or give the address of a token there`,
    { token, chain: chain.name },
  );
}

function baseTokenOf({ l1 }: Ecosystem, { baseToken }: EcosystemChain): ChainToken {
  const originToken = plain(baseToken.l1Address);
  return { address: PREDEPLOYS.L2BaseToken, isBase: true, originChainId: l1.chainId, originToken, isKnown: true };
}

/** The token whose contract on the chain has this address. */
async function tokenHere(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  address: Hex,
  provider: Provider,
): Promise<ChainToken | undefined> {
  if (address === PREDEPLOYS.L2BaseToken) return baseTokenOf(ecosystem, chain);
  const [id] = await askVault(provider, "assetId", [address]);
  if (BigInt(id as string) === 0n) {
    if (address === ETHER || (await provider.getCode(address)) === "0x") return undefined;
    return { address, isBase: false, originChainId: chain.chainId, originToken: address, isKnown: false };
  }
  const [[originChainId], [originToken]] = await Promise.all([
    askVault(provider, "originChainId", [id]),
    askVault(provider, "originToken", [id]),
  ]);
  const origin = { originChainId: Number(originChainId), originToken: String(originToken).toLowerCase() as Hex };
  return { address, isBase: false, ...origin, isKnown: true };
}

/** Chain's form of a token of L1; undefined if the token has not arrived there. */
async function tokenOfL1(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  l1Address: Hex,
  provider: Provider,
): Promise<ChainToken | undefined> {
  if (isBaseToken(chain, l1Address)) return baseTokenOf(ecosystem, chain);
  const address = await bridgedToken(ecosystem, l1Address, provider);
  const origin = { originChainId: ecosystem.l1.chainId, originToken: l1Address };
  return address === undefined ? undefined : { address, isBase: false, ...origin, isKnown: true };
}

/** Address on a chain of a token of L1; undefined if none arrived there. */
export async function bridgedToken(ecosystem: Ecosystem, l1Token: Hex, provider: Provider): Promise<Hex | undefined> {
  const [address] = await askVault(provider, "tokenAddress", [assetId(BigInt(ecosystem.l1.chainId), l1Token)]);
  return BigInt(address as string) === 0n ? undefined : (String(address).toLowerCase() as Hex);
}

/** Present or future address of a token of L1 on a chain that has another base token. */
export async function bridgedTokenAddress(ecosystem: Ecosystem, l1Token: Hex, provider: Provider): Promise<Hex> {
  return arrivedTokenAddress({ originChainId: ecosystem.l1.chainId, originToken: l1Token }, provider);
}

/** Present or future address of a token of another chain or of L1, on a chain that has another base token. */
async function arrivedTokenAddress(
  { originChainId, originToken }: Pick<ChainToken, "originChainId" | "originToken">,
  provider: Provider,
): Promise<Hex> {
  const [address] = await askVault(provider, "calculateCreate2TokenAddress", [originChainId, originToken]);
  return String(address).toLowerCase() as Hex;
}

/** Form of a chain's token on another chain, of which `provider` is, also before the token arrives there. */
export async function tokenThere(
  ecosystem: Ecosystem,
  token: Pick<ChainToken, "originChainId" | "originToken">,
  there: EcosystemChain,
  provider: Provider,
): Promise<Pick<ChainToken, "address" | "isBase">> {
  const ofL1 = token.originChainId === ecosystem.l1.chainId;
  if (ofL1 && isBaseToken(there, token.originToken)) return { address: PREDEPLOYS.L2BaseToken, isBase: true };
  const isHome = token.originChainId === there.chainId;
  return { address: isHome ? token.originToken : await arrivedTokenAddress(token, provider), isBase: false };
}

/**
 * Lets `spender` take `amount` of the sender's token, if it may not yet. Resolves with the approval's hash,
 * where one was needed. Throws ClientError UnknownToken for a contract that is not an ERC-20,
 * InsufficientFunds where the sender has less.
 */
export async function ensureAllowance(sender: Sender, token: Hex, spender: Hex, amount: bigint): Promise<Hex | undefined> {
  if (await hasAllowance(sender, token, spender, amount)) return undefined;
  const receipt = await submit(sender, { to: token, data: erc20.encodeFunctionData("approve", [spender, amount]) });
  return receipt.hash as Hex;
}

/** Whether `spender` may take the amount. Throws as `ensureAllowance` does. */
export async function hasAllowance(sender: Sender, token: Hex, spender: Hex, amount: bigint): Promise<boolean> {
  await requireTokens(sender, token, amount);
  const { provider, address, member } = sender;
  return (await askToken(provider, member.name, token, "allowance", [address, spender])) >= amount;
}

/**
 * Throws ClientError InsufficientFunds where the sender has less of the token, UnknownToken for a contract
 * that is not an ERC-20.
 */
export async function requireTokens({ provider, address, member }: Sender, token: Hex, amount: bigint): Promise<void> {
  const balance = await askToken(provider, member.name, token, "balanceOf", [address]);
  if (balance >= amount) return;
  throw await lacksToken(provider, member, address, token, balance, amount);
}

async function askToken(provider: Provider, name: string, token: Hex, method: string, args: readonly unknown[]): Promise<bigint> {
  const answer = await provider.call({ to: token, data: erc20.encodeFunctionData(method, args) }).catch(() => "0x");
  if (answer.length === 66) return BigInt(answer);
  throw new ClientError(
    "UnknownToken",
    `${token} is not an ERC-20 token on ${name}: it does not answer ${method}; check the address`,
    { token, chain: name },
  );
}

async function askVault(provider: Provider, method: string, args: readonly unknown[]): Promise<readonly unknown[]> {
  const answer = await provider.call({ to: PREDEPLOYS.L2NativeTokenVault, data: tokenVault.encodeFunctionData(method, args) });
  return [...tokenVault.decodeFunctionResult(method, answer)];
}

function plain(l1Address: Hex): Hex {
  return BigInt(l1Address) <= ETHER_ALIAS ? ETHER : l1Address;
}
