import { putOnLayer } from "../../../client/sending/deployed-contract.ts";
import { FORWARDERS } from "../../../client/messages/paid-claim.ts";
import { senderOn } from "../../../client/sending/submit.ts";
import type { Hex } from "../../../protocol/hex.ts";
import { policyOnBase, type DeliveryPolicy } from "../../../relayer/delivery-policy.ts";
import { ForwardingDriver, type ForwardingLayer } from "../../../relayer/forwarding-driver.ts";
import { OwnAccount } from "../../../relayer/own-account.ts";
import type { Relayer, RelayerFollower } from "../../../relayer/relayer.ts";
import { untilIncluded } from "../../../relayer/until-included.ts";
import { signerOf } from "../session/accounts.ts";
import type { Session } from "../session/session.ts";

/** The chains that a session has on its layer, and their relayer. */
interface Relayed {
  readonly session: Session;
  readonly relayer: Relayer;
}

/**
 * Claims for its fee what chains have withdrawn, and carries on what forwarders get, beside the relayers of a task: as the
 * ecosystem's own relayer does, for no more than it brings.
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

  /** What tells it of the chains of a session, which their relayer reads. */
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

  /** Begins a look, unless one is under way. What fails in it is tried again at the next. */
  advance(): void {
    this.#underWay ??= this.#all
      .look()
      .catch(() => undefined)
      .finally(() => (this.#underWay = undefined));
  }

  /** Looks until nothing goes on any more, and waits for the blocks of what it sends as long as there come some. */
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
          ...{ chainId: BigInt(chainId), hyperchain, layerId: BigInt(info.l1.chainId) },
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
      ...{ chainId: BigInt(chainId), bridge: contracts.bridge, factory: contracts.factory, fromBlock, signer },
      ...{ forwarders: forwarders ?? FORWARDERS.address, putForwarders: forwarders === undefined ? put : undefined },
      ...{ view: relayer.l1View, policy: policyOnBase(policy) },
      account: shared ?? new OwnAccount({ signer, provider: provider(chainId) }),
    };
  }
}
