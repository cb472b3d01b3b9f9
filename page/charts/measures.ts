import { timeOf, type Activity } from "../happenings.ts";
import { gasOfStages } from "../gas-of-stages.ts";
import type { ActivityTransaction, BatchInfo } from "../answers.ts";
import type { KeptProof, Sample } from "../kept-history.ts";

/** Numbers of one member, or of the whole, at the times of its chart. */
export interface Curve {
  readonly name: string;
  /** Place of its member among all, which has a colour. */
  readonly lane: number;
  /** Null where nothing is known. */
  readonly values: readonly (number | null)[];
}

/** Times of a chart in seconds, and its curves. */
export interface Measured {
  readonly seconds: readonly number[];
  readonly curves: readonly Curve[];
}

/** Time range of a chart: milliseconds of the machine's clock, in pieces of equal length. */
export interface Window {
  readonly last: number;
  readonly pieces: number;
  readonly pieceMs: number;
}

/** A lane of the page: L1 first. */
export interface Lane {
  readonly name: string;
  readonly chainId: number;
}

/**
 * Ends of the pieces, on whole multiples of their length, so that the chart does not move while time runs
 * within a piece.
 */
function endsOf({ last, pieces, pieceMs }: Window): readonly number[] {
  const end = Math.ceil(last / pieceMs) * pieceMs;
  return Array.from({ length: pieces }, (_, i) => end - (pieces - 1 - i) * pieceMs);
}

/** The sum of what `of` tells of transactions, in each piece of time and for each member. */
export function measuredActivity(
  activity: Activity,
  lanes: readonly Lane[],
  window: Window,
  of: (transaction: ActivityTransaction) => number,
): Measured {
  const ends = endsOf(window);
  const begin = (ends[0] ?? 0) - window.pieceMs;
  const curves = lanes.map(({ name, chainId }, lane): Curve => {
    const values = ends.map(() => 0);
    for (const block of activity.get(chainId) ?? []) {
      // A piece has its end, and not its beginning.
      const piece = Math.ceil((timeOf(block) - begin) / window.pieceMs) - 1;
      if (piece < 0 || piece >= values.length) continue;
      values[piece] = (values[piece] ?? 0) + block.transactions.reduce((sum, each) => sum + of(each), 0);
    }
    return { name, lane, values };
  });
  return { seconds: ends.map((end) => end / 1_000), curves };
}

/**
 * Queue lengths at the end of each piece of time, by the newest sample before it; the maximum if a piece has
 * several samples.
 */
export function measuredQueues(samples: readonly Sample[], lanes: readonly Lane[], window: Window): Measured {
  const ends = endsOf(window);
  const curve = (name: string, lane: number, of: (sample: Sample) => number | undefined): Curve => {
    let next = 0;
    let known: number | undefined;
    const values = ends.map((end) => {
      let most: number | undefined;
      for (let sample = samples[next]; sample !== undefined && sample.at <= end; sample = samples[++next]) {
        known = of(sample);
        if (known !== undefined && sample.at > end - window.pieceMs) most = Math.max(most ?? 0, known);
      }
      return most ?? known ?? null;
    });
    return { name, lane, values };
  };
  const chains = lanes.map(({ name, chainId }, lane) =>
    curve(`transactions of ${name}`, lane, ({ waiting }) => waiting.get(chainId)),
  );
  return {
    seconds: ends.map((end) => end / 1_000),
    // L1's queue is its own affair: nothing tells it.
    curves: [...chains.slice(1), curve("messages", 0, ({ inFlight }) => inFlight)],
  };
}

/** Seconds that each proof took, where it was made. */
export function measuredProofs(
  proofs: readonly KeptProof[],
  lanes: readonly Lane[],
  { last, pieces, pieceMs }: Window,
): Measured {
  const made = proofs.flatMap((proof) => {
    const ended = madeAt(proof);
    const seconds = secondsOf(proof);
    return ended === undefined || seconds === undefined || ended < last - pieces * pieceMs ? [] : [{ ...proof, ended, seconds }];
  });
  const inOrder = made.toSorted((a, b) => a.ended - b.ended);
  return {
    seconds: inOrder.map(({ ended }) => ended / 1_000),
    curves: lanes.flatMap(({ name, chainId }, lane) =>
      inOrder.some((proof) => proof.chainId === chainId)
        ? [{ name, lane, values: inOrder.map((proof) => (proof.chainId === chainId ? proof.seconds : null)) }]
        : [],
    ),
  };
}

function madeAt({ phases }: KeptProof): number | undefined {
  return phases.find(({ phase }) => phase === "made")?.at;
}

/** From its first phase in a prover on; undefined before it is made, or where its beginning was not seen. */
export function secondsOf(proof: KeptProof): number | undefined {
  const [first, second] = proof.phases;
  const begun = first?.phase === "queued" ? second : first?.phase === "trace" ? first : undefined;
  const made = madeAt(proof);
  return begun === undefined || made === undefined ? undefined : (made - begun.at) / 1_000;
}

/** Average L1 gas of one kind of user action. */
export interface ActCost {
  readonly act: string;
  readonly gas: number;
  /** Acts over which the average is. */
  readonly of: number;
}

/** A transaction's share of its chain's newest executed batches: commit, proof and execution. */
export function sharedCosts(batches: readonly BatchInfo[], nameOf: (chainId: number) => string): readonly ActCost[] {
  return [...Map.groupBy(batches, ({ chainId }) => chainId)].flatMap(([chainId, own]) => {
    const of = own.reduce((sum, { transactions, operations }) => sum + transactions + operations, 0);
    const gas = own.reduce((sum, { l1Gas }) => sum + gasOfStages(l1Gas), 0);
    return of === 0 ? [] : [{ act: `a transaction on ${nameOf(chainId)}, its share of its batch`, gas: gas / of, of }];
  });
}

/** Actions of users on L1 itself, by the called functions; the newest of them. */
export function ownCosts(l1: readonly ActivityTransaction[]): readonly ActCost[] {
  const calls = l1.filter(({ by, succeeded }) => by === "user" && succeeded);
  const acts = Map.groupBy(calls, ({ call, created, contract, selector }) => {
    const function_ = call?.slice(0, call.indexOf("(")) ?? selector ?? (created === undefined ? "a payment" : "a new contract");
    return contract === undefined ? function_ : `${contract}.${function_}`;
  });
  return [...acts]
    .map(([act, all]) => ({ act, gas: all.reduce((sum, { gasUsed }) => sum + gasUsed, 0) / all.length, of: all.length }))
    .sort((a, b) => b.of - a.of);
}

/** Cents of gas at a price in gwei, of a coin whose price is in whole units of money. */
export function centsOf(gas: number, gwei: number, coin: number): number {
  return ((gas * gwei) / 1e9) * coin * 100;
}
