import type { EcosystemStatus, FeedEntry } from "./answers.ts";

/** An hour, at one sample a second. */
const MOST_SAMPLES = 3_600;
const SAMPLE_MS = 1_000;
const MOST_PROOFS = 200;

/** Queue lengths at a time. */
export interface Sample {
  /** Milliseconds of the reader's clock. */
  readonly at: number;
  /** Transactions that waited for a block, by chains' ids. */
  readonly waiting: ReadonlyMap<number, number>;
  /** Messages in flight. */
  readonly inFlight: number;
}

/** A proof that was made while the page was open. */
export interface KeptProof {
  readonly chainId: number;
  readonly batch: number;
  /** When each began, in order. */
  readonly phases: readonly { readonly phase: string; readonly at: number }[];
}

/** Data that the page has collected since its opening, and that the ecosystem does not store. */
export interface History {
  readonly samples: readonly Sample[];
  /** The oldest first. */
  readonly proofs: readonly KeptProof[];
}

export function sampleOf({ chains, messages }: EcosystemStatus, at: number): Sample {
  return {
    at,
    waiting: new Map(chains.map(({ chainId, waiting }) => [chainId, waiting] as const)),
    inFlight: messages.inFlight,
  };
}

/** One a second is kept, with the most that waited in it: a queue that fills for a moment is what is looked for. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last === undefined || Math.floor(last.at / SAMPLE_MS) !== Math.floor(sample.at / SAMPLE_MS))
    return [...samples, sample].slice(-MOST_SAMPLES);
  const most = new Map(
    [...sample.waiting].map(([chainId, waiting]) => [chainId, Math.max(waiting, last.waiting.get(chainId) ?? 0)] as const),
  );
  const both = { at: sample.at, waiting: most, inFlight: Math.max(last.inFlight, sample.inFlight) };
  return [...samples.slice(0, -1), both];
}

/** A proof that is queued again, after its prover was lost, starts from the first phase. */
export function withPhase(proofs: readonly KeptProof[], entry: FeedEntry, at: number): readonly KeptProof[] {
  const { chainId, number: batch, phase } = entry;
  if (chainId === undefined || batch === undefined || phase === undefined) return proofs;
  const known = proofs.find((proof) => proof.chainId === chainId && proof.batch === batch);
  const before = phase === "queued" ? [] : (known?.phases ?? []);
  if (before.at(-1)?.phase === phase) return proofs;
  const now = { chainId, batch, phases: [...before, { phase, at }] };
  return [...proofs.filter((proof) => proof !== known), now].slice(-MOST_PROOFS);
}
