import assert from "node:assert/strict";
import { layoutStack, lowestBit } from "../../../../scripts/verifier-generator/stacked/stack-layout.ts";
import { createExtension, type Ext } from "../../../../src/proofs/field/extension.ts";
import { mul, P, rootOfUnity } from "../../../../src/proofs/field/koala-bear.ts";
import {
  type ProofSection,
  ProofReader,
  readHead,
  readValues,
  unpackExtensionList,
} from "../../../../src/proofs/stark/openings/proof.ts";
import { verify } from "../../../../src/proofs/stark/proofs/verify.ts";
import { powerOfTwo } from "../../../../src/proofs/stark/systems/evaluate.ts";
import type { System } from "../../../../src/proofs/stark/systems/system.ts";
import type { TranscriptLabel } from "../../../../src/proofs/stark/transcripts/transcript.ts";
import { recordingTranscript, type TranscriptEvent } from "../../../stark/airs/transcripts.ts";

const field = createExtension(5);
/** 2^40: of products in the contract one factor has it. */
const FACTOR = Number(2n ** 40n % BigInt(P));

/** Five lanes of 51 bits. */
function word(value: Ext, factor = 1): bigint {
  return value.reduce((all, coordinate, i) => all + (BigInt(mul(coordinate, factor)) << BigInt(51 * i)), 0n);
}

/**
 * Input of the contract for a proof, part by part, in the order of the verifier's memory; parts without a name are not to
 * be changed.
 */
export function claimInput(
  system: System,
  statement: Uint8Array,
  proof: Uint8Array,
): { readonly name: string; readonly words: readonly bigint[] }[] {
  const events: TranscriptEvent[] = [];
  const sections: ProofSection[] = [];
  const options = {
    createTranscript: recordingTranscript(events),
    onSections: (all: readonly ProofSection[]) => sections.push(...all),
  };
  assert.deepEqual(verify(system, statement, proof, options), { ok: true });
  const drawn = (label: TranscriptLabel): Ext[] =>
    events.flatMap((event) => (event.kind === "output" && event.label === label ? [[...event.value]] : []));
  const sent = (name: RegExp): Ext[] =>
    sections
      .filter((section) => name.test(section.name))
      .flatMap(({ name: own, offset, length }) => unpackExtensionList(system, own, proof.subarray(offset, offset + length)));
  const layout = layoutStack(system);
  const { tallest } = layout.shape;
  const { atPoint, atNext } = readValues(system, readHead(system, new ProofReader(proof)));
  const [point = field.zero] = drawn("point");
  const [next = field.zero, ...bits] = drawn("batch");
  const powers = (of: Ext): bigint[] => Array.from({ length: tallest }, (_, k) => word(powerOfTwo(field, of, k), FACTOR));
  const blanks = (count: number): bigint[] => new Array<bigint>(count).fill(0n);
  const inMontgomeryForm = (values: readonly Ext[]): bigint[] => values.map((value) => word(value, FACTOR));
  const plain = (values: readonly Ext[]): bigint[] => values.map((value) => word(value));
  return [
    { name: "challenge of the next row", words: [word(next, FACTOR)] },
    // The last power is the constraints' alone.
    { name: "points", words: powers(point) },
    { name: "", words: blanks(1) },
    { name: "next points", words: powers(field.scale(point, rootOfUnity(tallest))) },
    { name: "", words: blanks(1) },
    { name: "values", words: inMontgomeryForm(atPoint) },
    { name: "next values", words: inMontgomeryForm(atNext) },
    { name: "", words: blanks(8 + lowestBit(layout)) },
    { name: "challenges of places", words: inMontgomeryForm(bits) },
    { name: "", words: blanks(1) },
    // Of an honest last round both sides are the same polynomial in its challenge.
    { name: "challenges of rounds", words: inMontgomeryForm(drawn("fold").slice(0, -1)) },
    { name: "", words: inMontgomeryForm(drawn("fold").slice(-1)) },
    { name: "messages", words: plain(sent(/Rounds/)) },
    { name: "final polynomial", words: plain(sent(/^finalPolynomial$/)) },
  ];
}
