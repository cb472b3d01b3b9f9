import { encodeListStatement } from "../circuits/state-transition/list-system.ts";
import { decodeBatchProof, encodeRelisting, type ExecutionBatchProof } from "../execution-proof/batch/batch-proof.ts";
import { chunkStatement, firstJoints } from "../execution-proof/batch/chunk-statement.ts";
import { claimedEnds, type ExecutionClaim } from "../execution-proof/batch/execution-claim.ts";
import { statedKernel } from "../execution-proof/batch/kernel-statement.ts";
import type { Relisting } from "../execution-proof/batch/relisting.ts";
import {
  type AggregatedFields,
  aggregateDigest,
  aggregateElements,
  aggregateStatement,
} from "../../ground/protocol/aggregate.ts";
import { digestFromHex, type Compress, type Digest } from "../../ground/protocol/digest.ts";
import type { LastProof } from "../../ground/protocol/last-proof.ts";
import { decodeStateInput } from "../prover/state-input.ts";
import type { Hints } from "../recursion/interpret.ts";
import { aggregateOf, firstStart, ofHub, startBehind, wrappedOf } from "../recursion/nodes/aggregate-statement.ts";
import { batchOf, saidOfBatch } from "../recursion/nodes/batch-program.ts";
import { hubStepHints } from "../recursion/nodes/hub-hints.ts";
import { chunksOfRun, joinedChunks, relistedChunks } from "../recursion/nodes/chunks-program.ts";
import { type NodePrograms, PROGRAM_NAMES } from "../recursion/nodes/node-programs.ts";
import { endedRun, joinedRun } from "../recursion/nodes/run-program.ts";
import { isRun } from "../stark/proofs/encode-run.ts";
import { elementBytes, wordsOf } from "../stark/transcripts/transcript-form.ts";
import { L1ProofError } from "./l1-proof-error.ts";
import { LIST_PROOF, listPlace, placeOfChunk, RELISTING_PROOF, relistingPlace } from "./first-proofs.ts";
import { aggregatedFields, type BatchForL1, type ExecutedProof, isJoinable, type JoinableBatch } from "./batch-for-l1.ts";
import type { HubForL1 } from "./hub-for-l1.ts";
import { hubStepInput } from "./hub-step-input.ts";
import { encodeNodeInput } from "./proof-input.ts";
import { partsOfRun, type SegmentPart } from "./run-parts.ts";

/** The programs above all sets: the last two of a small proof, and the last one of a fast proof. */
export const COMPRESS = "compress";
export const WRAP = "wrap";
export const FAST = "fast";

/** Kind of a proof, which names the jobs of a queue. */
export type L1ProofKind =
  | ("list" | "relisting" | "leaf" | "segment" | "runJoin" | "runEnd")
  | ("join" | "relisted" | "batch" | "aggregate" | "hubStep" | "compress" | "wrap" | "fast");

/** A proof on the way to the one for L1. */
export interface PlannedProof {
  readonly kind: L1ProofKind;
  /** The program that it is of, or the name of what programs begin with. */
  readonly program: string;
  readonly input: Uint8Array;
  readonly statement: Uint8Array;
  /** Places of the proofs that it needs, which are planned before it. */
  readonly needs: readonly number[];
}

/** All proofs up to the last one, which is for L1. */
export interface ProofPlan {
  readonly proofs: readonly PlannedProof[];
  /** Digest A for L1, in addition to the batches' records. */
  readonly digest: Digest;
  /** Fields of each batch on L1. */
  readonly fields: readonly AggregatedFields[];
}

/** Part of the tree so far: a planned or a finished proof. */
interface Stated {
  readonly elements: readonly number[];
  readonly program: string | undefined;
  readonly from: number | Uint8Array;
}

/** One of a batch's proofs of execution: of a whole chunk, with the index of its shape, or of the segments of its run. */
type ExecutedPart = { readonly shape: number; readonly chunk: Stated } | { readonly segments: readonly SegmentPart[] };

/**
 * Plans the proofs for batches of one version, in the order in which L1 is to have them; with steps, of a hub's block. Throws
 * L1ProofError, and RangeError unless there is a step for each batch.
 */
export function planProofs(
  batches: readonly BatchForL1[],
  last: LastProof,
  { programs, compress }: { readonly programs: NodePrograms; readonly compress: Compress },
  hub?: HubForL1,
): ProofPlan {
  const tree = new PlannedTree(programs, compress);
  const parts = batches.map((batch) => (isJoinable(batch) ? tree.joinable(batch) : tree.batch(batch)));
  return tree.end(parts, last, hub);
}

/** A batch in the tree, and as L1 has it. */
interface PlannedBatchProof {
  readonly stated: Stated;
  readonly elements: readonly number[];
  readonly fields: AggregatedFields;
}

class PlannedTree {
  readonly #programs: NodePrograms;
  readonly #compress: Compress;
  readonly #proofs: PlannedProof[] = [];

  constructor(programs: NodePrograms, compress: Compress) {
    this.#programs = programs;
    this.#compress = compress;
  }

  batch({ claim, execution, list: input }: ExecutedProof): PlannedBatchProof {
    const { statement } = decodeStateInput(input);
    const list = this.#first("list", LIST_PROOF, input, encodeListStatement(statement));
    const place = listPlace(decodeStateInput(input), this.#programs);
    const proven = decodeBatchProof(execution);
    const parts = this.#parts(claim, proven);
    const only = this.#onlyChunk(parts, proven, place);
    const chunks = only?.chunk ?? this.#relisted(this.#joined(parts.map((part) => this.#closed(part))), proven.relisting);
    const of = only === undefined ? chunks.elements : chunksOfRun(chunks.elements);
    const elements = batchOf({ list: list.elements, chunks: of });
    const stated = this.#node("batch", only?.program ?? PROGRAM_NAMES.batch(place), saidOfBatch(elements), [list, chunks]);
    return { stated, elements, fields: aggregatedFields(claim, statement) };
  }

  /**
   * Adds a batch with a finished proof. Throws L1ProofError ShapeUnknown if the proof is of another program than those of
   * batches.
   */
  joinable({ fields, program, proof }: JoinableBatch): PlannedBatchProof {
    const { batchNames } = this.#programs;
    if (!batchNames.includes(program))
      throw new L1ProofError(
        "ShapeUnknown",
        `a batch's own proof is of none of ${batchNames.length} programs of batches: L1 gets no proof of it`,
      );
    const elements = aggregateElements(fields);
    return { stated: { elements: saidOfBatch(elements), program, from: proof }, elements, fields };
  }

  /** Ends the plan. L1's data of all batches are fixed before anything is proven. */
  end(batches: readonly PlannedBatchProof[], last: LastProof, hub?: HubForL1): ProofPlan {
    const fields = batches.map((batch) => batch.fields);
    const [first] = fields;
    if (first === undefined || fields.some(({ batch }) => batch.protocolVersion !== first.batch.protocolVersion))
      throw new L1ProofError("VersionsDiffer", `a proof covers batches of one version, but these ${fields.length} have several`);
    const digest = aggregateDigest(fields, this.#compress);
    const { point } = aggregateStatement(fields, digest);
    const all = batches.map(({ elements }) => elements);
    const { batches: admitted } = this.#programs.digests;
    const elementsOf = (from: number, count: number): readonly number[] => {
      const before = firstStart(all.length);
      const start = from === 0 ? before : startBehind(aggregateOf(all.slice(0, from), before, point, admitted));
      return aggregateOf(all.slice(from, from + count), start, point, admitted);
    };
    const top = hub === undefined ? this.#aggregated(batches, elementsOf) : this.#stepped(batches, elementsOf, hub);
    const whole = elementsOf(0, all.length);
    const said = wrappedOf(hub === undefined ? whole : inHub(whole, hub));
    if (last === "fast") this.#node("fast", FAST, said, [top]);
    else {
      // Its key is a constant of the last program, which reads no hints of it.
      const compressed = { ...this.#node("compress", COMPRESS, said, [top]), program: undefined };
      this.#node("wrap", WRAP, said, [compressed]);
    }
    return { proofs: this.#proofs, digest, fields };
  }

  #parts(claim: ExecutionClaim, proof: ExecutionBatchProof): ExecutedPart[] {
    const { environment, first } = claimedEnds(claim);
    const begins = firstJoints(proof, first);
    const kernel = statedKernel(proof.protocolVersion);
    return proof.chunks.map((end, i) => {
      const before = begins[i];
      if (before === undefined) throw new Error("each chunk begins somewhere");
      const statement = chunkStatement(kernel, { environment, before, after: end });
      if (isRun(end.proof)) return { segments: partsOfRun(proof.program, statement, end.proof, this.#programs) };
      const shape = placeOfChunk(proof.program, end.proof, this.#programs);
      return { shape, chunk: { elements: wordsOf(statement), program: undefined, from: end.proof } };
    });
  }

  /** The chunk and the program that checks it with the list; undefined for a batch that needs a leaf. */
  #onlyChunk(
    [part, ...others]: readonly ExecutedPart[],
    { relisting }: ExecutionBatchProof,
    list: number,
  ): { readonly chunk: Stated; readonly program: string } | undefined {
    if (part === undefined || "segments" in part || others.length > 0 || relisting !== undefined) return undefined;
    const program = PROGRAM_NAMES.oneChunkBatch({ list, chunk: part.shape });
    return this.#programs.batches.names.includes(program) ? { chunk: part.chunk, program } : undefined;
  }

  /** A chunk's leaf, or the end of its run. */
  #closed(part: ExecutedPart): Stated {
    if ("segments" in part) return this.#run(part.segments);
    return this.#node("leaf", PROGRAM_NAMES.leaf(part.shape), chunksOfRun(part.chunk.elements), [part.chunk]);
  }

  /** A run in segments, joined in pairs up to the two last parts, which end it. */
  #run(parts: readonly SegmentPart[]): Stated {
    const { chunks: admitted } = this.#programs.digests;
    const leaves = parts.map(({ place, statement, leafStatement, proof }) =>
      this.#node("segment", PROGRAM_NAMES.segment(place), leafStatement, [
        { elements: statement, program: undefined, from: proof },
      ]),
    );
    const join = (left: Stated, right: Stated): Stated =>
      this.#node("runJoin", PROGRAM_NAMES.runJoin, joinedRun(left.elements, right.elements, admitted), [left, right]);
    const [left, right] = inPairs(leaves, join, 2) as [Stated, Stated];
    return this.#node("runEnd", PROGRAM_NAMES.runEnd, endedRun(left.elements, admitted), [left, right]);
  }

  /** In pairs, so that joins are as deep as they have to be; the last one waits where it has no other. */
  #joined(chunks: readonly Stated[]): Stated {
    const { chunks: admitted } = this.#programs.digests;
    const join = (left: Stated, right: Stated): Stated =>
      this.#node("join", PROGRAM_NAMES.join, joinedChunks(left.elements, right.elements, admitted), [left, right]);
    const [joined] = inPairs(chunks, join, 1) as [Stated];
    return joined;
  }

  #relisted(chunks: Stated, change: Relisting | undefined): Stated {
    if (change === undefined) return chunks;
    const { statement, place } = relistingPlace(change, this.#programs);
    const relisting = this.#first("relisting", RELISTING_PROOF, encodeRelisting(change), statement);
    const elements = relistedChunks(chunks.elements, relisting.elements, this.#programs.digests.chunks);
    return this.#node("relisted", PROGRAM_NAMES.relisted(place), elements, [chunks, relisting]);
  }

  #aggregated(batches: readonly PlannedBatchProof[], elementsOf: (from: number, count: number) => readonly number[]): Stated {
    const parts = batches.map(({ stated }, from) => ({ stated, from, count: 1 }));
    const join = (left: (typeof parts)[number], right: (typeof parts)[number]) => {
      const [{ from }, count] = [left, left.count + right.count];
      const children = [left.stated, right.stated];
      return { stated: this.#node("aggregate", PROGRAM_NAMES.aggregate, elementsOf(from, count), children), from, count };
    };
    const [{ stated }] = inPairs(parts, join, 1) as [(typeof parts)[number]];
    return stated;
  }

  /** Batch by batch: each one leads the hub from the state after the one before. */
  #stepped(
    batches: readonly PlannedBatchProof[],
    elementsOf: (from: number, count: number) => readonly number[],
    { before, steps }: HubForL1,
  ): Stated {
    const [first, ...others] = batches.map(({ stated }, i) => {
      const step = steps[i];
      if (step === undefined || steps.length !== batches.length)
        throw new RangeError(`${steps.length} steps of a hub are planned for ${batches.length} batches`);
      const { slots, paths, after } = step;
      const elements = inHub(elementsOf(0, i + 1), { before, after });
      return { stated, elements, hints: hubStepHints(hubStepInput(slots, paths, this.#compress)) };
    });
    if (first === undefined) throw new RangeError("a block of a hub has a batch at least");
    const begun = this.#node("hubStep", PROGRAM_NAMES.hubFirst, first.elements, [first.stated], first.hints);
    return others.reduce(
      (top, { stated, elements, hints }) => this.#node("hubStep", PROGRAM_NAMES.hubNext, elements, [top, stated], hints),
      begun,
    );
  }

  #first(kind: L1ProofKind, program: string, input: Uint8Array, statement: Uint8Array): Stated {
    return { elements: wordsOf(statement), program: undefined, from: this.#add({ kind, program, input, statement, needs: [] }) };
  }

  #node(kind: L1ProofKind, program: string, elements: readonly number[], children: readonly Stated[], hints?: Hints): Stated {
    const statement = elementBytes(elements);
    const needs = children.flatMap(({ from }) => (typeof from === "number" ? [from] : []));
    const input = encodeNodeInput({
      program,
      statement,
      hints,
      children: children.map((child) => ({
        statement: elementBytes(child.elements),
        program: child.program,
        proof: typeof child.from === "number" ? undefined : child.from,
      })),
    });
    return { elements, program, from: this.#add({ kind, program, input, statement, needs }) };
  }

  #add(proof: PlannedProof): number {
    return this.#proofs.push(proof) - 1;
  }
}

/** The statement of an aggregate as one of a hub's block. */
function inHub(aggregate: readonly number[], { before, after }: Pick<HubForL1, "before" | "after">): number[] {
  return ofHub(aggregate, { before: digestFromHex(before), after: digestFromHex(after) });
}

/** Joins parts in pairs until at most `maxParts` are left. Throws RangeError if there are fewer. */
function inPairs<Part>(parts: readonly Part[], join: (left: Part, right: Part) => Part, maxParts: 1 | 2): readonly Part[] {
  if (parts.length < maxParts) throw new RangeError(`${parts.length} parts are not joined to ${maxParts}`);
  if (parts.length === maxParts) return parts;
  const half: Part[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const [left, right] = parts.slice(i, i + 2) as [Part, Part?];
    half.push(right === undefined ? left : join(left, right));
  }
  return inPairs(half, join, maxParts);
}
