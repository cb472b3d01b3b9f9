import { parentId } from "../../protocol/chain-ancestry.ts";
import { putOnLayer } from "../../client/deployed-contract.ts";
import { FORWARDERS } from "../../client/paid-claim.ts";
import { senderOn } from "../../client/submit.ts";
import { policyOnBase } from "../../relayer/delivery-policy.ts";
import { ForwardingDriver } from "../../relayer/forwarding-driver.ts";
import type { ForwardedChain } from "../../relayer/forwarding-driver.ts";
import type { L1View } from "../../settlement-layer/reader/l1-view.ts";
import { ACCOUNT_NUMBERS } from "../accounts.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { connectInProcess, connectLocalRelayer, throughGate } from "../relaying.ts";
import type { ClosableRelayer, RelayerSeams } from "../relaying.ts";
import { createMessagesToL1 } from "../view/messages-to-l1.ts";
import type { MessagesToL1 } from "../view/messages-to-l1.ts";
import type { Following } from "./live-relayer.ts";
import type { ChainOpening } from "./open-chain.ts";
import type { RunningChains } from "./running-chains.ts";

/** What follows the messages of the chains that settle on one base. */
interface FollowingOnBase {
  readonly base: SettlementBase;
  readonly relayer: ClosableRelayer;
  readonly toL1: MessagesToL1;
  readonly chains: readonly ForwardedChain[];
  close(): void;
}

/** Follows the messages between chains of one base, and from them to it: each base has a relayer of its own. */
export function follow(running: RunningChains, opening: ChainOpening): Following {
  const ofBases = opening.bases.current().map((base) => followOn(base, running, opening));
  const [onL1] = ofBases;
  if (onL1 === undefined) throw new TypeError("the first base is L1");
  const relayers = ofBases.map(({ relayer }) => relayer);
  const driver = forwardingDriver(ofBases, opening);
  const inTurn = async (look: (relayer: ClosableRelayer) => Promise<void>): Promise<void> => {
    for (const relayer of relayers) await look(relayer);
  };
  return {
    relayer: {
      async poll() {
        await inTurn((relayer) => relayer.poll());
        await opening.gate.shared("a look of the relayer", () => driver.poll());
      },
      observe: () => inTurn((relayer) => relayer.observe()),
      journeys: () => relayers.flatMap((relayer) => relayer.journeys()),
      journey: (sourceChainId, messageHash) =>
        relayers.map((relayer) => relayer.journey(sourceChainId, messageHash)).find((journey) => journey !== undefined),
      l1View: onL1.relayer.l1View,
      close: () => undefined,
    },
    viewOf: (chainId) => viewOf(ofBases, parentId(chainId)) ?? onL1.relayer.l1View,
    toL1: { look: async () => (await Promise.all(ofBases.map(({ toL1 }) => toL1.look()))).flat() },
    close: () => ofBases.forEach((following) => following.close()),
  };
}

/** Carries on what forwarders get, from the relayer's account on each base. No step costs more than it brings. */
function forwardingDriver(ofBases: readonly FollowingOnBase[], { layer, options }: ChainOpening): ForwardingDriver {
  const wallet = layer.accounts.wallet(ACCOUNT_NUMBERS.relayer);
  const policy = policyOnBase(options.relayerPolicy);
  const layers = ofBases.map(({ base, relayer }) => {
    const { chainId, name, forwarders, ecosystem, provider } = base;
    const signer = wallet.connect(provider);
    const put = async (): Promise<unknown> => putOnLayer(FORWARDERS, await senderOn(signer, { name, chainId: Number(chainId) }));
    return {
      ...{ chainId, bridge: ecosystem.addresses.bridge, forwarders: forwarders ?? FORWARDERS.address, policy },
      ...{ factory: ecosystem.addresses.factory, putForwarders: forwarders === undefined ? put : undefined },
      ...{ view: relayer.l1View, signer, fromBlock: ecosystem.fromBlock },
    };
  });
  return new ForwardingDriver({ layers, chains: ofBases.flatMap(({ chains }) => chains) });
}

function viewOf(ofBases: readonly FollowingOnBase[], baseId: bigint | undefined): L1View | undefined {
  return ofBases.find(({ base }) => base.chain !== undefined && base.chainId === baseId)?.relayer.l1View;
}

function followOn(base: SettlementBase, running: RunningChains, { layer, gate, faults, options }: ChainOpening): FollowingOnBase {
  const { ecosystem, provider: l1 } = base;
  const chains = running.current().filter((chain) => chain.base === base);
  const bases = new Set(running.current().map((chain) => chain.base.chain?.chainId));
  const members = chains.map(({ chainId, provider, answer, pipeline }) => ({
    ...{ chainId, provider, answer, isBase: bases.has(chainId) },
    hyperchain: pipeline.created.hyperchain,
  }));
  const wallet = layer.accounts.wallet(ACCOUNT_NUMBERS.relayer);
  const isRunning = (id: bigint): boolean => chains.some(({ chainId, runSwitch }) => chainId === id && runSwitch.isRunning);
  const parent = base.chain?.chainId;
  const seams: RelayerSeams = {
    choose: (waiting) => faults.choose(waiting.filter(({ destinationChainId }) => isRunning(destinationChainId))),
    policy: options.relayerPolicy,
    departed: running.departed().filter((chainId) => parentId(chainId) === parent),
  };
  const relayer = throughGate(gate, connectLocalRelayer(ecosystem, l1, members, wallet, seams));
  const clients = chains.map(({ chainId, provider }) => ({ chainId, client: connectInProcess(chainId, provider) }));
  const toL1 = createMessagesToL1({ ecosystem, l1, l1View: relayer.l1View, chains: clients });
  return {
    ...{ base, relayer, toL1 },
    chains: members.flatMap(({ chainId, hyperchain }) => {
      const provider = clients.find((each) => each.chainId === chainId)?.client;
      return provider === undefined ? [] : [{ chainId, hyperchain, layerId: base.chainId, provider }];
    }),
    close() {
      relayer.close();
      for (const { client } of clients) client.destroy();
    },
  };
}
