import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Backend } from "../../kernels/backend.ts";
import { threadCompressor } from "../../kernels/wasm/compressor.ts";
import type { ProofParameters } from "../systems/parameters.ts";
import { poseidonTranscript } from "./poseidon-transcript.ts";
import { createTranscript, type TranscriptFactory, type TranscriptInput } from "./transcript.ts";
import { transcriptForm } from "./transcript-form.ts";

/** `compressOf` computes Poseidon's compression, where it is needed; the thread's compressor does if none is given. */
export function transcriptFactory(
  { transcript }: Pick<ProofParameters, "transcript">,
  compressOf?: Backend["compress"],
): TranscriptFactory {
  return transcript === "keccak" ? createTranscript : poseidonTranscript(compressOf ?? threadCompressor().compress);
}

/** Parts of a system with which its proofs' transcripts begin. */
interface KeyedSystem {
  readonly verificationKeyDigest: Uint8Array;
  readonly parameters: Pick<ProofParameters, "transcript" | "extensionDegree">;
}

/** The parts of a proof in front of its first root. */
interface SaidFirst {
  readonly header: Uint8Array;
  readonly auxiliary: Uint8Array;
}

/**
 * First inputs of a transcript: verification key digest, statement, header, auxiliary values. All but the
 * statement have a length that the key fixes. keccak absorbs the statement's hash, so the concatenation is
 * unambiguous; Poseidon absorbs its elements, whose number the key fixes.
 */
export function initialInputs(system: KeyedSystem, statement: Uint8Array, head: SaidFirst): TranscriptInput[] {
  const form = transcriptForm(system.parameters);
  const said = system.parameters.transcript === "keccak" ? keccak_256(statement) : statement;
  return [
    { label: "verificationKey", bytes: form.words(system.verificationKeyDigest) },
    { label: "statement", bytes: form.words(said) },
    { label: "header", bytes: form.numbers(head.header) },
    { label: "auxiliary", bytes: form.words(head.auxiliary) },
  ];
}

/**
 * First inputs of a segment's transcript: verification key digest, the run's seed, the fold of the segments
 * before, and the digest of the early data of the segment's part of the fold (`segments/fold.ts`). All have a
 * length that the key fixes.
 */
export function segmentInputs(system: KeyedSystem, seed: Uint8Array, before: Uint8Array, early: Uint8Array): TranscriptInput[] {
  const form = transcriptForm(system.parameters);
  return [
    { label: "verificationKey", bytes: form.words(system.verificationKeyDigest) },
    { label: "seed", bytes: form.words(seed) },
    { label: "foldBefore", bytes: form.words(before) },
    { label: "early", bytes: form.words(early) },
  ];
}
