import { proofInWords, proofMaker } from "../src/ecosystem/devnet/view/batches/proof-in-words.ts";
import { layerName } from "../src/ecosystem/devnet/view/books/layer-name.ts";
import type { EcosystemStatus, FeedEntry, ProofInTheMaking } from "./answers.ts";

/** `base`: what the chain settles on. */
const wordsOn = (base: string): Readonly<Record<ProofInTheMaking["phase"], string>> => ({
  queued: "waits for a prover",
  trace: "1 of 9: filling in the trace",
  commit: "2 of 9: committing to the trace",
  lookup: "3 of 9: lookups between the tables",
  quotient: "4 of 9: quotients of the constraints",
  openings: "5 of 9: opening the columns",
  deep: "6 of 9: combining the openings",
  fri: "7 of 9: folding (FRI)",
  grind: "8 of 9: grinding",
  queries: "9 of 9: answering the queries",
  made: `made; waits for its turn on ${base}`,
  posting: `${base} checks it`,
});

/** The phases of a proof, in their order. */
export const PHASES: readonly string[] = Object.keys(wordsOn("L1"));

/** Text of a phase of a chain's proof, with the name of the chain's settlement layer. */
export function phaseWords(phase: string, chainId: number): string {
  return wordsOn(layerName(chainId))[phase as ProofInTheMaking["phase"]];
}

/** Text of the progress of a chain's proof. */
export function proofWords(proof: Omit<ProofInTheMaking, "batch">, chainId: number): string {
  return proofInWords(proof, layerName(chainId), ({ phase }) => phaseWords(phase, chainId));
}

/** Text of the progress, with the worker of a fleet that makes the proof. */
export function proofAndMaker(proof: Omit<ProofInTheMaking, "batch">, chainId: number): string {
  const maker = proofMaker(proof);
  return `${proofWords(proof, chainId)}${maker === undefined ? "" : `, by ${maker}`}`;
}

/** The status with what the feed has told of a proof. What L1 has accepted meanwhile stays accepted. */
export function withProof(
  status: EcosystemStatus,
  { chainId, number, phase, worker, tree, execution }: FeedEntry,
): EcosystemStatus {
  if (number === undefined || phase === undefined) return status;
  const named = { ...(worker === undefined ? {} : { worker }), ...(tree === undefined ? {} : { tree }) };
  const told = { phase, ...(execution === undefined ? {} : { execution }) } as Pick<ProofInTheMaking, "phase" | "execution">;
  const proof = { batch: number, ...told, ...named };
  return {
    ...status,
    chains: status.chains.map((chain) => {
      if (chain.chainId !== chainId || number < chain.batches.proven) return chain;
      const others = (chain.proving ?? []).filter(({ batch }) => batch !== number);
      return { ...chain, proving: [...others, proof].sort((a, b) => a.batch - b.batch) };
    }),
  };
}
