import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { describeSystem } from "../../../scripts/system-description/describe.ts";
import { createStateTransitionSystem } from "../../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { BASE31_GROUP, packElements, unpackElements } from "../../../src/proofs/kernels/leaf-encoding.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { DEFAULT_PARAMETERS } from "../../../src/proofs/stark/systems/parameters.ts";
import { readStateProof } from "../../support/recorded-state-proofs.ts";
import { recordingTranscript, type TranscriptEvent } from "../../stark/airs/transcripts.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { type Rule, RULES, withDeletions, wordOf } from "./support/deleted-rules.ts";
import { deployDescription, deploySecond, packageDescription, type StateVerifier } from "./support/second-verifier.ts";
import { proveSmallBatch } from "./support/small-batch.ts";
import { type Verdict, verdictOf } from "./support/small-verifier.ts";

const system = createStateTransitionSystem();
const recorded = readStateProof("state-short");
/** Small parameters (NOT SECURE), with 60 positions: two are in one leaf of the first layer of FRI. */
const crowded = createStateTransitionSystem({ ...DEFAULT_PARAMETERS, logBlowup: 3, queryCount: 60, grindingBits: 1 });
/** Offsets in a description, behind the key's digest. */
const [VERSION, MIN_LOG_ROWS, MAX_LOG_ROWS] = [32, 40, 41];

/** A proof that a rule refuses, with the verdict of the TypeScript verifier unless the description is another one. */
interface Refused {
  readonly encoded?: Uint8Array;
  readonly proof?: Uint8Array;
  readonly by?: StateVerifier;
  readonly expected?: Verdict;
  /** With the rule deleted. Default: any other verdict. */
  readonly deleted?: Verdict;
}

/* The faults of planted-faults.test.ts delete the other rules. The limit on hashes for positions bounds the work alone. */
describe("the second verifier without one of its rules", () => {
  let chain: CodeChain;
  let verifier: StateVerifier;
  let refused: Readonly<Record<Rule, Refused>>;
  before(async () => {
    chain = await startCodeChain();
    const creation = withDeletions();
    verifier = await deploySecond(chain, await packageDescription(chain), creation);
    const described = async (offset: number, value: number): Promise<StateVerifier> => {
      const description = describeSystem(system);
      description[offset] = value;
      return deploySecond(chain, await deployDescription(chain, description), creation);
    };
    const other = { expected: "MalformedProof", deleted: "accepted" };
    refused = {
      "another version": { ...other, by: await described(VERSION, 2) },
      "fewer rows than the least": { ...other, by: await described(MIN_LOG_ROWS, 10) },
      "more rows than the most": { ...other, by: await described(MAX_LOG_ROWS, 8) },
      "end of the head": { proof: recorded.proof.slice(0, end("nonce") - 4) },
      "statement's element not below p": { encoded: withNumber(recorded.encoded, 96, P) },
      "auxiliary value not below p": { proof: withNumber(recorded.proof, start("auxiliary"), P) },
      "opened value not below p": { proof: withLargeElement("openingsAtPoint", 5) },
      "row's element not below p": { proof: withLargeElement("tree[0].rows[9]", 23) },
      "padding of opened values": { proof: withBit(lastGroup("openingsAtPoint", 5)) },
      "padding of the last polynomial": { proof: withBit(start("finalPolynomial")) },
      "padding of rows": { proof: withBit(lastGroup("tree[0].rows[9]", 23)) },
      "padding of a layer": { proof: withBit(start("tree[2].rows")), deleted: "accepted" },
      "end of a tree": { proof: recorded.proof.slice(0, end("tree[0].siblings") - 40) },
      "end of a layer": { proof: recorded.proof.slice(0, end("tree[2].siblings") - 40) },
      "root of a tree": { proof: withBit(start("tree[2].siblings")), deleted: "accepted" },
      "values of the fold before": await falseFold(chain, creation),
    };
  });
  after(() => chain.close());

  test("accepts an honest proof, whichever is deleted", async () => {
    assert.equal(await verifier.verify(recorded.encoded, recorded.proof, wordOf(undefined)), "accepted");
    for (const rule of RULES) assert.equal(await verifier.verify(recorded.encoded, recorded.proof, wordOf(rule)), "accepted");
  });

  for (const rule of RULES)
    test(`no longer refuses a proof for this alone: ${rule}`, async () => {
      const { encoded = recorded.encoded, proof = recorded.proof, by = verifier, deleted, ...own } = refused[rule];
      const expected = own.expected ?? verdictOf(verify(system, encoded, proof));
      assert.notEqual(expected, "accepted");
      assert.equal(await by.verify(encoded, proof, wordOf(undefined)), expected);
      const verdict = await by.verify(encoded, proof, wordOf(rule));
      if (deleted === undefined) assert.notEqual(verdict, expected);
      else assert.equal(verdict, deleted);
    });

  test("accepts a changed sibling of any tree without the rule on roots", async () => {
    for (const tree of ["tree[0].siblings", "tree[1].siblings", "tree[2].siblings"]) {
      const proof = withBit(start(tree));
      assert.match(await verifier.verify(recorded.encoded, proof, wordOf(undefined)), /^MerkleMismatch/);
      assert.equal(await verifier.verify(recorded.encoded, proof, wordOf("root of a tree")), "accepted");
    }
  });
});

function sectionOf(name: string): ProofSection {
  let sections: readonly ProofSection[] = [];
  verify(system, recorded.encoded, recorded.proof, { onSections: (all) => (sections = all) });
  const section = sections.find((each) => each.name === name);
  assert.ok(section !== undefined, name);
  return section;
}

function start(name: string): number {
  return sectionOf(name).offset;
}

function end(name: string): number {
  const { offset, length } = sectionOf(name);
  return offset + length;
}

/** The first byte of the last group of the first of n equally long lists, whose highest bits are padding. */
function lastGroup(name: string, lists: number): number {
  const { offset, length } = sectionOf(name);
  const each = length / lists;
  return offset + each - (each % 31);
}

/** The recorded proof with the highest bit of a byte changed. */
function withBit(at: number): Uint8Array {
  const proof = recorded.proof.slice();
  proof[at]! ^= 0x80;
  return proof;
}

function withNumber(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setUint32(at, value);
  return changed;
}

/** The recorded proof with p added to a small element of one of n equally long lists. */
function withLargeElement(name: string, lists: number): Uint8Array {
  const { offset, length } = sectionOf(name);
  const each = length / lists;
  const count = Math.floor((each * 8) / 31);
  for (let at = offset; at < offset + length; at += each) {
    const elements = unpackElements(recorded.proof.slice(at, at + each), count, BASE31_GROUP);
    const small = elements?.findIndex((element) => element + P < 2 ** 31) ?? -1;
    if (elements === undefined || small < 0) continue;
    elements[small]! += P;
    const proof = recorded.proof.slice();
    proof.set(packElements(elements, BASE31_GROUP), at);
    return proof;
  }
  return assert.fail(`no element of ${name} is small`);
}

/** A proof that opens a leaf at two positions, with another value at the second one. */
async function falseFold(chain: CodeChain, creation: string): Promise<Refused> {
  const backend = await createWasmBackend({ workers: 1 });
  const { encoded, proof } = await proveSmallBatch(crowded, backend);
  await backend.close();
  const events: TranscriptEvent[] = [];
  let sections: readonly ProofSection[] = [];
  verify(crowded, encoded, proof, { createTranscript: recordingTranscript(events), onSections: (all) => (sections = all) });
  const drawn = events.find((event) => event.kind === "output" && event.label === "queries");
  assert.ok(drawn?.kind === "output");
  const positions = [...drawn.value].sort((a, b) => a - b);
  const arity = 2 ** DEFAULT_PARAMETERS.logArity;
  const leafOf = (position: number): number => Math.floor(position / arity);
  const second = positions.findIndex((position, i) => i > 0 && leafOf(position) === leafOf(positions[i - 1]!));
  assert.ok(second > 0, "no two positions are in one leaf");
  // Of each leaf all values are sent but the one at its lowest position, which is below the second one's.
  const leaves = new Set(positions.slice(0, second).map(leafOf)).size - 1;
  const value = leaves * (arity - 1) + (positions[second]! % arity) - 1;
  const changed = proof.slice();
  changed[sections.find(({ name }) => name === "tree[2].rows")!.offset + 20 * value + 19]! ^= 1;
  const by = await deploySecond(chain, await deployDescription(chain, describeSystem(crowded)), creation);
  return { encoded, proof: changed, by, expected: verdictOf(verify(crowded, encoded, changed)), deleted: "MerkleMismatch 2" };
}
