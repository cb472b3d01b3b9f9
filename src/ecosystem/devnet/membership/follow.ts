import { parentId } from "../../../ground/protocol/chain-ancestry.ts";
import { putOnLayer } from "../../client/sending/deployed-contract.ts";
import { FORWARDERS } from "../../client/messages/paid-claim.ts";
import { senderOn } from "../../client/sending/submit.ts";
import type { BooksStanding } from "../../relayer/books-standing.ts";
import { policyOnBase } from "../../relayer/delivery-policy.ts";
import { ForwardingDriver, type ForwardedChain } from "../../relayer/forwarding-driver.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { ACCOUNT_NUMBERS } from "../accounts/accounts.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { connectInProcess, connectLocalRelayer, throughGate, type RelayerSeams } from "../relaying/relaying.ts";
import { OwnAccount } from "../../relayer/own-account.ts";
import { untilIncluded } from "../../relayer/until-included.ts";
import { newestRun } from "../../../ground/runtime/newest-run.ts";
import type { Relayer } from "../../relayer/relayer.ts";
import { MessagesToL1, type EndedMessages } from "../view/books/messages-to-l1.ts";
import type { Following } from "./live-relayer.ts";
import { newsOf } from "./news-of-chain.ts";
import type { ChainOpening } from "./open-chain.ts";
import type { RunningChains } from "./running-chains.ts";

/** Follower of the messages of the chains that settle on one base. */
interface FollowingOnBase {
  readonly base: SettlementBase;
  readonly relayer: Relayer;
  readonly toL1: MessagesToL1;
  readonly chains: readonly ForwardedChain[];
  close(): void;
}

/** Forwarders of messages' money; the driver is added when everything that it follows exists. */
interface Forwarders {
  driver: ForwardingDriver | undefined;
}

/**
 * Follows the messages between chains of one base, and from them to it: each base has a separate relayer. None waits for
 * another, and money at forwarders is sent on concurrently.
 */
export function follow(running: RunningChains, opening: ChainOpening): Following {
  const forwarders: Forwarders = { driver: undefined };
  const ofBases = opening.bases.current().map((base) => followOn(base, running, opening, forwarders));
  const [onL1] = ofBases;
  if (onL1 === undefined) throw new TypeError("the first base is L1");
  const relayers = ofBases.map(({ relayer }) => relayer);
  const driver = forwardingDriver(ofBases, opening);
  forwarders.driver = driver;
  const forward = newestRun(() => driver.look());
  /** Undefined where nothing is being sent on. */
  let forwarding: Promise<unknown> | undefined;
  const all = async (look: (relayer: Relayer) => Promise<void>): Promise<void> => {
    const outcomes = await Promise.allSettled(relayers.map(look));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };
  return {
    relayer: {
      async poll() {
        await all((relayer) => relayer.poll());
        while ((await forward()) && (await forwarded(driver)));
      },
      async advance() {
        // What fails there is tried again at the next look.
        forwarding ??= forward()
          .catch(() => undefined)
          .finally(() => (forwarding = undefined));
        await all((relayer) => relayer.advance());
      },
      observe: (withinMs) => all((relayer) => relayer.observe(withinMs)),
      observeFirst: (withinMs) => all((relayer) => relayer.observeFirst(withinMs)),
      standing: () => standingOfAll(relayers.map((relayer) => relayer.standing())),
      journeys: () => relayers.flatMap((relayer) => relayer.journeys()),
      openJourneys: () => relayers.flatMap((relayer) => relayer.openJourneys()),
      arrived: () => relayers.reduce((sum, relayer) => sum + relayer.arrived(), 0),
      failed: () => relayers.reduce((sum, relayer) => sum + relayer.failed(), 0),
      journey: (sourceChainId, messageHash) =>
        relayers.map((relayer) => relayer.journey(sourceChainId, messageHash)).find((journey) => journey !== undefined),
      accountOn: (chainId) => relayers.map((relayer) => relayer.accountOn(chainId)).find((account) => account !== undefined),
      end: async () => void (await Promise.all([forwarding, ...relayers.map((relayer) => relayer.end())])),
      l1View: onL1.relayer.l1View,
    },
    viewOf: (chainId) => viewOf(ofBases, parentId(chainId)) ?? onL1.relayer.l1View,
    toL1: {
      all: () => ofBases.flatMap(({ toL1 }) => toL1.all()),
      open: () => ofBases.flatMap(({ toL1 }) => toL1.open()),
      get ended() {
        const counts = ofBases.map(({ toL1 }) => toL1.ended);
        const sumOf = (name: keyof EndedMessages): number => counts.reduce((sum, each) => sum + each[name], 0);
        return { arrived: sumOf("arrived"), ended: sumOf("ended") };
      },
    },
    close: () => ofBases.forEach((following) => following.close()),
  };
}

function standingOfAll(each: readonly BooksStanding[]): BooksStanding {
  return {
    ageMs: Math.max(...each.map(({ ageMs }) => ageMs)),
    failure: each.find(({ failure }) => failure !== undefined)?.failure,
    era: each.reduce((sum, { era }) => sum + era, 0),
  };
}

/** Maximum wait for blocks; the next look processes later ones, and a relay continues in the meantime. */
const FORWARDING_PATIENCE_MS = 500;

/** Waits for the blocks of sent transactions if they are made immediately. Resolves with true if they exist. */
async function forwarded(driver: ForwardingDriver): Promise<boolean> {
  await untilIncluded({
    waiting: () => driver.waiting,
    look: () => driver.finish(),
    answered: () => driver.answered(),
    makesBlocks: () => true,
    patienceMs: FORWARDING_PATIENCE_MS,
  });
  return driver.waiting === 0;
}

/** Carries on what forwarders get, from the relayer's account on each base. No step costs more than it brings. */
function forwardingDriver(ofBases: readonly FollowingOnBase[], { layer, options, gate }: ChainOpening): ForwardingDriver {
  const wallet = layer.accounts.wallet(ACCOUNT_NUMBERS.relayer);
  const policy = policyOnBase(options.relayerPolicy);
  const layers = ofBases.map(({ base, relayer }) => {
    const { chainId, name, ecosystem, provider } = base;
    const { bridge, factory, forwarders } = ecosystem.addresses;
    const signer = wallet.connect(provider);
    const put = async (): Promise<unknown> => putOnLayer(FORWARDERS, await senderOn(signer, { name, chainId: Number(chainId) }));
    // A base that is a chain has its deliveries from the same account.
    const shared = ofBases.map((each) => each.relayer.accountOn(chainId)).find((account) => account !== undefined);
    return {
      ...{ chainId, bridge, forwarders: forwarders ?? FORWARDERS.address, policy },
      ...{ factory, putForwarders: forwarders === undefined ? put : undefined },
      account: shared ?? new OwnAccount({ signer, provider, undisturbed: () => throughGate(gate) }),
      ...{ view: relayer.l1View, signer, fromBlock: ecosystem.fromBlock },
    };
  });
  return new ForwardingDriver({ layers, chains: ofBases.flatMap(({ chains }) => chains) });
}

function viewOf(ofBases: readonly FollowingOnBase[], baseId: bigint | undefined): L1View | undefined {
  return ofBases.find(({ base }) => base.chain !== undefined && base.chainId === baseId)?.relayer.l1View;
}

function idsOf(running: RunningChains, names: readonly string[]): readonly bigint[] {
  return running.current().flatMap(({ name, chainId }) => (names.includes(name) ? [chainId] : []));
}

function followOn(
  base: SettlementBase,
  running: RunningChains,
  { layer, gate, faults, options, clock, feed }: ChainOpening,
  forwarders: Forwarders,
): FollowingOnBase {
  const { ecosystem, provider: l1 } = base;
  const chains = running.current().filter((chain) => chain.base === base);
  const bases = new Set(running.current().map((chain) => chain.base.chain?.chainId));
  const news = chains.map(({ pipeline }) => newsOf(pipeline.chain));
  const members = chains.map(({ chainId, provider, answer, pipeline, plan: { settlement } }, i) => ({
    ...{ chainId, provider, answer, isBase: bases.has(chainId), news: news[i] },
    hyperchain: pipeline.created.hyperchain,
    factsFrom: () => idsOf(running, settlement.facts?.from ?? []),
    promisesFrom: () => idsOf(running, Object.keys(settlement.instant?.from ?? {})),
    makesBlocks: () => pipeline.chain.sequencer.isAutomatic && !pipeline.chain.sequencer.isPaused,
  }));
  const chainIds = new Set(chains.map(({ chainId }) => chainId));
  const wallet = layer.accounts.wallet(ACCOUNT_NUMBERS.relayer);
  const isRunning = (id: bigint): boolean => chains.some(({ chainId, runSwitch }) => chainId === id && runSwitch.isRunning);
  const parent = base.chain?.chainId;
  const books: { toL1?: MessagesToL1 } = {};
  const seams: RelayerSeams = {
    choose: (waiting) => faults.choose(waiting.filter(({ destinationChainId }) => isRunning(destinationChainId))),
    policy: options.relayerPolicy,
    departed: running.departed().filter((chainId) => parentId(chainId) === parent),
    undisturbed: () => throughGate(gate),
    nowMs: () => clock.nowMs(),
    isL1Here: base.chain !== undefined || options.l1.url === undefined,
    follower(l1View) {
      const toL1 = new MessagesToL1({ ecosystem, l1, l1View });
      books.toL1 = toL1;
      let hasFollowed = false;
      return {
        take(chainId, event) {
          toL1.take(chainId, event);
          forwarders.driver?.take(chainId, event);
        },
        async readL1(head) {
          await toL1.readL1(head);
          hasFollowed = true;
        },
        // A page that has looked at a new block of L1 may have an older answer.
        onRead() {
          if (hasFollowed && options.pollIntervalMs !== undefined) feed.add({ type: "messages" });
          hasFollowed = false;
        },
        forget() {
          toL1.forget();
          forwarders.driver?.forget(chainIds);
        },
      };
    },
  };
  const relayer = connectLocalRelayer(ecosystem, l1, members, wallet, seams);
  const clients = chains.map(({ chainId, provider }) => ({ chainId, client: connectInProcess(chainId, provider) }));
  if (books.toL1 === undefined) throw new TypeError("a relayer has its follower from the start");
  return {
    ...{ base, relayer, toL1: books.toL1 },
    chains: members.flatMap(({ chainId, hyperchain }) => {
      const provider = clients.find((each) => each.chainId === chainId)?.client;
      return provider === undefined ? [] : [{ chainId, hyperchain, layerId: base.chainId, provider }];
    }),
    close() {
      relayer.close();
      for (const { client } of clients) client.destroy();
      for (const { close } of news) close();
    },
  };
}
