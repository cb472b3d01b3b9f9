import type { Hex } from "../protocol/hex.ts";
import type { ChainId } from "../protocol/ids.ts";
import type { L1View } from "../settlement-layer/reader/l1-view.ts";
import { ATOMIC_FLOWS_ADDRESS } from "./atomic-flows-address.ts";
import { Attempts } from "./attempts.ts";
import { atomicFlows } from "./contract-interfaces.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import type { FlowBook, HeldEscrow } from "./flow-book.ts";
import { legOf, NO_ABSENCE, outcomeOf, pivotOf, proveAbsence, proveFact } from "./flow-proofs.ts";
import { PaidFailure, sendOwn } from "./own-transaction.ts";
import type { OwnTransactionDependencies } from "./own-transaction.ts";
import type { AskedNode } from "./state-proof.ts";

/** More escrows wait for the next look; those with the highest fee come first. */
const MAX_ESCROWS_PER_LOOK = 32;
/** A refund's proof takes 680,000; a recipient or a token that wants more than the rest is for its owner to pay. */
const MAX_GAS = 1_500_000n;

export interface FlowSettlerDependencies extends OwnTransactionDependencies {
  readonly l1View: L1View;
  readonly book: Pick<FlowBook, "held" | "hasRun">;
  /** A node of any chain: it proves that a leg is missing there. Throws where none is known. */
  readonly nodeOf: (chainId: number) => AskedNode;
}

/**
 * Ends what is in escrow on one chain, as anyone may: a leg is paid to its recipient, or back to its party, once L1 shows which
 * and the chain can see that. It decides nothing: pivots are run by those who want them.
 */
export class FlowSettler {
  readonly #options: { readonly chainId: ChainId; readonly policy: DeliveryPolicy };
  readonly #dependencies: FlowSettlerDependencies;
  readonly #attempts = new Attempts<HeldEscrow>();
  /** The fees for which legs were tried in vain. */
  readonly #refused = new WeakMap<HeldEscrow, bigint>();

  constructor(options: { readonly chainId: ChainId; readonly policy: DeliveryPolicy }, dependencies: FlowSettlerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** `rootIndex` is of the newest root that the chain has imported. Resolves with whether it tried any. */
  async settle(rootIndex: bigint): Promise<boolean> {
    this.#attempts.look();
    const held = this.#due();
    if (held.length === 0) return false;
    // The block that a refund would be in: a chain without transactions has no new ones.
    const pending = await this.#dependencies.provider.getBlock("pending");
    const now = BigInt(pending?.timestamp ?? 0);
    let tried = 0;
    for (const escrow of held) {
      if (tried === MAX_ESCROWS_PER_LOOK) break;
      if (await this.#settleOne(escrow, rootIndex, now)) tried++;
    }
    return tried > 0;
  }

  /** Those with the highest fee first, so that a flood of others delays none that pays. */
  #due(): readonly HeldEscrow[] {
    const held = this.#dependencies.book.held(this.#options.chainId);
    // A fee that has grown may pay now.
    for (const escrow of held) if (escrow.feeWei > (this.#refused.get(escrow) ?? escrow.feeWei)) this.#attempts.retry(escrow);
    const due = held.filter((escrow) => this.#attempts.isDue(escrow));
    return due.toSorted((a, b) => (a.feeWei === b.feeWei ? 0 : a.feeWei > b.feeWei ? -1 : 1));
  }

  /** Resolves with whether its end was known. */
  async #settleOne(escrow: HeldEscrow, rootIndex: bigint, now: bigint): Promise<boolean> {
    try {
      const call = await this.#callFor(escrow, rootIndex, now);
      if (call === undefined) return false;
      const data = atomicFlows.encodeFunctionData(call.name, [...call.args]) as Hex;
      const delivery: Delivery = { to: ATOMIC_FLOWS_ADDRESS, data, maxGas: MAX_GAS };
      await sendOwn(delivery, escrow.feeWei, this.#options.policy, this.#dependencies);
    } catch (error) {
      this.#refused.set(escrow, escrow.feeWei);
      // It was paid for once: what succeeds in an estimate and fails in a transaction would be paid for without end.
      if (error instanceof PaidFailure) this.#attempts.giveUp(escrow);
      else this.#attempts.fail(escrow, error);
    }
    return true;
  }

  /** Undefined while neither end can be shown. */
  async #callFor({ id, flow, leg }: HeldEscrow, rootIndex: bigint, now: bigint): Promise<Call | undefined> {
    const { l1View, book, nodeOf } = this.#dependencies;
    const { chainId } = this.#options;
    const { recipient, party } = legOf(flow, leg);
    const pivot = pivotOf(flow);
    if (flow.legs[pivot]?.chainId === chainId) {
      // What a chain says of itself needs no proof, and settles together with what follows from it.
      if (book.hasRun(chainId, id)) return { name: "release", args: [flow, leg, [], recipient] };
      return now > flow.deadline ? { name: "refund", args: [flow, leg, pivot, NO_ABSENCE, party] } : undefined;
    }
    const outcome = outcomeOf(l1View, flow, id);
    if (outcome.state === "open") return undefined;
    if (outcome.state === "committed") {
      const shown = pivot === -1 ? [...flow.legs.keys()] : [pivot];
      const facts = shown.flatMap((each) => proveFact(l1View, flow, each, rootIndex) ?? []);
      return facts.length === shown.length ? { name: "release", args: [flow, leg, facts, recipient] } : undefined;
    }
    const { missing, leaf } = outcome;
    if (BigInt(leaf.index) >= rootIndex) return undefined;
    const absence = await proveAbsence(l1View, flow, { missing, leaf, rootIndex }, nodeOf);
    return { name: "refund", args: [flow, leg, missing, absence, party] };
  }
}

interface Call {
  readonly name: "release" | "refund";
  readonly args: readonly unknown[];
}
