import { inv, mul, P, pow } from "../../field/koala-bear.ts";
import { BASE31_GROUP, packedLength, unpackElements } from "../../kernels/leaf-encoding.ts";
import { concat } from "./bytes.ts";
import type { ProofParameters } from "../systems/parameters.ts";

/** Factor under which a proof has opened values, and its inverse. */
export const OPENING_FACTOR = pow(2, 40);
export const OPENING_FACTOR_INVERSE = inv(OPENING_FACTOR);

/** Opened values as a proof has them, and how many they are. */
export interface PackedOpenings {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/**
 * Inputs of a transcript for parts of a proof: the parts' bytes, or the elements of the field that they
 * encode, four big-endian bytes each. Invalid encodings yield arbitrary elements: a verifier refuses them
 * after the transcript.
 */
interface TranscriptForm {
  /** Small numbers, one a byte. */
  numbers(bytes: Uint8Array): Uint8Array;
  /** Words of 32 bits: elements, or a hash. */
  words(bytes: Uint8Array): Uint8Array;
  /** Extension elements that follow each other: their coordinates. */
  extensions(bytes: Uint8Array): Uint8Array;
  /** The values themselves, each with its coordinates. */
  openings(parts: readonly PackedOpenings[]): Uint8Array;
}

const BYTES: TranscriptForm = {
  numbers: (bytes) => bytes,
  words: (bytes) => bytes,
  extensions: (bytes) => bytes,
  openings: (parts) => concat(parts.map(({ bytes }) => bytes)),
};

function elementsOf(degree: number): TranscriptForm {
  return {
    numbers: (bytes) => elementBytes([...bytes]),
    words: (bytes) => elementBytes(wordsOf(bytes)),
    extensions(bytes) {
      const length = packedLength(degree, degree);
      const parts = Array.from({ length: bytes.length / length }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
      return elementBytes(parts.flatMap((part) => unpackElements(part, degree, degree) ?? []));
    },
    openings: (parts) => elementBytes(parts.flatMap((part) => openedValues(part, degree))),
  };
}

export function transcriptForm({
  transcript,
  extensionDegree,
}: Pick<ProofParameters, "transcript" | "extensionDegree">): TranscriptForm {
  return transcript === "keccak" ? BYTES : elementsOf(extensionDegree);
}

/** Elements as four big-endian bytes each, reduced. */
export function elementBytes(elements: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * elements.length);
  const view = new DataView(bytes.buffer);
  elements.forEach((element, i) => view.setUint32(4 * i, element % P));
  return bytes;
}

/** The numbers that four big-endian bytes each are. */
export function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getUint32(4 * i));
}

/** A proof has the coordinates apart, each of all values, times the factor. */
function openedValues({ bytes, count }: PackedOpenings, degree: number): number[] {
  const length = packedLength(count, BASE31_GROUP);
  const rows = Array.from(
    { length: degree },
    (_, c) => unpackElements(bytes.subarray(c * length, (c + 1) * length), count, BASE31_GROUP) ?? [],
  );
  return Array.from({ length: count }, (_, i) => rows.map((row) => mul((row[i] ?? 0) % P, OPENING_FACTOR_INVERSE))).flat();
}
