import type { Provider } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import { ATOMIC_FLOWS_ADDRESS } from "./atomic-flows-address.ts";
import { Attempts } from "./attempts.ts";
import { atomicFlows } from "./contract-interfaces.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import type { FlowBook, HeldEscrow } from "./flow-book.ts";
import { legOf, NO_ABSENCE, outcomeOf, pivotOf, proveAbsence, proveFact } from "./flow-proofs.ts";
import { RoundOver, type SendingRound, type SentTransaction } from "./own-account.ts";
import type { AskedNode } from "./state-proof.ts";

/** More escrows wait for the next look; those with the highest fee come first. */
const MAX_ESCROWS_PER_LOOK = 32;
/** Escrows whose end is looked up at a look: each takes hashes and proofs of this process's own time. */
const MAX_LOOKED_UP = 64;
/** A refund's proof takes 680,000; a recipient or a token that wants more than the rest is for its owner to pay. */
const MAX_GAS = 1_500_000n;

export interface FlowSettlerDependencies {
  readonly provider: Provider;
  readonly l1View: L1View;
  readonly book: Pick<FlowBook, "held" | "hasRun" | "changes">;
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
  readonly #underWay = new Map<HeldEscrow, SentTransaction>();
  /** State at the last check of the waiting flows; while it is unchanged, none of them can end. */
  #lastState = "";
  /** Waiting escrows that were not checked yet, the highest fee first. */
  #unknown: HeldEscrow[] = [];
  /** The look at which each was looked up last: among equal fees the one that waits longest comes first. */
  readonly #lookedUpAt = new WeakMap<HeldEscrow, number>();
  #looks = 0;
  /** When the next pivot of this chain's own can be given up. */
  #nextDeadline: bigint | undefined;

  constructor(options: { readonly chainId: ChainId; readonly policy: DeliveryPolicy }, dependencies: FlowSettlerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** Drops all data of an outdated state. */
  forget(): void {
    this.#underWay.clear();
    this.#lastState = "";
  }

  /**
   * Sends what ends escrows, by what is known since it was looked up last. `rootIndex` is of the newest root that the chain has
   * imported. Resolves with how many wait for the next look.
   */
  async settle(rootIndex: bigint, round: Pick<SendingRound, "send">): Promise<number> {
    this.#attempts.look();
    this.#looks++;
    const held = this.#dependencies.book.held(this.#options.chainId);
    if (held.length === 0) return 0;
    // The block that a refund would be in: a chain without transactions has no new ones.
    const pending = await this.#dependencies.provider.getBlock("pending");
    const now = BigInt(pending?.timestamp ?? 0);
    this.#refresh(held, rootIndex, now);
    let tried = 0;
    for (let looked = 0; looked < MAX_LOOKED_UP && tried < MAX_ESCROWS_PER_LOOK; looked++) {
      const escrow = this.#unknown.shift();
      if (escrow === undefined) break;
      this.#lookedUpAt.set(escrow, this.#looks);
      const state = await this.#settleOne(escrow, { rootIndex, now, round });
      if (state === "roundOver") {
        this.#unknown.unshift(escrow);
        break;
      }
      if (state === "tried") tried++;
    }
    return this.#unknown.length;
  }

  /** Takes what became of the transactions that waited for their blocks. */
  finish(): void {
    for (const [escrow, { outcome }] of this.#underWay) {
      if (outcome === undefined) continue;
      this.#underWay.delete(escrow);
      if (outcome.state === "included" && outcome.receipt.status === 1) continue;
      this.#refused.set(escrow, escrow.feeWei);
      if (outcome.state === "lost") this.#attempts.fail(escrow, outcome.error);
      // An end that succeeds in an estimate and fails in a transaction would cost gas forever, so it is paid
      // for only once.
      else this.#attempts.giveUp(escrow);
    }
  }

  /** All that wait, once something is known that can bring their ends, and those of which an attempt is due again. */
  #refresh(escrows: readonly HeldEscrow[], rootIndex: bigint, now: bigint): void {
    const { l1View, book } = this.#dependencies;
    const { chainId } = this.#options;
    const isLate = this.#nextDeadline !== undefined && now > this.#nextDeadline;
    const known = `${l1View.registry.leafCount} ${rootIndex} ${book.changes(chainId)}`;
    // A fee that has grown may pay now; that is a change of the book.
    for (const escrow of escrows) if (escrow.feeWei > (this.#refused.get(escrow) ?? escrow.feeWei)) this.#attempts.retry(escrow);
    const isAnew = known !== this.#lastState || isLate;
    this.#lastState = known;
    const waiting = new Set(isAnew ? [] : this.#unknown);
    const due = escrows.filter(
      (escrow) =>
        (isAnew || waiting.has(escrow) || this.#attempts.failed(escrow) > 0) &&
        !this.#underWay.has(escrow) &&
        this.#attempts.isDue(escrow),
    );
    // Those with the highest fee first, so that a flood of others delays none that pays.
    const lookedUp = (escrow: HeldEscrow): number => this.#lookedUpAt.get(escrow) ?? 0;
    this.#unknown = due.toSorted((a, b) => (a.feeWei === b.feeWei ? lookedUp(a) - lookedUp(b) : a.feeWei > b.feeWei ? -1 : 1));
    if (isAnew) this.#nextDeadline = nextDeadline(escrows, chainId, now);
  }

  async #settleOne(escrow: HeldEscrow, { rootIndex, now, round }: SettlingRound): Promise<"open" | "tried" | "roundOver"> {
    try {
      const call = await this.#callFor(escrow, rootIndex, now);
      if (call === undefined) return "open";
      const data = atomicFlows.encodeFunctionData(call.name, [...call.args]) as Hex;
      const ending = { to: ATOMIC_FLOWS_ADDRESS, data, maxGas: MAX_GAS };
      this.#underWay.set(escrow, await round.send(ending, escrow.feeWei, this.#options.policy));
    } catch (error) {
      if (error instanceof RoundOver) return "roundOver";
      this.#refused.set(escrow, escrow.feeWei);
      this.#attempts.fail(escrow, error);
    }
    return "tried";
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

/** State and sending round of a look. */
interface SettlingRound {
  readonly rootIndex: bigint;
  /** Seconds. */
  readonly now: bigint;
  readonly round: Pick<SendingRound, "send">;
}

interface Call {
  readonly name: "release" | "refund";
  readonly args: readonly unknown[];
}

/** The first deadline to come of a flow whose pivot is on this chain: a clock brings that end, and no event. */
function nextDeadline(escrows: readonly HeldEscrow[], chainId: ChainId, now: bigint): bigint | undefined {
  let next: bigint | undefined;
  for (const { flow } of escrows) {
    const isHere = flow.legs[pivotOf(flow)]?.chainId === chainId;
    if (isHere && flow.deadline >= now && (next === undefined || flow.deadline < next)) next = flow.deadline;
  }
  return next;
}
