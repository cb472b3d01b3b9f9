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
      /** Withdrawal that delivers the money; absent if it arrives automatically. */
      readonly withdrawal?: Withdrawal;
      /** Whether what comes pays the fee. */
      readonly paysFee: boolean;
    }
  /** Money that a forwarder sent waits for a claim where its chain settles. */
  | { readonly type: "claim"; readonly hop: ForwardingHop; readonly withdrawal: Withdrawal };

/** Money that leaves a chain, in a message. */
export interface LeavingMoney extends Withdrawal {
  readonly transactionHash: Hex;
  readonly transfer: AssetTransfer;
}

/** Money that leaves a chain by an event; `undefined` for other events. */
export function leavingMoney(sourceChainId: ChainId, event: ChainEvent): LeavingMoney | undefined {
  if (event.type !== "messageSent" || !isAssetSender(event.sender)) return undefined;
  const transfer = decodeAssetMessage(event.body);
  if (transfer === undefined || transfer.kind === AssetMessageKind.hyperbridgeDelivery) return undefined;
  const { sender, messageHash, at } = event;
  return { sourceChainId, sender, messageHash, transfer, transactionHash: at.transactionHash };
}

/** Contracts for forwarding of a chain on which other chains settle. */
interface ForwardingContracts {
  readonly forwarders: Hex;
  /** Factory of the chains that settle there. */
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

  /**
   * Records routes that senders wrote after their calldata. An address represents one route, so an attacker
   * can add none to it.
   */
  learn(hops: readonly ForwardingHop[]): void {
    for (const hop of hops) {
      const address = this.#addressOf(hop);
      if (address !== undefined) this.#hops.set(keyOf(hop.chainId, address), hop);
    }
  }

  /** Route from an account, if it is a recorded forwarder. */
  hopAt(chainId: ChainId, account: Hex): ForwardingHop | undefined {
    return this.#hops.get(keyOf(chainId, account));
  }

  /** Takes money that leaves a chain for a forwarder. */
  take({ transfer, ...withdrawal }: LeavingMoney): void {
    const hop = this.hopAt(transfer.destinationChainId, transfer.recipient);
    if (hop === undefined) return;
    // A bridge pays tokens on their home chain; tokens of any origin from a neighbour are checked after their
    // arrival.
    const isWithdrawal = transfer.kind === AssetMessageKind.withdrawal;
    const paysFee = !isWithdrawal || (transfer.originToken === plain(hop) && transfer.amount > hop.forwarding.fee);
    this.#expect(hop, withdrawal.sourceChainId, { paysFee, ...(isWithdrawal ? { withdrawal } : {}) });
  }

  /** Expects money of the queue at the forwarder of a hop. */
  expect(hop: ForwardingHop): void {
    this.#expect(hop, hop.chainId, { paysFee: true });
  }

  /**
   * Follows money that a forwarder has sent until it is claimed, if `name` got the fee for that: by a
   * transaction to the contract itself. If a transaction calls another contract, that contract gets the fee,
   * for example one that our delivery has called.
   */
  follow(
    hop: ForwardingHop,
    { sourceChainId, sender, messageHash }: Withdrawal,
    by: { readonly from: string; readonly to: string | null },
    name: string,
  ): void {
    const isPaid = by.from === name && by.to?.toLowerCase() === this.#contracts.get(hop.chainId)?.forwarders;
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

  /** Drops all events of these chains in an outdated state. Routes of addresses hold in any state. */
  forget(chainIds: ReadonlySet<ChainId>): void {
    for (const [task, origin] of this.#tasks) if (chainIds.has(origin)) this.#tasks.delete(task);
  }
}

/** Name of the forwarded token in a withdrawal's message. */
function plain({ forwarding: { token } }: ForwardingHop): Hex {
  return token === PREDEPLOYS.L2BaseToken ? NATIVE_COIN : token;
}

function keyOf(chainId: ChainId, account: Hex): string {
  return `${chainId} ${account}`;
}
