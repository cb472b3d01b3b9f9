import type { JourneyStep, StepRecord } from "../../../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { DeliveryPolicy } from "../../../../ecosystem/relayer/delivery-policy.ts";
import type { Journey } from "../../../../ecosystem/relayer/journey.ts";
import { createRelayer, type Relayer, type RelayerDependencies } from "../../../../ecosystem/relayer/relayer.ts";
import { pluginError } from "../../plugin-error.ts";
import { defaultSender, readPlace, signerOf } from "../session/accounts.ts";
import { OwnForwarding } from "./own-forwarding.ts";
import { sessionOf, type Session } from "../session/session.ts";

interface OwnRelayerOptions {
  readonly account: Hex;
  readonly policy?: DeliveryPolicy;
  /** Chains on which others settle, where it asks more by default. Default: it asks the same on all chains. */
  readonly bases?: ReadonlySet<number>;
  /** Which messages it delivers, and nothing else then. Default: all, and it ends what is in escrow for atomic flows. */
  readonly delivers?: (journey: Journey) => boolean;
  readonly onStep?: (journey: Journey, step: JourneyStep, record: StepRecord) => void;
  readonly follower?: RelayerDependencies["follower"];
}

/**
 * Opens a separate relayer of this task, next to the ecosystem's. It uses the public RPC of L1 and the
 * chains, and pays from one account.
 */
export function openRelayer(session: Session, options: OwnRelayerOptions): Relayer {
  const { account, policy = {}, bases, delivers, onStep, follower } = options;
  const { info, provider } = session;
  const chains = info.chains.map(({ chainId, hyperchain }) => ({
    chainId: BigInt(chainId),
    hyperchain,
    isBase: bases?.has(chainId),
    signer: signerOf(session, { chainId, account }),
  }));
  return createRelayer(
    { settlementChainId: BigInt(info.l1.chainId), registry: info.l1.contracts.roots, fromBlock: 0, chains, policy },
    {
      l1: provider(info.l1.chainId),
      ...(delivers === undefined
        ? {}
        : { settlesFlows: false, choose: (waiting) => waiting.filter((journey) => delivers(journey)) }),
      ...(onStep === undefined ? {} : { onStep }),
      follower,
    },
  );
}

/** Relayers between all chains, one for the chains of each layer, as one. They claim what pays them, too, and carry it on. */
export function openRelayers(
  session: Session,
  options: OwnRelayerOptions,
): Pick<Relayer, "poll" | "advance" | "observe" | "journeys"> {
  const { info } = session;
  const bases = new Map(info.chains.map((chain) => [(chain.settlesOn ?? info.l1).chainId, chain.chainId]));
  const asking = { ...options, bases: new Set(bases.keys()) };
  const forwarding = new OwnForwarding(options);
  const relayers = [...bases.values()].map((chainId) => {
    const here = sessionOf(session, chainId);
    const relayer = openRelayer(here, { ...asking, follower: () => forwarding.followerOn(here) });
    forwarding.add(here, relayer);
    return relayer;
  });
  const all = async (look: (relayer: Relayer) => Promise<void>): Promise<void> => {
    const outcomes = await Promise.allSettled(relayers.map(look));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };
  return {
    async poll() {
      await all((relayer) => relayer.poll());
      await forwarding.toTheEnd();
    },
    async advance() {
      forwarding.advance();
      await all((relayer) => relayer.advance());
    },
    observe: () => all((relayer) => relayer.observe()),
    journeys: () => relayers.flatMap((relayer) => relayer.journeys()),
  };
}

/**
 * The account from which a relayer pays, on every chain: `--from`, else that of HYPERCHAIN_PRIVATE_KEY, else development
 * account 0.
 * Throws a plugin error for the ecosystem's own relayer's: two senders would take each other's nonces.
 */
export function relayerAccount(session: Session, from: string | undefined): Hex {
  const { info } = session;
  const account = from === undefined ? defaultSender(session) : readPlace(session, from, info.l1.name).account;
  if (info.relayer?.address !== account) return account;
  throw pluginError(
    `${account} is the account of the ecosystem's own relayer, which would take its nonces; name another with --from`,
  );
}
