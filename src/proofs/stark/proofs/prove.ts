import type { Ext } from "../../field/extension.ts";
import { rootOfUnity } from "../../field/koala-bear.ts";
import type { Backend, Columns, Commitment } from "../../kernels/backend.ts";
import type { ColumnProver, ProofPhase, ProvingContext } from "../proving/column-prover.ts";
import { hideQuotient, hideTrace } from "../proving/hide.ts";
import { createMaskSource, type MaskSource, type RandomBytes } from "../proving/mask-source.ts";
import { DeviceScope } from "../proving/device-scope.ts";
import type { LookupChallenges } from "../systems/evaluate.ts";
import { FixedTables } from "../proving/fixed-tables.ts";
import { computeLookupColumns } from "../proving/lookup-columns.ts";
import { DOMAIN_SHIFT, grindingBitsFor } from "../systems/parameters.ts";
import type { TreePhase } from "../systems/tree-phases.ts";
import { packAuxiliary, packExtensions, packOpenings } from "../openings/proof.ts";
import { initialInputs, segmentInputs, transcriptFactory } from "../transcripts/begin-transcript.ts";
import { concat } from "../transcripts/bytes.ts";
import { RowsProver } from "../proving/prove-rows.ts";
import { type CheckedInput, checkProverInput, type ProverInput, ProverInputError } from "../proving/prover-input.ts";
import { earlyHash, runChallenges, type SegmentCommitment } from "../segments/fold.ts";
import { ABSENT, type Block } from "../systems/shape.ts";
import { StackProver } from "../stacked/prove-stack.ts";
import type { System, Table } from "../systems/system.ts";
import { fillScalars, fillWeights } from "../programs/table-program.ts";
import { TablePrograms } from "../programs/table-programs.ts";
import type { Transcript, TranscriptFactory } from "../transcripts/transcript.ts";
import { transcriptForm } from "../transcripts/transcript-form.ts";
import { writeOpenings } from "../openings/write-openings.ts";
import { proofVersion } from "../systems/verification-key.ts";

export interface ProveOptions {
  /** Aborting rejects with the signal's reason at the next step between device operations. */
  readonly signal?: AbortSignal;
  /** `fraction` of the phase that is done, 0 at its start and 1 at its end. */
  readonly onProgress?: (phase: ProofPhase, fraction: number) => void;
  /**
   * Called when the columns of the input's traces have been read: their buffers may be detached from then on.
   */
  readonly onTracesRead?: () => void;
  /** Programs that earlier proofs of the same system have left; without them the tables are compiled for this proof alone. */
  readonly programs?: TablePrograms;
  /**
   * Fixed tables of earlier proofs of the same system on this backend; without them they are committed again.
   */
  readonly fixedTables?: FixedTables;
  /** Source of random bytes for a system that hides; default: `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes;
  /** Replaces the elements that hide the witness, for tests that choose them. */
  readonly masks?: MaskSource;
  /** Replaces the transcript, for tests that freeze challenges; such proofs verify only under the same replacement. */
  readonly createTranscript?: TranscriptFactory;
}

/**
 * Makes a proof. A trace that breaks a constraint gives a proof that does not verify; the tests' `checkTraces` says why. Throws
 * ProverInputError when input and system do not fit, and whatever the backend throws. All device memory taken is released
 * in every outcome; the backend stays open.
 */
export async function prove(
  system: System,
  input: ProverInput,
  backend: Backend,
  options: ProveOptions = {},
): Promise<Uint8Array> {
  if (input.segment !== undefined) throw new TypeError(`${system.name} is proven in segments: use proveRun`);
  return proving(system, input, backend, options, (prepared) => prepared.run());
}

/**
 * Inputs of a segment's proof from its run: the seed of the lookup challenges, and the fold of the segments
 * before.
 */
export interface SegmentSeed {
  readonly seed: Uint8Array;
  readonly before: Uint8Array;
  /** The root from which the seed was folded: with another filling there is no proof. */
  readonly mainRoot: Uint8Array;
}

/** The first part of a segment's proof: what the seed is folded from. Options and throws as `prove`. */
export async function commitSegment(
  system: System,
  input: ProverInput,
  backend: Backend,
  options: ProveOptions = {},
): Promise<SegmentCommitment> {
  return proving(system, input, backend, options, (run) => run.commit());
}

/** A segment's proof. Options and throws as `prove`. */
export async function proveSegment(
  system: System,
  input: ProverInput,
  seed: SegmentSeed,
  backend: Backend,
  options: ProveOptions = {},
): Promise<Uint8Array> {
  return proving(system, input, backend, options, (run) => run.run(seed));
}

async function proving<Made>(
  system: System,
  input: ProverInput,
  backend: Backend,
  options: ProveOptions,
  make: (run: Proving) => Promise<Made>,
): Promise<Made> {
  const scope = new DeviceScope(backend);
  const fixed = options.fixedTables ?? new FixedTables(system, backend);
  if (fixed.backend !== backend) throw new TypeError("the fixed tables are on another backend than the proof");
  try {
    options.signal?.throwIfAborted();
    options.onProgress?.("trace", 0);
    return await make(new Proving(system, checkProverInput(system, input), { backend, scope, fixed }, options));
  } finally {
    scope.releaseAll();
    if (fixed !== options.fixedTables) await fixed.release();
  }
}

/** Backend of a proof, and its stored results. */
interface ProvingDevice {
  readonly backend: Backend;
  readonly scope: DeviceScope;
  readonly fixed: FixedTables;
}

function masksFor(
  { parameters }: System,
  { statement, auxiliary, traces }: CheckedInput,
  { masks, randomBytes }: ProveOptions,
): MaskSource | undefined {
  if (parameters.hiding === undefined) return undefined;
  if (masks !== undefined) return masks;
  const columns = traces.flat().map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  return createMaskSource([statement, packAuxiliary(auxiliary.flat()), ...columns], randomBytes);
}

class Proving {
  readonly #system: System;
  readonly #input: CheckedInput;
  readonly #backend: Backend;
  readonly #scope: DeviceScope;
  readonly #fixed: FixedTables;
  readonly #options: ProveOptions;
  readonly #programs: TablePrograms;
  readonly #sections: Uint8Array[] = [];
  /** Coefficient columns in opening order. */
  readonly #coefficients = new Map<Block, Columns>();
  readonly #columns: ColumnProver;
  /** Undefined in a system that does not hide. */
  readonly #masks: MaskSource | undefined;

  constructor(system: System, input: CheckedInput, { backend, scope, fixed }: ProvingDevice, options: ProveOptions) {
    this.#system = system;
    this.#input = input;
    this.#backend = backend;
    this.#scope = scope;
    this.#fixed = fixed;
    this.#options = options;
    this.#programs = options.programs ?? new TablePrograms(system);
    this.#masks = masksFor(system, input, options);
    const context: ProvingContext = {
      system,
      shape: input.shape,
      backend,
      scope,
      coefficients: this.#coefficients,
      step: (pending) => this.#step(pending),
      write: (bytes) => this.#write(bytes),
      progress: (phase, fraction) => this.#progress(phase, fraction),
    };
    this.#columns = system.parameters.opening.kind === "rows" ? new RowsProver(context) : new StackProver(context);
  }

  /** Commits to a segment: its main root, and the data that are sent with it. */
  async commit(): Promise<SegmentCommitment> {
    const head = this.#writeHead();
    const { statement, segment } = this.#input;
    if (segment === undefined) throw new Error("a whole run has no segments to commit to");
    const mainRoot = await this.#commitTraces();
    return { mainRoot, early: earlyHash(this.#system, segment, head, statement) };
  }

  async run(seed?: SegmentSeed): Promise<Uint8Array> {
    const { field, parameters } = this.#system;
    const { shape } = this.#input;
    const columns = this.#columns;
    const transcript = this.#startTranscript(seed);
    const mainRoot = await this.#commitTraces();
    if (seed !== undefined && !mainRoot.every((byte, i) => byte === seed.mainRoot[i]))
      throw new ProverInputError("OtherFilling", "the columns are not those whose root the run's seed was folded from");
    const form = transcriptForm(parameters);
    transcript.absorb("mainRoot", form.words(mainRoot));
    const { lookup, sums } = await this.#proveLookups(transcript, seed);

    this.#progress("quotient", 0);
    await this.#computeQuotient(transcript.challenge("composition"), lookup, sums);
    this.#progress("quotient", 0.5);
    transcript.absorb("quotientRoot", form.words(this.#write((await columns.commit("quotient")).root)));
    this.#progress("quotient", 1);

    const point = transcript.challenge("point");
    const { atPoint, atNext } = await columns.open({ point, nextPoint: field.scale(point, rootOfUnity(shape.tallest)) });
    const openings = [atPoint, atNext].map((values) => {
      return { bytes: this.#write(packOpenings(values, field.degree)), count: values.length };
    });
    transcript.absorb("openings", form.openings(openings));
    await columns.argue(transcript);

    await this.#grind(transcript);
    this.#progress("queries", 0);
    const queries = transcript.queries(shape.logDomain, parameters.queryCount);
    if (queries === undefined) throw new Error("the transcript gave no distinct positions; another statement or nonce would");
    const trees = shape.trees.map((tree) => ({ tree, commitment: columns.commitmentOf(tree.phase) }));
    const { layers } = columns;
    for (const bytes of await writeOpenings(this.#backend, parameters, shape, { trees, layers }, queries)) this.#write(bytes);
    this.#progress("queries", 1);
    return concat(this.#sections);
  }

  async #grind(transcript: Transcript): Promise<void> {
    const { parameters } = this.#system;
    this.#progress("grind", 0);
    const grindingBits = grindingBitsFor(parameters, this.#input.shape.tallest);
    const nonce = await this.#backend.grind(parameters.transcript, transcript.grindingSeed(), grindingBits, this.#options.signal);
    const nonceBytes = new Uint8Array(8);
    new DataView(nonceBytes.buffer).setBigUint64(0, nonce);
    transcript.grind(this.#write(nonceBytes));
    this.#progress("grind", 1);
  }

  #startTranscript(seed: SegmentSeed | undefined): Transcript {
    const { statement, segment } = this.#input;
    const system = this.#system;
    const head = this.#writeHead();
    const start = this.#options.createTranscript ?? transcriptFactory(system.parameters, this.#backend.compress);
    if ((seed === undefined) !== (segment === undefined)) throw new Error("a segment is proven with its run's seed");
    if (seed === undefined || segment === undefined) return start(system.field.degree, initialInputs(system, statement, head));
    const early = earlyHash(system, segment, head, statement);
    return start(system.field.degree, segmentInputs(system, seed.seed, seed.before, early));
  }

  #writeHead(): { readonly header: Uint8Array; readonly auxiliary: Uint8Array } {
    const { shape, auxiliary } = this.#input;
    const { parameters, definition } = this.#system;
    const version = proofVersion(parameters, definition.segments !== undefined);
    const header = this.#write(Uint8Array.of(version, ...shape.logRows));
    return { header, auxiliary: this.#write(packAuxiliary(auxiliary.flat())) };
  }

  /** Interpolates and commits the columns that do not depend on challenges; the main columns' root. */
  async #commitTraces(): Promise<Uint8Array> {
    const { shape, traces } = this.#input;
    const fixed = await this.#fixed.columns();
    this.#blocksOf("preprocessed").forEach((block, i) => this.#keepCoefficients(block, fixed[i]));
    const main = this.#blocksOf("main");
    this.#progress("trace", 1);
    this.#progress("commit", 0);
    for (const [i, block] of main.entries()) {
      await this.#interpolate(block, this.#hidden(traces[block.table ?? 0] ?? []));
      this.#progress("commit", (i + 1) / (main.length + 1));
    }
    if (!shape.hasLookups) this.#options.onTracesRead?.();

    if (shape.blocks.some(({ phase }) => phase === "preprocessed"))
      this.#columns.adopt("preprocessed", await this.#fixed.commitment(shape.committedHeight));
    const { root } = await this.#columns.commit("main");
    this.#progress("commit", 1);
    return this.#write(root);
  }

  /** Computes and commits the lookup columns; each table's claimed sums. */
  async #proveLookups(
    transcript: Transcript,
    seed: SegmentSeed | undefined,
  ): Promise<{ lookup: LookupChallenges | undefined; sums: (readonly Ext[])[] }> {
    const { tables, field } = this.#system;
    const sums: (readonly Ext[])[] = tables.map(() => []);
    if (!this.#input.shape.hasLookups) return { lookup: undefined, sums };
    this.#progress("lookup", 0);
    const lookup =
      seed === undefined
        ? { fold: transcript.challenge("lookupFold"), offset: transcript.challenge("lookupOffset") }
        : runChallenges(this.#system, seed.seed);
    const blocks = this.#blocksOf("lookup");
    for (const [i, block] of blocks.entries()) {
      const table = tables[block.table ?? 0];
      if (table === undefined) throw new Error("a lookup block belongs to a table");
      sums[table.index] = await this.#lookup(block, table, lookup);
      this.#progress("lookup", (i + 1) / blocks.length);
    }
    this.#options.onTracesRead?.();
    const root = this.#write((await this.#columns.commit("lookup")).root);
    const form = transcriptForm(this.#system.parameters);
    const said = this.#write(packExtensions(sums.flat(), field.degree));
    transcript.absorb("lookupRootAndSums", concat([form.words(root), form.extensions(said)]));
    return { lookup, sums };
  }

  async #computeQuotient(alpha: Ext, lookup: LookupChallenges | undefined, sums: readonly (readonly Ext[])[]): Promise<void> {
    const { field, computedChunkCount } = this.#system;
    const { shape, publicValues } = this.#input;
    const quotient = await this.#step(
      this.#backend.quotient({
        tables: this.#presentTables().map((table) => {
          const logRows = shape.logRows[table.index] ?? ABSENT;
          const program = this.#programs.of(table);
          const share = field.inv(field.fromBase(2 ** logRows));
          const steps = (sums[table.index] ?? []).map((sum) => field.mul(sum, share));
          return {
            blocks: [...this.#coefficients].flatMap(([block, columns]) => (block.table === table.index ? [columns] : [])),
            program: program.program,
            scalars: fillScalars(field, program.scalars, { publicValues: publicValues[table.index] ?? [], lookup, steps }),
            weights: fillWeights(field, table, program, alpha),
            logRows,
          };
        }),
        chunkCount: computedChunkCount,
        shift: DOMAIN_SHIFT,
        degree: field.degree,
      }),
    );
    const chunks = await this.#hiddenQuotient(quotient);
    for (const block of this.#blocksOf("quotient")) this.#keepCoefficients(block, chunks);
  }

  #hidden(columns: readonly Uint32Array[]): readonly Uint32Array[] {
    const { hiding } = this.#system.parameters;
    return hiding === undefined || this.#masks === undefined ? columns : hideTrace(this.#system, hiding, columns, this.#masks);
  }

  async #hiddenQuotient(computed: Columns): Promise<Columns> {
    if (this.#masks === undefined) return computed;
    const chunks = hideQuotient(this.#system, await this.#backend.download(computed), this.#masks);
    this.#scope.release(computed);
    return this.#step(this.#backend.upload(chunks, computed.logRows));
  }

  /** A table's lookup columns (`lookup.ts`), and the sums of its fractions. */
  async #lookup(block: Block, table: Table, challenges: LookupChallenges): Promise<readonly Ext[]> {
    const { field } = this.#system;
    const values = [...this.#fixed.values(table.index), ...(this.#input.traces[table.index] ?? [])];
    const rows = await this.#step(this.#backend.upload(values, block.logRows));
    const publicValues = this.#input.publicValues[table.index] ?? [];
    const input = { rows, publicValues, challenges };
    const program = this.#programs.lookupOf(table);
    const { columns, sums } = await computeLookupColumns(this.#backend, this.#scope, field, program, input);
    this.#scope.release(rows);
    this.#keepCoefficients(block, await this.#step(this.#backend.interpolate(columns)));
    return sums;
  }

  #blocksOf(phase: TreePhase): readonly Block[] {
    return this.#input.shape.blocks.filter((block) => block.phase === phase);
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
