import { bytesToHex } from "@noble/hashes/utils.js";
import type { Backend } from "../../kernels/backend.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import type { CheckedShape } from "../proof-code.ts";
import { fewestTables } from "../tables/fewest-tables.ts";
import { programSystem } from "../tables/program-system.ts";
import type { ProgramForm } from "../tables/table-parts.ts";
import type { AdmittedPrograms, ProgramKey } from "./admitted-programs.ts";
import { aggregateProgram, compressProgram } from "./aggregate-program.ts";
import { batchProgram, oneChunkBatchProgram } from "./batch-program.ts";
import { chunkLeaf, joinProgram, relistedProgram } from "./chunks-program.ts";
import { hubFirstProgram, hubNextProgram } from "./hub-program.ts";
import type { HubSlots } from "./hub-step.ts";
import { AGGREGATE, CHUNKS } from "./layout.ts";
import type { NodeProgram } from "./node-program.ts";
import { programShape } from "./program-shape.ts";
import { type KnownSet, type PreparedProgram, ProgramSet, type ProgramWriter } from "./program-set.ts";
import { runEndProgram, runJoinProgram } from "./run-program.ts";
import { segmentLeaf } from "./segment-leaf.ts";
import { wrapProgram } from "./wrap-program.ts";

/** Proofs that programs begin with, in the shapes that they may have. */
export interface FirstProofs {
  readonly chunks: readonly CheckedShape[];
  /** Shapes of runs that are cut, all of one key. Default: no run is. */
  readonly segments?: readonly CheckedShape[];
  readonly relistings: readonly CheckedShape[];
  readonly lists: readonly CheckedShape[];
  /** Batches of one chunk that one program checks with their list, by indexes of both. Default: none, each chunk has a leaf. */
  readonly oneChunkBatches?: readonly OneChunkBatch[];
  /** Slots that programs of a hub read in a member's state. Default: the set of batches has no programs of a hub. */
  readonly hub?: HubSlots;
}

/** A batch of one chunk: the indexes of its list and of its chunk among the first proofs. */
export interface OneChunkBatch {
  readonly list: number;
  readonly chunk: number;
}

/**
 * Parameters of the proofs of programs: of those over chunks, of batches and aggregates, of the one that compresses, of the one
 * that wraps it for L1, and of the one that compresses if L1 checks its proof itself.
 */
export interface NodeParameters {
  readonly chunks: ProofParameters;
  readonly batches: ProofParameters;
  readonly compress: ProofParameters;
  readonly wrap: ProofParameters;
  readonly fast: ProofParameters;
}

/** Results that follow from shapes and parameters, which are expensive to compute. */
export interface KnownPrograms {
  readonly forms: {
    readonly chunks: ProgramForm;
    readonly batches: ProgramForm;
    readonly wrap?: ProgramForm;
    readonly fast?: ProgramForm;
  };
  /** Made from the forms where absent. */
  readonly keys?: { readonly chunks: readonly ProgramKey[]; readonly batches: readonly ProgramKey[] };
  /** Roots of the columns that the keys of the last programs fix. */
  readonly roots?: { readonly compress: Uint8Array; readonly wrap: Uint8Array; readonly fast: Uint8Array };
}

/** The names of programs, by the place of what they begin with among the first proofs. */
export const PROGRAM_NAMES = {
  leaf: (place: number): string => `leaf ${place}`,
  segment: (place: number): string => `segment ${place}`,
  runJoin: "join of a run",
  runEnd: "end of a run",
  relisted: (place: number): string => `relisted ${place}`,
  join: "join",
  batch: (list: number): string => `batch ${list}`,
  oneChunkBatch: ({ list, chunk }: OneChunkBatch): string => `batch ${list} of chunk ${chunk}`,
  aggregate: "aggregate",
  hubFirst: "first of a hub",
  hubNext: "next of a hub",
} as const;

function named(shapes: readonly CheckedShape[], name: (place: number) => string) {
  return shapes.map((shape, place) => [name(place), shape] as const);
}

/**
 * All programs from chunks to L1: whatever the shapes of a batch's chunks and list, and however many there are, one key is the
 * last.
 */
export class NodePrograms {
  readonly first: FirstProofs;
  readonly chunks: ProgramSet;
  readonly batches: ProgramSet;
  readonly #admitted: { readonly chunks: AdmittedPrograms; readonly batches: AdmittedPrograms };
  readonly #parameters: NodeParameters;
  readonly #roots: KnownPrograms["roots"];
  readonly #forms: KnownPrograms["forms"] | undefined;
  readonly keys: NonNullable<KnownPrograms["keys"]>;

  private constructor(
    first: FirstProofs,
    sets: { readonly chunks: ProgramSet; readonly batches: ProgramSet },
    { keys, derived }: { readonly keys: NodePrograms["keys"]; readonly derived: KnownPrograms | undefined },
    parameters: NodeParameters,
  ) {
    this.first = first;
    this.chunks = sets.chunks;
    this.batches = sets.batches;
    this.keys = keys;
    this.#parameters = parameters;
    this.#roots = derived?.roots;
    this.#forms = derived?.forms;
    this.#admitted = { chunks: sets.chunks.admitted(keys.chunks), batches: sets.batches.admitted(keys.batches) };
  }

  /** `derived`: parts that are made otherwise, which takes some seconds for each shape. */
  static async create(
    first: FirstProofs,
    parameters: NodeParameters,
    backend: Backend,
    derived?: KnownPrograms,
  ): Promise<NodePrograms> {
    const chunks = chunkPrograms(first, parameters.chunks, { form: derived?.forms.chunks, keys: derived?.keys?.chunks });
    const ofChunks = await chunks.keys(backend);
    const admitted = chunks.admitted(ofChunks);
    const ofDerived = { form: derived?.forms.batches, keys: derived?.keys?.batches };
    const batches = batchPrograms(first, chunks, { admitted, parameters: parameters.batches, derived: ofDerived });
    const keys = { chunks: ofChunks, batches: await batches.keys(backend) };
    return new NodePrograms(first, { chunks, batches }, { keys, derived }, parameters);
  }

  /** Digests of all programs of chunks, and of all of batches, in statements. */
  get digests(): { readonly chunks: readonly number[]; readonly batches: readonly number[] } {
    return { chunks: this.#admitted.chunks.digest, batches: this.#admitted.batches.digest };
  }

  /** The names of the programs whose proofs are those of batches. */
  get batchNames(): readonly string[] {
    const { lists, oneChunkBatches = [] } = this.first;
    return [...lists.map((_, list) => PROGRAM_NAMES.batch(list)), ...oneChunkBatches.map(PROGRAM_NAMES.oneChunkBatch)];
  }

  /** Proof for a program of the position of another one in a set. */
  hintsOf(set: "chunks" | "batches", name: string): ReturnType<AdmittedPrograms["hintsOf"]> {
    const place = this[set].names.indexOf(name);
    const key = this.keys[set][place];
    if (key === undefined) throw new RangeError(`no program ${name} among ${this[set].names.join(", ")}`);
    return this.#admitted[set].hintsOf(key, place);
  }

  async prepareCompress(backend: Backend): Promise<PreparedProgram> {
    const node = this.#compress();
    return {
      node,
      compiled: await programSystem(node.program, this.#parameters.compress, backend, { root: this.#roots?.compress }),
    };
  }

  /** The last program of a fast proof: the one that compresses, whose proof L1 checks itself. */
  prepareFast(backend: Backend): Promise<PreparedProgram> {
    return this.#prepareLast("fast", this.#compress(), backend);
  }

  /** The last program of a small proof; it checks proofs of the one that compresses alone. */
  prepareWrap(compress: PreparedProgram, backend: Backend): Promise<PreparedProgram> {
    return this.#prepareLast("wrap", wrapProgram(programShape(compress.compiled)), backend);
  }

  async #prepareLast(last: "fast" | "wrap", node: NodeProgram, backend: Backend): Promise<PreparedProgram> {
    const parameters = this.#parameters[last];
    const form = this.#forms?.[last] ?? fewestTables(node.program, parameters.minLogRows);
    return { node, compiled: await programSystem(node.program, parameters, backend, { form, root: this.#roots?.[last] }) };
  }

  #compress(): NodeProgram {
    return compressProgram(this.batches.shape, this.#admitted.batches.digest);
  }
}

function chunkPrograms(first: FirstProofs, parameters: ProofParameters, derived: KnownSet): ProgramSet {
  const { chunks, segments = [], relistings } = first;
  const writers = Object.fromEntries([
    ...named(chunks, PROGRAM_NAMES.leaf).map(([name, shape]) => [name, () => chunkLeaf(shape)] as const),
    ...named(segments, PROGRAM_NAMES.segment).map(([name, shape]) => [name, () => segmentLeaf(shape)] as const),
    ...runPrograms(segments),
    ...named(relistings, PROGRAM_NAMES.relisted).map(
      ([name, shape]) => [name, (ofSet: ProgramSet["shape"]) => relistedProgram(ofSet, shape)] as const,
    ),
    [PROGRAM_NAMES.join, joinProgram] as const,
  ]);
  return new ProgramSet({ statementCount: CHUNKS.count, parameters, writers }, derived);
}

/** Programs that join segments. Throws RangeError for segments of several keys, since a run does not state its key. */
function runPrograms(segments: readonly CheckedShape[]): readonly (readonly [string, ProgramWriter])[] {
  const keys = new Set(segments.map(({ system }) => bytesToHex(system.verificationKeyDigest)));
  if (keys.size > 1) throw new RangeError(`segments of ${keys.size} keys cannot form one run`);
  const cut = segments[0]?.system.definition.segments;
  if (cut === undefined) return [];
  return [
    [PROGRAM_NAMES.runJoin, runJoinProgram],
    [PROGRAM_NAMES.runEnd, (ofSet) => runEndProgram(ofSet, cut)],
  ];
}

function hubPrograms(slots: HubSlots | undefined): readonly (readonly [string, ProgramWriter])[] {
  if (slots === undefined) return [];
  return [
    [PROGRAM_NAMES.hubFirst, (ofSet) => hubFirstProgram(ofSet, slots)],
    [PROGRAM_NAMES.hubNext, (ofSet) => hubNextProgram(ofSet, slots)],
  ];
}

/** The programs of batches with one chunk. Throws RangeError for an index without a shape. */
function oneChunkBatchPrograms({
  lists,
  chunks,
  oneChunkBatches = [],
}: FirstProofs): readonly (readonly [string, ProgramWriter])[] {
  return oneChunkBatches.map((indexes) => {
    const [list, chunk] = [lists[indexes.list], chunks[indexes.chunk]];
    if (list === undefined || chunk === undefined)
      throw new RangeError(`list ${indexes.list} and chunk ${indexes.chunk} of a batch are of no shape`);
    return [PROGRAM_NAMES.oneChunkBatch(indexes), () => oneChunkBatchProgram({ list, chunk })] as const;
  });
}

function batchPrograms(
  first: FirstProofs,
  chunks: ProgramSet,
  {
    admitted,
    parameters,
    derived,
  }: { readonly admitted: AdmittedPrograms; readonly parameters: ProofParameters; readonly derived: KnownSet },
): ProgramSet {
  const writers = Object.fromEntries([
    ...named(first.lists, PROGRAM_NAMES.batch).map(
      ([name, list]) => [name, () => batchProgram({ list, chunks: chunks.shape }, admitted.digest)] as const,
    ),
    ...oneChunkBatchPrograms(first),
    [PROGRAM_NAMES.aggregate, aggregateProgram] as const,
    ...hubPrograms(first.hub),
  ]);
  return new ProgramSet({ statementCount: AGGREGATE.count, parameters, writers }, derived);
}
