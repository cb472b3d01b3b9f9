import type { Provider } from "ethers";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { formatChainAddress, parseChainAddress, type ChainAddress } from "../ecosystem/chain-address.ts";
import { cautions, standings } from "../standing/chain-standing.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import { findChain, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { requestCost } from "../queue/l1-request.ts";
import { l1Token } from "../tokens/payment.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { tokenBalance } from "../tokens/token-balance.ts";
import { ETHER, findToken, isBaseToken, isEther, l1TokenOf, tokenThere, type ChainToken } from "../tokens/token.ts";

/** Origin of an asset: a name that no other token can take. */
export type AssetOrigin = Pick<ChainToken, "originChainId" | "originToken">;

/** Amount that an account can spend on one member. */
export interface Holding {
  readonly name: string;
  readonly chainId: number;
  readonly token: Hex;
  /** Smallest units, without what gas may take of the same coin. */
  readonly spendable: bigint;
  readonly cautions: readonly string[];
  /** Why it is less than the balance, or nothing. */
  readonly why?: string;
}

/** The account that pays, and where. */
interface Payer {
  readonly sender: Hex;
  readonly to: ChainAddress;
  /** Coins that stay on a member; default: for the gas of a part. */
  readonly keep?: ((chainId: number) => bigint) | undefined;
}

/** Gas that a part may take on its own member, an approval and a token's announcement included. */
const PART_GAS = 600_000n;
/** Gas on the chain that a deposit pays beforehand; what is not used comes back. */
const DEPOSIT_GAS = 2_000_000n;

/**
 * The asset that text names: "ETH", the symbol of a chain's base token, an address on L1, or `0x…@chain`. Throws ClientError
 * UnknownToken, or those of `parseChainAddress`.
 */
export async function findAsset(ecosystem: Ecosystem, text: string, providerOf: ProviderOf): Promise<AssetOrigin> {
  const { l1 } = ecosystem;
  if (!text.includes("@")) return { originChainId: l1.chainId, originToken: isEther(text) ? ETHER : l1Token(ecosystem, text) };
  const { chainId, account } = parseChainAddress(ecosystem, text);
  if (chainId === l1.chainId) return { originChainId: chainId, originToken: isEther(account) ? ETHER : account };
  const { originChainId, originToken } = await findToken(ecosystem, findChain(ecosystem, chainId), text, providerOf(chainId));
  return { originChainId, originToken };
}

/**
 * Amounts of an asset that the sender can spend on each member. Each member reports its only form of the
 * asset, so tokens that other accounts send or register change nothing. A member that does not answer
 * contributes nothing.
 */
export async function holdingsOf(
  all: Ecosystem,
  asset: AssetOrigin,
  payer: Payer,
  providerOf: ProviderOf,
): Promise<readonly Holding[]> {
  const { sender, to } = payer;
  // What a chain on another chain has comes by that one, in two orders.
  const ecosystem = ecosystemOf(all, {});
  const { l1 } = ecosystem;
  const standing = await standings(ecosystem, providerOf);
  const ofChain = ecosystem.chains.map(async (chain): Promise<Holding | undefined> => {
    const { name, chainId } = chain;
    const known = standing.get(chainId);
    const spoken = known === undefined ? ["L1 does not tell how it stands"] : cautions(known);
    const holding = { name, chainId, token: ETHER, spendable: 0n, cautions: spoken };
    if (known?.exit === "activated" || known?.stopped === true) return { ...holding, why: spoken.join("; ") };
    try {
      return { ...holding, ...(await onChain(ecosystem, chain, asset, payer, providerOf(chainId))) };
    } catch (error) {
      return { ...holding, why: `it does not answer: ${reasonOf(error)}` };
    }
  });
  const ofL1 = asset.originChainId === l1.chainId ? [onL1(ecosystem, asset.originToken, payer, providerOf(l1.chainId))] : [];
  const found = await Promise.all([...ofL1, ...ofChain]);
  // Paying oneself where one has it already gathers nothing.
  return found
    .filter((holding) => holding !== undefined)
    .filter(({ chainId }) => chainId !== to.chainId || sender !== to.account);
}

/**
 * Text by which a member finds a token with a known address there, whatever another account has at that
 * address on L1.
 */
export function tokenOn(ecosystem: Ecosystem, { chainId, token }: Pick<Holding, "chainId" | "token">): string {
  return chainId === ecosystem.l1.chainId ? token : formatChainAddress(ecosystem, { chainId, account: token });
}

async function onChain(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  asset: AssetOrigin,
  { sender, keep }: Payer,
  provider: Provider,
): Promise<Pick<Holding, "token" | "spendable" | "why">> {
  const { address: token, isBase } = await tokenThere(ecosystem, asset, chain, provider);
  const [coins, gas] = await Promise.all([provider.getBalance(sender), keep?.(chain.chainId) ?? gasOf(provider)]);
  if (isBase) return { token, ...afterGas(coins, gas) };
  const balance = await tokenBalance(token, sender, provider);
  return { token, ...withGas(balance, coins, gas, chain.baseToken.symbol) };
}

async function onL1(ecosystem: Ecosystem, token: Hex, { sender, to, keep }: Payer, provider: Provider): Promise<Holding> {
  const { name, chainId, contracts } = ecosystem.l1;
  const holding = { name, chainId, token, cautions: [] };
  const destination = ecosystem.chains.find((chain) => chain.chainId === to.chainId);
  const gasInEther = keep?.(chainId) ?? (await gasOf(provider));
  // A deposit's gas on the chain is paid here, in that chain's coin.
  const there = destination === undefined ? 0n : await requestCost(contracts.factory, BigInt(to.chainId), DEPOSIT_GAS, provider);
  const paysThere = destination !== undefined && isBaseToken(destination, token);
  const coins = await provider.getBalance(sender);
  const etherThere = destination !== undefined && l1TokenOf(destination, undefined) === ETHER ? there : 0n;
  if (token === ETHER) return { ...holding, ...afterGas(coins, gasInEther + etherThere) };
  const balance = await tokenBalance(token, sender, provider);
  const rest = paysThere ? afterGas(balance, there) : { spendable: balance };
  return {
    ...holding,
    ...rest,
    ...(rest.spendable === 0n ? {} : withGas(rest.spendable, coins, gasInEther + etherThere, "ETH")),
  };
}

function afterGas(coins: bigint, gas: bigint): Pick<Holding, "spendable" | "why"> {
  if (coins > gas) return { spendable: coins - gas };
  return coins === 0n ? { spendable: 0n } : { spendable: 0n, why: `gas may take all of its ${coins}` };
}

function withGas(balance: bigint, coins: bigint, gas: bigint, symbol: string): Pick<Holding, "spendable" | "why"> {
  if (balance === 0n || coins >= gas) return { spendable: balance };
  return { spendable: 0n, why: `${balance} available, but too little ${symbol} for gas` };
}

/** Maximum wei for a part's transactions, at the current fees. */
async function gasOf(provider: Provider): Promise<bigint> {
  const { maxFeePerGas, gasPrice } = await provider.getFeeData();
  return PART_GAS * (maxFeePerGas ?? gasPrice ?? 0n);
}
