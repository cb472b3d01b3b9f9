import { putOnLayer } from "../../../../ecosystem/client/sending/deployed-contract.ts";
import { FORWARDERS } from "../../../../ecosystem/client/messages/paid-claim.ts";
import { senderOn } from "../../../../ecosystem/client/sending/submit.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { policyOnBase, type DeliveryPolicy } from "../../../../ecosystem/relayer/delivery-policy.ts";
import { ForwardingDriver, type ForwardingLayer } from "../../../../ecosystem/relayer/forwarding-driver.ts";
import { OwnAccount } from "../../../../ecosystem/relayer/own-account.ts";
import type { Relayer, RelayerFollower } from "../../../../ecosystem/relayer/relayer.ts";
import { untilIncluded } from "../../../../ecosystem/relayer/until-included.ts";
import { signerOf } from "../session/accounts.ts";
import type { Session } from "../session/session.ts";

/** The chains that a session has on its layer, and their relayer. */
interface Relayed {
  readonly session: Session;
  readonly relayer: Relayer;
}

/**
 * Claims withdrawals from chains for their fee, and forwards the money at forwarders, next to the relayers of
 * a task. Like the ecosystem's relayer, it spends at most its earnings.
 */
export class OwnForwarding {
  readonly #options: { readonly account: Hex; readonly policy?: DeliveryPolicy };
  readonly #relayed: Relayed[] = [];
  #driver: ForwardingDriver | undefined;
  /** Undefined where nothing is being sent on. */
  #underWay: Promise<unknown> | undefined;

  constructor(options: { readonly account: Hex; readonly policy?: DeliveryPolicy }) {
    this.#options = options;
  }

  /** Follower for the chains of a session, which their relayer reads. */
  followerOn({ info }: Session): RelayerFollower {
    const chainIds = new Set(info.chains.map(({ chainId }) => BigInt(chainId)));
    return {
      take: (chainId, event) => this.#all.take(chainId, event),
      readL1: () => Promise.resolve(),
      forget: () => this.#all.forget(chainIds),
    };
  }

  /** The relayer of the chains that a session has on its layer. To be called for all before any of them reads. */
  add(session: Session, relayer: Relayer): void {
    this.#relayed.push({ session, relayer });
  }

  /** Begins a poll, unless one is pending. The next poll retries its failures. */
  advance(): void {
    this.#underWay ??= this.#all
      .look()
      .catch(() => undefined)
      .finally(() => (this.#underWay = undefined));
  }

  /**
   * Polls until nothing more can be forwarded, and waits for the blocks of its transactions while new ones
   * appear.
   */
  async toTheEnd(): Promise<void> {
    await this.#underWay;
    const driver = this.#all;
    while (await driver.look()) {
      await untilIncluded({
        waiting: () => driver.waiting,
        look: () => driver.finish(),
        answered: () => driver.answered(),
        makesBlocks: () => true,
      });
      if (driver.waiting > 0) return;
    }
  }

  get #all(): ForwardingDriver {
    this.#driver ??= new ForwardingDriver({
      layers: this.#relayed.map((relayed) => this.#layer(relayed)),
      chains: this.#relayed.flatMap(({ session: { info, provider } }) =>
        info.chains.map(({ chainId, hyperchain }) => ({
          chainId: BigInt(chainId),
          hyperchain,
          layerId: BigInt(info.l1.chainId),
          provider: provider(chainId),
        })),
      ),
    });
    return this.#driver;
  }

  #layer({ session, relayer }: Relayed): ForwardingLayer {
    const { info, provider } = session;
    const { account, policy = {} } = this.#options;
    const { chainId, name, contracts, fromBlock = 0 } = info.l1;
    const signer = signerOf(session, { chainId, account });
    const { forwarders } = contracts;
    const put = async (): Promise<unknown> => putOnLayer(FORWARDERS, await senderOn(signer, { name, chainId }));
    // A layer that is a chain has its deliveries from the same account.
    const shared = this.#relayed.map((each) => each.relayer.accountOn(BigInt(chainId))).find((each) => each !== undefined);
    return {
      chainId: BigInt(chainId),
      bridge: contracts.bridge,
      factory: contracts.factory,
      fromBlock,
      signer,
      forwarders: forwarders ?? FORWARDERS.address,
      putForwarders: forwarders === undefined ? put : undefined,
      view: relayer.l1View,
      policy: policyOnBase(policy),
      account: shared ?? new OwnAccount({ signer, provider: provider(chainId) }),
    };
  }
}
