import type { Ext } from "../../field/extension.ts";
import { isCanonical, mul } from "../../field/koala-bear.ts";
import { BASE31_GROUP, packedLength, packElements, unpackElements } from "../../kernels/leaf-encoding.ts";
import { digestLength } from "../../kernels/tree-hash.ts";
import { reject } from "./rejection.ts";
import { ABSENT, createShape, type Shape } from "../systems/shape.ts";
import type { System } from "../systems/system.ts";
import { concat } from "../transcripts/bytes.ts";
import { OPENING_FACTOR, OPENING_FACTOR_INVERSE, type PackedOpenings } from "../transcripts/transcript-form.ts";
import { proofVersion } from "../systems/verification-key.ts";

/*
 * Proof bytes, version 1 with columns opened by rows, 6 with stacked ones; 2 more without preprocessed columns, whose values the
 * verifier computes; 8 more with paired leaves of single stack columns; 16 more with caps; 1 more of a
 * segment. Everything
 * is big-endian and without separators; a proof is consumed exactly.
 *
 *   header        u8 version, u8 log2 height per table, 0 for an absent table
 *   auxiliary     u32 per auxiliary public value, tables in order
 *   mainRoot      digest
 *   lookupRoot, sums                     only if some present table has interactions; an extension element for each sum of each
 *   quotientRoot  digest
 *   openingsAtPoint                      for each coordinate c: the c-th coordinates of all values times 2^40, base31
 *   openingsAtNext                       the same for the columns opened at the next row
 *   version 1:
 *   friRoots      digest per FRI layer
 *   finalPolynomial                      2^(tallest − layers · logArity) extension elements, constant term first
 *   versions from 6 on, with stack columns of 2^m, 2^s of them (`stacked/stack-shape.ts`):
 *   rounds        h(0) and h(2), extension elements, of 4 + s rounds
 *   per FRI layer                        digest; h(0) and h(2) of as many rounds as it folds bits: logArity, or what is left
 *   finalPolynomial                      2^logFinalMax extension elements, constant term first
 *   rounds        h(0) and h(2) of logFinalMax rounds
 *
 *   nonce         u64
 *   caps          if paths are capped: per tree, in the order below, the 2^c digests of the layer c below its root; c is
 *                 `capLevel` of queries and depth, and of level 0 there is none
 *   per tree, in the order preprocessed (where they are not left out), main, lookup, quotient, FRI layer 0, 1, …:
 *     rows        trace trees: per height class, tallest first, the distinct rows that the queries touch, ascending, each
 *                 the class's blocks in order in base31. A row that several opened leaves share is sent once. The trees of a
 *                 stack have one class, whose rows are the 16 values of each stack column in turn; with paired leaves, of a
 *                 tree of one stack column both rows of a leaf
 *                 FRI trees: per opened leaf, ascending, all its values but the one at its lowest queried position
 *     siblings    digests, in the order of `multiproofSteps`; if paths are capped, below the cap only
 *   With a transcript of Poseidon the trees' parts follow each other query by query, in the order in which they were drawn, each
 *   as if there were no other query; and of a FRI tree's leaf all values are sent.
 *
 * Opened values are sent times 2^40 modulo p, the form in which the contract multiplies; one value has one such form.
 * base31: eight elements at 31 bits in 31 bytes, the last k of a list in ⌈31k/8⌉ bytes. An extension element is its
 * coordinates at 31 bits in ⌈31·degree/8⌉ bytes. In both the first element takes the lowest bits, and unused high bits
 * must be zero. Poseidon digests are 8 elements of 4 bytes.
 */

/** A part of a proof: where it lies, for tools and tamper tests. */
export interface ProofSection {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** Reads a proof front to back; each read names its section, and running out of bytes is a rejection. */
export class ProofReader {
  readonly bytes: Uint8Array;
  readonly sections: ProofSection[] = [];
  #cursor = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  read(section: string, length: number): Uint8Array {
    const offset = this.#cursor;
    if (offset + length > this.bytes.length) {
      reject({ code: "MalformedProof", section, expected: offset + length, got: this.bytes.length });
    }
    if (length > 0) this.sections.push({ name: section, offset, length });
    this.#cursor += length;
    return this.bytes.subarray(offset, this.#cursor);
  }

  readMany(section: string, count: number, length: number): Uint8Array[] {
    const all = this.read(section, count * length);
    return Array.from({ length: count }, (_, i) => all.subarray(i * length, (i + 1) * length));
  }

  /** Rejects unless everything was read. */
  end(): void {
    if (this.#cursor !== this.bytes.length) {
      reject({ code: "MalformedProof", section: "end", expected: this.#cursor, got: this.bytes.length });
    }
  }
}

/** Everything up to the opened values, as bytes: what the transcript absorbs. */
export interface ProofHead {
  readonly shape: Shape;
  readonly header: Uint8Array;
  readonly auxiliary: Uint8Array;
  readonly mainRoot: Uint8Array;
  /** Empty, like `sums`, when no table that is present has interactions. */
  readonly lookupRoot: Uint8Array;
  readonly sums: Uint8Array;
  readonly quotientRoot: Uint8Array;
  readonly openingsAtPoint: Uint8Array;
  readonly openingsAtNext: Uint8Array;
}

/** Bytes of one extension element. */
export function extensionLength(system: System): number {
  return packedLength(system.parameters.extensionDegree, system.parameters.extensionDegree);
}

/** Lookup sums of each table. */
function sumCounts({ tables }: System, { logRows }: Shape): number[] {
  return tables.map(({ lookup, index }) => (logRows[index] === ABSENT ? 0 : (lookup?.kinds.length ?? 0)));
}

/** Reads the head. Rejects a wrong version, impossible heights and missing bytes; elements are not looked at yet. */
export function readHead(system: System, reader: ProofReader): ProofHead {
  const { parameters, tables } = system;
  const header = reader.read("header", 1 + tables.length);
  const version = proofVersion(parameters, system.definition.segments !== undefined);
  if (header[0] !== version) reject({ code: "MalformedProof", section: "version", expected: version, got: header[0] ?? -1 });
  const logRows = [...header.subarray(1)];
  const shape = createShape(system, logRows);
  if (typeof shape === "number") {
    const got = logRows[shape] ?? Math.max(...logRows);
    reject({ code: "MalformedProof", section: "heights", expected: tables[shape]?.fixedLogRows ?? parameters.maxLogRows, got });
  }
  const digest = digestLength(parameters.hash);
  const extension = extensionLength(system);
  const valuesLength = (count: number): number => parameters.extensionDegree * packedLength(count, BASE31_GROUP);
  return {
    shape,
    header,
    auxiliary: reader.read("auxiliary", 4 * tables.reduce((sum, table) => sum + table.auxiliaryCount, 0)),
    mainRoot: reader.read("mainRoot", digest),
    lookupRoot: reader.read("lookupRoot", shape.hasLookups ? digest : 0),
    sums: reader.read("sums", sumCounts(system, shape).reduce((total, count) => total + count, 0) * extension),
    quotientRoot: reader.read("quotientRoot", digest),
    openingsAtPoint: reader.read("openingsAtPoint", valuesLength(shape.openedCount)),
    openingsAtNext: reader.read("openingsAtNext", valuesLength(shape.nextCount)),
  };
}

/** The opened values of a head, in the form of the proof. */
export function packedOpenings({ shape, openingsAtPoint, openingsAtNext }: ProofHead): readonly PackedOpenings[] {
  return [
    { bytes: openingsAtPoint, count: shape.openedCount },
    { bytes: openingsAtNext, count: shape.nextCount },
  ];
}

/** The head's elements, all canonical. */
export interface ProofValues {
  /** Per table. */
  readonly auxiliary: readonly (readonly number[])[];
  /** Per table, as many as its lookups have: none of one that is absent or has no interactions. */
  readonly sums: readonly (readonly Ext[])[];
  /** Values of the columns that a proof opens, in opening order. */
  readonly atPoint: readonly Ext[];
  readonly atNext: readonly Ext[];
}

/** Decodes the head's elements, section by section in proof order; rejects non-canonical ones and set padding bits. */
export function readValues(system: System, head: ProofHead): ProofValues {
  const view = new DataView(head.auxiliary.buffer, head.auxiliary.byteOffset, head.auxiliary.byteLength);
  const all = Array.from({ length: head.auxiliary.length / 4 }, (_, i) => view.getUint32(4 * i));
  requireCanonical("auxiliary", all);
  const sums = unpackExtensionList(system, "sums", head.sums);
  let [cursor, nextSum] = [0, 0];
  return {
    auxiliary: system.tables.map((table) => all.slice(cursor, (cursor += table.auxiliaryCount))),
    sums: sumCounts(system, head.shape).map((count) => sums.slice(nextSum, (nextSum += count))),
    atPoint: unpackOpenings("openingsAtPoint", head.openingsAtPoint, head.shape.openedCount),
    atNext: unpackOpenings("openingsAtNext", head.openingsAtNext, head.shape.nextCount),
  };
}

/** u32 per element. */
export function packAuxiliary(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return bytes;
}

/** Packs extension elements in sequence. */
export function packExtensions(values: readonly Ext[], degree: number): Uint8Array {
  return concat(values.map((value) => packElements(value, degree)));
}

/** Opened values: for each coordinate, that coordinate of all values times 2^40, in base31. */
export function packOpenings(values: readonly Ext[], degree: number): Uint8Array {
  return concat(
    Array.from({ length: degree }, (_, c) =>
      packElements(
        values.map((value) => mul(value[c] ?? 0, OPENING_FACTOR)),
        BASE31_GROUP,
      ),
    ),
  );
}

/**
 * Reads rows of `count` base31 elements each. First rejects when any row has a padding bit set, then when any element is
 * not canonical.
 */
export function unpackRows(section: string, rows: readonly Uint8Array[], count: number): number[][] {
  return unpackAll(section, rows, count, BASE31_GROUP);
}

/** Reads extension elements, one in each part; rejects padding bits of all, then non-canonical coordinates. */
export function unpackExtensions(section: string, parts: readonly Uint8Array[], degree: number): Ext[] {
  return unpackAll(section, parts, degree, degree);
}

/** Extension elements that follow each other. */
export function unpackExtensionList(system: System, section: string, bytes: Uint8Array): Ext[] {
  return unpackExtensions(section, split(bytes, extensionLength(system)), system.parameters.extensionDegree);
}

function unpackAll(section: string, parts: readonly Uint8Array[], count: number, groupSize: number): number[][] {
  const all = parts.map((bytes) => unpackElements(bytes, count, groupSize) ?? rejectPadding(section, bytes));
  for (const elements of all) requireCanonical(section, elements);
  return all;
}

function unpackOpenings(section: string, bytes: Uint8Array, count: number): Ext[] {
  const rows = unpackRows(section, split(bytes, packedLength(count, BASE31_GROUP)), count);
  return Array.from({ length: count }, (_, i) => rows.map((row) => mul(row[i] ?? 0, OPENING_FACTOR_INVERSE)));
}

/** Cuts bytes into parts of the same length; no parts when there are no bytes. */
function split(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: bytes.length / length }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
}

function requireCanonical(section: string, elements: readonly number[]): void {
  if (!elements.every(isCanonical)) reject({ code: "NonCanonicalElement", section });
}

function rejectPadding(section: string, bytes: Uint8Array): never {
  return reject({ code: "MalformedProof", section: `${section}.padding`, expected: 0, got: bytes[0] ?? 0 });
}
