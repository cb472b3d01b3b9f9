import { AssetMessageKind, decodeAssetMessage, isAssetSender, type AssetTransfer } from "../../ground/protocol/asset-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { ChainEvent } from "./chain-view.ts";
import { forwarderAddress, type ForwardingHop } from "./forwarding.ts";

const NATIVE_COIN: Hex = `0x${"00".repeat(20)}`;

/** Money that leaves a chain by a withdrawal, and waits where that settles. */
export interface Withdrawal {
  readonly sourceChainId: ChainId;
  readonly sender: Hex;
  readonly messageHash: MessageHash;
}

/** Something that remains to be done for money that goes over forwarders. */
export type ForwardingTask =
  /** Money is on its way to the forwarder, or there. */
  | {
      readonly type: "forward";
      readonly hop: ForwardingHop;
      readonly forwarder: Hex;
      /** What brings it; absent where it comes by itself. */
      readonly withdrawal?: Withdrawal;
      /** Whether what comes pays the fee. */
      readonly paysFee: boolean;
    }
  /** What a forwarder sent on waits to be claimed where its chain settles. */
  | { readonly type: "claim"; readonly hop: ForwardingHop; readonly withdrawal: Withdrawal };

/** Money that leaves a chain, in a message. */
export interface LeavingMoney extends Withdrawal {
  readonly transactionHash: Hex;
  readonly transfer: AssetTransfer;
}

/** What an event of a chain says of money that leaves it; undefined where it says nothing of that. */
export function leavingMoney(sourceChainId: ChainId, event: ChainEvent): LeavingMoney | undefined {
  if (event.type !== "messageSent" || !isAssetSender(event.sender)) return undefined;
  const transfer = decodeAssetMessage(event.body);
  if (transfer === undefined || transfer.kind === AssetMessageKind.hyperbridgeDelivery) return undefined;
  const { sender, messageHash, at } = event;
  return { sourceChainId, sender, messageHash, transfer, transactionHash: at.transactionHash };
}

/** What a chain on which others settle has for forwarding. */
interface ForwardingContracts {
  readonly forwarders: Hex;
  /** Of the chains that settle there. */
  readonly factory: Hex;
}

/** Which forwarders money was sent to, and what remains to be done for it: a reducer of what the chains say. */
export class ForwardingBook {
  /** `Forwarders` of the chains that have it. */
  readonly #contracts: ReadonlyMap<ChainId, ForwardingContracts>;
  readonly #hops = new Map<string, ForwardingHop>();
  /** With the chain whose word, or whose queue, they come from. */
  readonly #tasks = new Map<ForwardingTask, ChainId>();

  constructor(contracts: ReadonlyMap<ChainId, ForwardingContracts>) {
    this.#contracts = contracts;
  }

  /** What senders have written behind their calldata. An address stands for one way, so a stranger can add none to it. */
  learn(hops: readonly ForwardingHop[]): void {
    for (const hop of hops) {
      const address = this.#addressOf(hop);
      if (address !== undefined) this.#hops.set(keyOf(hop.chainId, address), hop);
    }
  }

  /** The way on from an account, where it is a forwarder that was told of. */
  hopAt(chainId: ChainId, account: Hex): ForwardingHop | undefined {
    return this.#hops.get(keyOf(chainId, account));
  }

  /** Takes money that leaves a chain for a forwarder. */
  take({ transfer, ...withdrawal }: LeavingMoney): void {
    const hop = this.hopAt(transfer.destinationChainId, transfer.recipient);
    if (hop === undefined) return;
    // A bridge pays what was born where it is; what comes from a neighbour of any birth is looked at when it is there.
    const isWithdrawal = transfer.kind === AssetMessageKind.withdrawal;
    const paysFee = !isWithdrawal || (transfer.originToken === plain(hop) && transfer.amount > hop.forwarding.fee);
    this.#expect(hop, withdrawal.sourceChainId, { paysFee, ...(isWithdrawal ? { withdrawal } : {}) });
  }

  /** Money comes to the forwarder of a hop from the queue. */
  expect(hop: ForwardingHop): void {
    this.#expect(hop, hop.chainId, { paysFee: true });
  }

  /**
   * What a forwarder has sent on waits to be claimed, if `own` got the fee for that: by a transaction to the contract itself. In
   * one to another contract that contract gets it, such as one that a delivery of ours has called.
   */
  follow(
    hop: ForwardingHop,
    { sourceChainId, sender, messageHash }: Withdrawal,
    by: { readonly from: string; readonly to: string | null },
    own: string,
  ): void {
    const isPaid = by.from === own && by.to?.toLowerCase() === this.#contracts.get(hop.chainId)?.forwarders;
    if (isPaid) this.#tasks.set({ type: "claim", hop, withdrawal: { sourceChainId, sender, messageHash } }, sourceChainId);
  }

  #expect(
    hop: ForwardingHop,
    origin: ChainId,
    terms: Pick<ForwardingTask & { readonly type: "forward" }, "withdrawal" | "paysFee">,
  ): void {
    const forwarder = this.#addressOf(hop);
    if (forwarder !== undefined) this.#tasks.set({ type: "forward", hop, forwarder, ...terms }, origin);
  }

  /** Undefined where the way is not to be carried: a factory of a stranger's can let an estimate succeed and no transaction. */
  #addressOf({ chainId, forwarding }: ForwardingHop): Hex | undefined {
    const contracts = this.#contracts.get(chainId);
    const isKnown = BigInt(forwarding.factory) === 0n || forwarding.factory === contracts?.factory;
    return contracts === undefined || !isKnown ? undefined : forwarderAddress(contracts.forwarders, forwarding);
  }

  /** Oldest first. */
  tasks(): readonly ForwardingTask[] {
    return [...this.#tasks.keys()];
  }

  has(task: ForwardingTask): boolean {
    return this.#tasks.has(task);
  }

  done(task: ForwardingTask): void {
    this.#tasks.delete(task);
  }

  /** What these chains said belongs to a state that is gone. An address stands for its way in any state. */
  forget(chainIds: ReadonlySet<ChainId>): void {
    for (const [task, origin] of this.#tasks) if (chainIds.has(origin)) this.#tasks.delete(task);
  }
}

/** What a withdrawal's message calls the token that is forwarded. */
function plain({ forwarding: { token } }: ForwardingHop): Hex {
  return token === PREDEPLOYS.L2BaseToken ? NATIVE_COIN : token;
}

function keyOf(chainId: ChainId, account: Hex): string {
  return `${chainId} ${account}`;
}
