import { getCreateAddress } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BridgeMember, GatewayTo } from "../bridge-member.ts";
import { connectPeers, stepTowards } from "../connect-peers.ts";
import { createStep, deployFixed, idChanged, WEI_PER_GAS, type Transmit } from "../fixed-deployment.ts";
import type { OwnArtifacts } from "../published-code.ts";
import { ccipRamps } from "./interfaces.ts";

/** Addresses of the contracts, the same on every member, since one key creates them in one order. */
export interface CcipContracts {
  readonly router: Hex;
  /** Onramp and offramp of all lanes. */
  readonly ramps: Hex;
  /** The registry of pools, and its registry module. */
  readonly tokenAdminRegistry: Hex;
  readonly rmn: Hex;
  /** Coins as a token. */
  readonly wrappedNative: Hex;
  /** The other token that fees are paid with; coins become it by `deposit()`. */
  readonly link: Hex;
  /** Pool of wrapped coins and of `link`: it pays from the coins that were sent to it. */
  readonly coinPool: Hex;
}

/** Creation code of the contracts. */
type CcipCode = Readonly<Record<"router" | "ramps" | "tokenAdminRegistry" | "rmn" | "coin" | "coinPool", string>>;

export async function ccipCode(artifacts: OwnArtifacts): Promise<CcipCode> {
  const code = async (name: string): Promise<string> => (await artifacts(name)).bytecode;
  return {
    router: await code("CcipRouter"),
    ramps: await code("CcipRamps"),
    tokenAdminRegistry: await code("CcipTokenAdmin"),
    rmn: await code("CcipRmn"),
    coin: await code("CcipCoin"),
    coinPool: await code("CcipCoinPool"),
  };
}

/** The key's first seven transactions create them. */
export function ccipContracts(operator: string): CcipContracts {
  const at = (nonce: number): Hex => getCreateAddress({ from: operator, nonce }).toLowerCase() as Hex;
  const tokens = { wrappedNative: at(0), link: at(1), coinPool: at(6) };
  return { ...tokens, rmn: at(2), tokenAdminRegistry: at(3), router: at(4), ramps: at(5) };
}

/** Divisor of the key's balance that yields the initial coins of the pool. */
const POOL_SHARE = 2n;
/** Router, RMN, registry, wrapped coins and LINK, of `CcipRamps`. */
const PARTS = "tuple(address, address, address, address, address)";

/** Puts the contracts on a member, or what is missing of them. Rejects with BridgeSetUpError. */
export async function deployCcip(member: BridgeMember, code: CcipCode, transmit: Transmit): Promise<void> {
  const operator = member.wallet.address;
  const { router, ramps, tokenAdminRegistry, rmn, wrappedNative, link, coinPool } = ccipContracts(operator);
  const parts = [router, rmn, tokenAdminRegistry, wrappedNative, link];
  const ownWei = await member.provider.getBalance(operator);
  const tokens = [wrappedNative, link];
  const steps = [
    createStep("the wrapped coins", code.coin, ["string", "string"], ["Wrapped coins", "WCOIN"]),
    createStep("the fee token", code.coin, ["string", "string"], ["Test LINK", "LINK"]),
    createStep("the RMN", code.rmn, ["address"], [operator]),
    createStep("the token admin registry", code.tokenAdminRegistry, ["address[]", "address"], [tokens, coinPool]),
    createStep("the router", code.router, ["address", "address", "address"], [ramps, wrappedNative, rmn]),
    createStep("the ramps", code.ramps, ["address", "uint64", PARTS], [operator, member.id, parts]),
    createStep("the coin pool", code.coinPool, ["address", "address", "address"], [ramps, ...tokens], ownWei / POOL_SHARE),
  ];
  const isThere = async (): Promise<boolean> => (await member.provider.getCode(coinPool)) !== "0x";
  await deployFixed(member, steps, isThere, transmit);
  const selector = BigInt(await member.provider.call({ to: ramps, data: ccipRamps.encodeFunctionData("selector") }));
  if (selector !== member.id) throw idChanged("CCIP", member, selector);
}

/**
 * Connects each member with each other one; existing connections are unchanged. Rejects with
 * BridgeSetUpError.
 */
export function connectCcip(members: readonly BridgeMember[], gatewayTo: GatewayTo, transmit: Transmit): Promise<void> {
  const [first] = members;
  if (first === undefined) return Promise.resolve();
  const { ramps: peer } = ccipContracts(first.wallet.address);
  const setPrice = (here: BridgeMember, there: BridgeMember): string =>
    ccipRamps.encodeFunctionData("setPrice", [
      there.id,
      there.isL1 ? WEI_PER_GAS.l1 : WEI_PER_GAS.chain,
      here.coin === there.coin,
    ]);
  return connectPeers(members, {
    peer,
    gatewayTo,
    transmit,
    stepsTowards: (here, others) => Promise.resolve(others.map((there) => stepTowards(there, peer, setPrice(here, there)))),
  });
}
