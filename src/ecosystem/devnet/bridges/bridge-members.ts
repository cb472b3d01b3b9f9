import type { BridgeMember } from "../../bridges/bridge-member.ts";
import { bridgeId, type BridgeName, type BridgesOption } from "../../options/bridges.ts";
import { ETH_BASE_TOKEN } from "../../../ground/protocol/base-token.ts";
import { ACCOUNT_NUMBERS } from "../accounts/accounts.ts";
import type { ServedChain } from "../chains/served-chain.ts";
import type { ChainOpening } from "../membership/open-chain.ts";
import { connectInProcess, withCallsFromOutside } from "../relaying/relaying.ts";

/** The members that a bridge is on, connected. */
export interface ConnectedMembers {
  readonly members: readonly BridgeMember[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  close(): void;
}

/**
 * L1, where it is of this process, and the chains that settle on it: between each two of them a message takes one hop. What
 * settles on a chain would take several. `setsUp`: what is sent is the ecosystem's set-up, and told as that.
 */
export function connectBridgeMembers(
  bridge: BridgeName,
  options: BridgesOption,
  chains: readonly ServedChain[],
  { layer, bases }: Pick<ChainOpening, "layer" | "bases">,
  withoutL1: string | undefined,
  { setsUp = false }: { readonly setsUp?: boolean } = {},
): ConnectedMembers {
  const key = layer.accounts.wallet(ACCOUNT_NUMBERS[bridge]);
  const onL1 = chains.filter(({ base }) => base.chain === undefined);
  const clients = onL1.map((chain) => {
    const client = connectInProcess(chain.chainId, withCallsFromOutside(chain));
    return setsUp ? layer.ownSends.noting(client) : client;
  });
  const ofChains = onL1.map(({ name, chainId, pipeline }, i): BridgeMember => {
    const provider = clients[i] ?? layer.l1.provider;
    const coin = pipeline.baseToken.l1Address;
    return {
      name,
      chainId,
      id: bridgeId(options[bridge], { name, chainId }),
      isL1: false,
      isHere: true,
      provider,
      wallet: key.connect(provider),
      coin,
      fromBlock: 0,
    };
  });
  const { chainId } = layer.l1;
  const { provider } = setsUp ? layer : layer.l1;
  const { fromBlock } = bases.onL1.ecosystem;
  const l1: BridgeMember = {
    name: "l1",
    chainId,
    id: bridgeId(options[bridge], { name: "l1", chainId }),
    isL1: true,
    isHere: true,
    provider,
    wallet: key.connect(provider),
    coin: ETH_BASE_TOKEN,
    fromBlock,
  };
  const nested = chains.filter(({ base }) => base.chain !== undefined);
  return {
    members: withoutL1 !== undefined ? ofChains : [l1, ...ofChains],
    leftOut: [
      ...(withoutL1 === undefined ? [] : [{ name: "l1", reason: withoutL1 }]),
      ...nested.map(({ name, base }) => ({ name, reason: `it settles on ${base.name}, and messages take one hop` })),
    ],
    close: () => clients.forEach((client) => client.destroy()),
  };
}
