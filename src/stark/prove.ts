import type { Ext } from "../field/extension.ts";
import { pow, rootOfUnity } from "../field/koala-bear.ts";
import type { Backend, Columns, Commitment } from "../kernels/backend.ts";
import { combineOpenings } from "./deep.ts";
import { DeviceScope } from "./device-scope.ts";
import { encodeFriOpening, encodeTraceOpening } from "./encode-openings.ts";
import { type LookupChallenges, powerOfTwo } from "./evaluate.ts";
import { FixedTables } from "./fixed-tables.ts";
import { indicesAbove, nextColumnsOf } from "./open-trace.ts";
import { DOMAIN_SHIFT, friLayerCount, grindingBitsFor, leafEncodings } from "./parameters.ts";
import { computeLookupColumns } from "./lookup-columns.ts";
import { traceCommitRequest } from "./preprocess.ts";
import { packAuxiliary, packExtensions, packOpenings } from "./proof.ts";
import { type CheckedInput, checkProverInput, type ProverInput } from "./prover-input.ts";
import { ABSENT, type Block, type TraceTree } from "./shape.ts";
import type { System, Table } from "./system.ts";
import { fillScalars, fillWeights } from "./table-program.ts";
import { TablePrograms } from "./table-programs.ts";
import { concat, createTranscript, initialInputs, type TranscriptFactory } from "./transcript.ts";
import { PROOF_VERSION } from "./verification-key.ts";

/** The steps of a proof in order; a proof without interactions skips `lookup`. */
export type ProofPhase = "trace" | "commit" | "lookup" | "quotient" | "openings" | "deep" | "fri" | "grind" | "queries";

export interface ProveOptions {
  /** Aborting rejects with the signal's reason at the next step between device operations. */
  readonly signal?: AbortSignal;
  /** `fraction` of the phase that is done, 0 at its start and 1 at its end. */
  readonly onProgress?: (phase: ProofPhase, fraction: number) => void;
  /** Told once the columns of the input's traces are not read any more: their buffers may be detached from then on. */
  readonly onTracesRead?: () => void;
  /** Programs that earlier proofs of the same system have left; without them the tables are compiled for this proof alone. */
  readonly programs?: TablePrograms;
  /** Fixed tables that earlier proofs of the same system on this backend have left; without them they are committed anew. */
  readonly fixedTables?: FixedTables;
  /** Replaces the transcript, for tests that freeze challenges; such proofs verify only under the same replacement. */
  readonly createTranscript?: TranscriptFactory;
}

/**
 * Makes a proof. A trace that breaks a constraint gives a proof that does not verify; `checkTraces` says why. Throws
 * ProverInputError when input and system do not fit, and whatever the backend throws. All device memory taken is released
 * in every outcome; the backend stays open.
 */
export async function prove(
  system: System,
  input: ProverInput,
  backend: Backend,
  options: ProveOptions = {},
): Promise<Uint8Array> {
  const scope = new DeviceScope(backend);
  const fixed = options.fixedTables ?? new FixedTables(system, backend);
  if (fixed.backend !== backend) throw new TypeError("the fixed tables are on another backend than the proof");
  try {
    options.signal?.throwIfAborted();
    options.onProgress?.("trace", 0);
    return await new Proving(system, checkProverInput(system, input), { backend, scope, fixed }, options).run();
  } finally {
    scope.releaseAll();
    if (fixed !== options.fixedTables) await fixed.release();
  }
}

/** A tree of the proof with the handles behind it. */
interface CommittedTree {
  readonly tree: TraceTree;
  readonly commitment: Commitment;
}

/** Where a proof is made: what it takes of the backend itself, and what it finds there. */
interface ProvingDevice {
  readonly backend: Backend;
  readonly scope: DeviceScope;
  readonly fixed: FixedTables;
}

class Proving {
  readonly #system: System;
  readonly #input: CheckedInput;
  readonly #backend: Backend;
  readonly #scope: DeviceScope;
  readonly #fixed: FixedTables;
  readonly #options: ProveOptions;
  readonly #sections: Uint8Array[] = [];
  readonly #trees: CommittedTree[] = [];
  /** Coefficient columns in opening order. */
  readonly #coefficients = new Map<Block, Columns>();

  constructor(system: System, input: CheckedInput, { backend, scope, fixed }: ProvingDevice, options: ProveOptions) {
    this.#system = system;
    this.#input = input;
    this.#backend = backend;
    this.#scope = scope;
    this.#fixed = fixed;
    this.#options = options;
  }

  async run(): Promise<Uint8Array> {
    const system = this.#system;
    const { field, parameters, tables } = system;
    const degree = field.degree;
    const backend = this.#backend;
    const scope = this.#scope;

    const { shape, statement, publicValues, auxiliary } = this.#input;
    const header = this.#write(Uint8Array.of(PROOF_VERSION, ...shape.logRows));
    const auxiliaryBytes = this.#write(packAuxiliary(auxiliary.flat()));
    const startTranscript = this.#options.createTranscript ?? createTranscript;
    const transcript = startTranscript(degree, initialInputs(system, statement, { header, auxiliary: auxiliaryBytes }));
    const blocksOf = (phase: Block["phase"]): readonly Block[] => shape.blocks.filter((block) => block.phase === phase);
    const fixed = await this.#fixed.columns();
    blocksOf("preprocessed").forEach((block, i) => this.#keepCoefficients(block, fixed[i]));
    for (const [i, block] of blocksOf("main").entries()) {
      await this.#interpolate(block, this.#input.traces[block.table ?? 0] ?? []);
      this.#progress("trace", (i + 1) / blocksOf("main").length);
    }
    if (!shape.hasLookups) this.#options.onTracesRead?.();

    this.#progress("commit", 0);
    if (fixed.length > 0) this.#keepTree("preprocessed", await this.#fixed.commitment(shape.tallest));
    transcript.absorb("mainRoot", this.#write(await this.#commit("main")));
    this.#progress("commit", 1);

    const programs = this.#options.programs ?? new TablePrograms(system);
    const sums: (Ext | undefined)[] = tables.map(() => undefined);
    let lookup: LookupChallenges | undefined;
    if (shape.hasLookups) {
      this.#progress("lookup", 0);
      lookup = { fold: transcript.challenge("lookupFold"), offset: transcript.challenge("lookupOffset") };
      for (const [i, block] of blocksOf("lookup").entries()) {
        const table = tables[block.table ?? 0];
        if (table === undefined) throw new Error("a lookup block belongs to a table");
        sums[table.index] = await this.#lookup(block, table, programs, lookup);
        this.#progress("lookup", (i + 1) / blocksOf("lookup").length);
      }
      this.#options.onTracesRead?.();
      const root = this.#write(await this.#commit("lookup"));
      const claimed = sums.filter((sum) => sum !== undefined);
      transcript.absorb("lookupRootAndSums", concat([root, this.#write(packExtensions(claimed, degree))]));
    }

    this.#progress("quotient", 0);
    const alpha = transcript.challenge("composition");
    const quotient = await this.#step(
      backend.quotient({
        tables: this.#presentTables().map((table) => {
          const logRows = shape.logRows[table.index] ?? ABSENT;
          const program = programs.of(table);
          const sum = sums[table.index];
          const step = sum && field.mul(sum, field.inv(field.fromBase(2 ** logRows)));
          return {
            blocks: [...this.#coefficients].flatMap(([block, columns]) => (block.table === table.index ? [columns] : [])),
            program: program.program,
            scalars: fillScalars(field, program.scalars, { publicValues: publicValues[table.index] ?? [], lookup, step }),
            weights: fillWeights(field, table, program, alpha),
            logRows,
          };
        }),
        chunkCount: system.chunkCount,
        shift: DOMAIN_SHIFT,
        degree,
      }),
    );
    for (const block of blocksOf("quotient")) this.#keepCoefficients(block, quotient);
    this.#progress("quotient", 0.5);
    transcript.absorb("quotientRoot", this.#write(await this.#commit("quotient")));
    this.#progress("quotient", 1);

    const point = transcript.challenge("point");
    const nextPoint = field.scale(point, rootOfUnity(shape.tallest));
    const openings = await this.#open(point, nextPoint, shape.tallest);
    transcript.absorb(
      "openings",
      concat([this.#write(packOpenings(openings.atPoint, degree)), this.#write(packOpenings(openings.atNext, degree))]),
    );

    this.#progress("deep", 0);
    const challenge = transcript.challenge("deep");
    const combination = combineOpenings(field, challenge, { point, nextPoint }, openings, nextColumnsOf(shape));
    let polynomial = await this.#step(
      backend.deep({
        blocks: [...this.#coefficients.values()],
        nextWidths: [...this.#coefficients.keys()].map((block) => block.nextWidth),
        challenge,
        points: [point, nextPoint],
        combinedValues: [combination.atPoint, combination.atNext],
        nextWeight: combination.powers.at(-1) ?? field.one,
        degree,
      }),
    );
    for (const columns of this.#coefficients.values()) scope.release(columns);
    this.#progress("deep", 1);

    const layerCount = friLayerCount(parameters, shape.tallest);
    const arity = 2 ** parameters.logArity;
    const layers: Commitment[] = [];
    for (let layer = 0; layer < layerCount; layer++) {
      this.#progress("fri", layer / layerCount);
      const commitment = await this.#step(
        backend.commit({
          blocks: [polynomial],
          logBlowup: parameters.logBlowup,
          shift: pow(DOMAIN_SHIFT, 2n ** BigInt(layer * parameters.logArity)),
          hash: parameters.hash,
          rowsPerLeaf: arity,
          encoding: leafEncodings(parameters.hash).fri,
        }),
      );
      layers.push(commitment);
      transcript.absorb("friRoot", this.#write(commitment.root));
      const folded = await this.#step(backend.fold(polynomial, arity, transcript.challenge("friFold")));
      scope.release(polynomial);
      polynomial = folded;
    }
    const coordinates = await backend.download(polynomial);
    scope.release(polynomial);
    const final = Array.from({ length: 2 ** polynomial.logRows }, (_, i) => coordinates.map((column) => column[i] ?? 0));
    transcript.absorb("finalPolynomial", this.#write(packExtensions(final, degree)));
    this.#progress("fri", 1);

    this.#progress("grind", 0);
    const grindingBits = grindingBitsFor(parameters, shape.tallest);
    const nonce = await backend.grind(transcript.grindingSeed(), grindingBits, this.#options.signal);
    const nonceBytes = new Uint8Array(8);
    new DataView(nonceBytes.buffer).setBigUint64(0, nonce);
    transcript.grind(this.#write(nonceBytes));
    this.#progress("grind", 1);

    this.#progress("queries", 0);
    const queries = transcript.queries(shape.logDomain, parameters.queryCount);
    if (queries === undefined) throw new Error("the transcript gave no distinct positions; another statement or nonce would");
    for (const { tree, commitment } of this.#trees) {
      const leaves = indicesAbove(queries, shape.logDomain - tree.logLeaves);
      this.#write(encodeTraceOpening(tree, leaves, await backend.open(commitment, leaves)));
    }
    let positions: readonly number[] = queries;
    for (const commitment of layers) {
      const leaves = indicesAbove(positions, parameters.logArity);
      this.#write(encodeFriOpening(parameters, positions, leaves, await backend.open(commitment, leaves)));
      positions = leaves;
    }
    this.#progress("queries", 1);
    return concat(this.#sections);
  }

  /** Every column at z and, for those read at the next row, at gz; a column of height n/k at the k-th powers. */
  async #open(point: Ext, nextPoint: Ext, tallest: number): Promise<{ atPoint: Ext[]; atNext: Ext[] }> {
    const { field } = this.#system;
    const atPoint: Ext[] = [];
    const atNext: Ext[] = [];
    let done = 0;
    for (const [block, columns] of this.#coefficients) {
      this.#progress("openings", done++ / this.#coefficients.size);
      const lift = tallest - block.logRows;
      atPoint.push(...(await this.#backend.evaluateAt(columns, powerOfTwo(field, point, lift))));
      if (block.nextWidth === 0) continue;
      const next = await this.#backend.evaluateAt(columns, powerOfTwo(field, nextPoint, lift));
      atNext.push(...next.slice(0, block.nextWidth));
    }
    this.#progress("openings", 1);
    return { atPoint, atNext };
  }

  /** A table's lookup columns (`lookup.ts`), and the sum of all its fractions. */
  async #lookup(block: Block, table: Table, programs: TablePrograms, challenges: LookupChallenges): Promise<Ext> {
    const { field } = this.#system;
    const values = [...this.#fixed.values(table.index), ...(this.#input.traces[table.index] ?? [])];
    const rows = await this.#step(this.#backend.upload(values, block.logRows));
    const publicValues = this.#input.publicValues[table.index] ?? [];
    const input = { rows, publicValues, challenges };
    const { columns, sum } = await computeLookupColumns(this.#backend, this.#scope, field, programs.lookupOf(table), input);
    this.#scope.release(rows);
    this.#keepCoefficients(block, await this.#step(this.#backend.interpolate(columns)));
    return sum;
  }

  #presentTables(): Table[] {
    return this.#system.tables.filter(({ index }) => this.#input.shape.logRows[index] !== ABSENT);
  }

  async #interpolate(block: Block, columns: readonly Uint32Array[]): Promise<void> {
    const evaluations = await this.#step(this.#backend.upload(columns, block.logRows));
    this.#keepCoefficients(block, await this.#step(this.#backend.interpolate(evaluations)));
  }

  #keepCoefficients(block: Block, columns: Columns | undefined): void {
    if (columns === undefined) throw new Error(`block ${block.phase} of table ${block.table ?? "-"} has no columns`);
    this.#coefficients.set(block, columns);
  }

  /** Commits the blocks of a phase and returns the root. */
  async #commit(phase: Block["phase"]): Promise<Uint8Array> {
    const { parameters } = this.#system;
    const blocks = [...this.#coefficients].flatMap(([block, columns]) => (block.phase === phase ? [columns] : []));
    const commitment = await this.#step(this.#backend.commit(traceCommitRequest(parameters, blocks, this.#input.shape.tallest)));
    this.#keepTree(phase, commitment);
    return commitment.root;
  }

  #keepTree(phase: Block["phase"], commitment: Commitment): void {
    const tree = this.#input.shape.trees.find((candidate) => candidate.phase === phase);
    if (tree === undefined) throw new Error(`a proof of this shape has no ${phase} tree`);
    this.#trees.push({ tree, commitment });
  }

  /** Takes ownership of a handle and stops here when the proof was aborted meanwhile. */
  async #step<Handle extends Columns | Commitment>(pending: Promise<Handle>): Promise<Handle> {
    const handle = this.#scope.keep(await pending);
    this.#options.signal?.throwIfAborted();
    return handle;
  }

  #write(bytes: Uint8Array): Uint8Array {
    this.#sections.push(bytes);
    return bytes;
  }

  #progress(phase: ProofPhase, fraction: number): void {
    this.#options.signal?.throwIfAborted();
    this.#options.onProgress?.(phase, fraction);
  }
}
