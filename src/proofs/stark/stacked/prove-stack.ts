import type { Ext, ExtensionField } from "../../field/extension.ts";
import { pow } from "../../field/koala-bear.ts";
import type { Columns, Commitment, Neighbours } from "../../kernels/backend.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import type { ColumnProver, OpenedColumns, OpeningPoints, ProvingContext } from "../proving/column-prover.ts";
import { type CommittedColumns, commitStacked } from "../proving/committed-columns.ts";
import { rowSums } from "../openings/deep.ts";
import { powerOfTwo } from "../systems/evaluate.ts";
import { challengePowers } from "../openings/fri.ts";
import { DOMAIN_SHIFT, leafEncodings } from "../systems/parameters.ts";
import type { TreePhase } from "../systems/tree-phases.ts";
import { packExtensions } from "../openings/proof.ts";
import type { Transcript } from "../transcripts/transcript.ts";
import { transcriptForm } from "../transcripts/transcript-form.ts";
import type { CommittedLayer } from "../openings/write-openings.ts";
import { placeWeights } from "./claims.ts";
import { LeafRounds } from "./leaf-rounds.ts";
import { drawBatch } from "./open-stack.ts";
import { layerFolds, phaseLayout, type StackShape } from "../systems/stack-shape.ts";
import { equalityWeights } from "./sumcheck.ts";

const PARTS = 2 ** LOG_PARTS;

/** Columns of one range with their values' parts at one point. */
interface OpenedRange {
  readonly logRows: number;
  readonly isNext: boolean;
  /** The point of columns of this height. */
  readonly point: Ext;
  /** In the stack. */
  readonly places: readonly number[];
  /** Number of contiguous columns that are the coordinates of one value. */
  readonly joined: number;
  /**
   * Values of the 16 polynomials of each column's parts in turn at the point's 16th power, coordinate by
   * coordinate.
   */
  readonly parts: Uint32Array;
}

/** Q and W of the rounds that are left, as extension columns. */
interface Operands {
  readonly stack: Columns;
  readonly weight: Columns;
}

/**
 * Values of columns as the proof has them: for joined coordinates, Σ_c X^c times the value of coordinate c.
 */
function joinValues(field: ExtensionField, values: readonly Ext[], joined: number): readonly Ext[] {
  if (joined === 1) return values;
  return Array.from({ length: values.length / joined }, (_, i) =>
    values
      .slice(i * joined, (i + 1) * joined)
      .reduceRight((sum, value) => field.add(field.multiplesByX(sum)[1] ?? field.zero, value), field.zero),
  );
}

/** Weight of each column's values: for joined coordinates, X^c times the weight of the first one's place. */
function columnWeights(
  field: ExtensionField,
  { places, joined }: Pick<OpenedRange, "places" | "joined">,
  weigh: (place: number) => Ext,
): Ext[] {
  if (joined === 1) return places.map(weigh);
  return places.flatMap((place, i) => (i % joined === 0 ? field.multiplesByX(weigh(place)) : []));
}

/** Opens columns by a sumcheck over their stack (`open-stack.ts`). */
export class StackProver implements ColumnProver {
  readonly #context: ProvingContext;
  readonly #stack: StackShape;
  readonly #committed = new Map<TreePhase, CommittedColumns>();
  readonly layers: CommittedLayer[] = [];
  #ranges: readonly OpenedRange[] = [];

  constructor(context: ProvingContext) {
    const { stack } = context.shape;
    if (stack === undefined) throw new Error("a system with a stack has shapes with one");
    this.#context = context;
    this.#stack = stack;
  }

  async commit(phase: TreePhase): Promise<Commitment> {
    const { system, shape, coefficients, step } = this.#context;
    const blocks = [...coefficients].flatMap(([block, columns]) => (block.phase === phase ? [columns] : []));
    const layout = phaseLayout(this.#stack, shape.blocks, phase);
    const committed = await commitStacked(this.#context, system.parameters, blocks, layout);
    this.#committed.set(phase, committed);
    return step(Promise.resolve(committed.commitment));
  }

  adopt(phase: TreePhase, committed: CommittedColumns): void {
    this.#committed.set(phase, committed);
  }

  commitmentOf(phase: TreePhase): Commitment {
    return this.#of(phase).commitment;
  }

  /** Values by their parts: with f_i = Σ_j X^j·f_ij(X^16), the rounds over a leaf need every f_ij(z^16). */
  async open({ point, nextPoint }: OpeningPoints): Promise<OpenedColumns> {
    const { system, shape, scope, coefficients, progress } = this.#context;
    const { field } = system;
    // The stack has them all.
    for (const columns of coefficients.values()) scope.release(columns);
    const ranges: OpenedRange[] = [];
    const { ranges: all } = this.#stack;
    for (const [i, { phase, logRows, first, count, nextCount, joined }] of all.entries()) {
      progress("openings", i / all.length);
      const places = Array.from({ length: count }, (_, k) => (first + k) * 2 ** logRows);
      ranges.push(await this.#openRange(phase, { logRows, isNext: false, point, places, joined }));
      if (nextCount === 0) continue;
      const next = { isNext: true, point: nextPoint, places: places.slice(0, nextCount) };
      ranges.push(await this.#openRange(phase, { logRows, joined, ...next }));
    }
    progress("openings", 1);
    this.#ranges = ranges;
    const [atPoint, atNext] = [this.#valuesByPlace(false), this.#valuesByPlace(true)];
    const valueAt = (values: ReadonlyMap<number, Ext>, place: number): Ext => {
      const value = values.get(place);
      if (value === undefined) throw new Error(`no column at place ${place} was opened`);
      return value;
    };
    const ofBlock = (values: ReadonlyMap<number, Ext>, places: readonly number[], joined = 1): readonly Ext[] =>
      joinValues(
        field,
        places.map((place) => valueAt(values, place)),
        joined,
      );
    return {
      atPoint: this.#stack.places.flatMap((places, b) => ofBlock(atPoint, places, shape.blocks[b]?.joined)),
      atNext: this.#stack.places.flatMap((places, b) =>
        ofBlock(atNext, places.slice(0, shape.blocks[b]?.nextWidth ?? 0), shape.blocks[b]?.joined),
      ),
    };
  }

  async argue(transcript: Transcript): Promise<void> {
    const { system, backend, scope, step, write, progress } = this.#context;
    const { field, parameters } = system;
    const form = transcriptForm(parameters);
    progress("fri", 0);
    let operands = await this.#foldLeaves(transcript);
    for (let k = 0; k < this.#stack.logWidth; k++) operands = await this.#round(transcript, operands, "columns");
    const layers = layerFolds(parameters, this.#stack);
    let logFolded = 0;
    for (const [layer, folds] of layers.entries()) {
      progress("fri", layer / layers.length);
      const commitment = await step(
        backend.commit({
          blocks: [operands.stack],
          logBlowup: parameters.logBlowup,
          shift: pow(DOMAIN_SHIFT, 2n ** BigInt(logFolded)),
          hash: parameters.hash,
          rowsPerLeaf: 2 ** folds,
          encoding: leafEncodings(parameters.hash).fri,
        }),
      );
      this.layers.push({ commitment, folds });
      transcript.absorb("friRoot", form.words(write(commitment.root)));
      for (let k = 0; k < folds; k++) operands = await this.#round(transcript, operands, "rows");
      logFolded += folds;
    }
    const coordinates = await backend.download(operands.stack);
    const rows = 2 ** operands.stack.logRows;
    const final = Array.from({ length: rows }, (_, i) => coordinates.map((column) => column[i] ?? 0));
    transcript.absorb("finalPolynomial", form.extensions(write(packExtensions(final, field.degree))));
    for (let k = 0; k < parameters.logFinalMax; k++) operands = await this.#round(transcript, operands, "rows");
    scope.release(operands.stack);
    scope.release(operands.weight);
    progress("fri", 1);
  }

  async #openRange(phase: TreePhase, range: Omit<OpenedRange, "parts">): Promise<OpenedRange> {
    const { system, shape, backend } = this.#context;
    const { logRows, places } = range;
    const point = powerOfTwo(system.field, range.point, shape.tallest - logRows);
    const first = (this.#stack.phases.find((candidate) => candidate.phase === phase)?.first ?? 0) * 2 ** this.#stack.logStack;
    const own = places.map((place) => place - first);
    const partsPoint = powerOfTwo(system.field, point, LOG_PARTS);
    const parts = await backend.evaluateParts(this.#partsOf(phase), { logRows, places: own }, partsPoint);
    return { ...range, point, parts };
  }

  /** A column's value is Σ_j z^j · its parts' values. */
  #valuesByPlace(isNext: boolean): Map<number, Ext> {
    const { field } = this.#context.system;
    const values = new Map<number, Ext>();
    for (const range of this.#ranges) {
      if (range.isNext !== isNext) continue;
      const weights = challengePowers(field, range.point, PARTS).flatMap((power) => field.multiplesByX(power));
      const sumOf = rowSums(field, weights);
      const coordinates = weights.map((_, i) => i);
      range.places.forEach((place, i) => {
        values.set(place, sumOf(range.parts.subarray(i * weights.length, (i + 1) * weights.length), coordinates));
      });
    }
    return values;
  }

  /** The rounds over the 16 parts of the leaves, and what they leave of Q and W. */
  async #foldLeaves(transcript: Transcript): Promise<Operands> {
    const { system, backend, scope, step } = this.#context;
    const { field, parameters } = system;
    const batch = drawBatch(transcript, this.#stack, parameters);
    const weigh = placeWeights(field, batch);
    const ranges = this.#ranges.map((range) => {
      const weights = columnWeights(field, range, (place) => (range.isNext ? field.mul(batch.next, weigh(place)) : weigh(place)));
      return { ...range, weights };
    });
    const rounds = new LeafRounds(field, ranges);
    const challenges: Ext[] = [];
    for (let k = 0; k < LOG_PARTS; k++) {
      const challenge = this.#say(transcript, rounds.sums());
      rounds.fold(challenge);
      challenges.push(challenge);
    }
    const { logStack, logWidth, phases, width } = this.#stack;
    const blocks = phases.map(({ phase }) => this.#partsOf(phase));
    const leaf = equalityWeights(field, challenges);
    const leafWeights = Array.from({ length: width }, () => leaf).flat();
    const stack = await step(backend.combineParts(blocks, leafWeights, 2 ** logWidth));
    const weight = await step(
      backend.layProgressions({
        width: 2 ** logWidth,
        logRows: logStack - LOG_PARTS,
        progressions: ranges.map(({ logRows, point, places, weights }) => {
          const factor = rounds.factorOf(point);
          return {
            ratio: powerOfTwo(field, point, LOG_PARTS),
            logLength: logRows - LOG_PARTS,
            starts: places.map((place, i) => ({ place: place / PARTS, start: field.mul(factor, weights[i] ?? field.zero) })),
          };
        }),
        degree: field.degree,
      }),
    );
    // Fixed parts are not this proof's: releasing what its scope does not hold does nothing.
    for (const parts of blocks) scope.release(parts);
    this.#ranges = [];
    return { stack, weight };
  }

  async #round(transcript: Transcript, { stack, weight }: Operands, neighbours: Neighbours): Promise<Operands> {
    const { system, backend, scope, step } = this.#context;
    const challenge = this.#say(transcript, await backend.roundSums(stack, weight, neighbours, system.field.degree));
    const folded = {
      stack: await step(backend.foldNeighbours(stack, neighbours, challenge)),
      weight: await step(backend.foldNeighbours(weight, neighbours, challenge)),
    };
    scope.release(stack);
    scope.release(weight);
    return folded;
  }

  /** Sends h(0) and h(2); the verifier answers. */
  #say(transcript: Transcript, [atZero, atTwo]: readonly [Ext, Ext]): Ext {
    const { system, write } = this.#context;
    const said = write(packExtensions([atZero, atTwo], system.field.degree));
    transcript.absorb("round", transcriptForm(system.parameters).extensions(said));
    return transcript.challenge("fold");
  }

  #of(phase: TreePhase): CommittedColumns {
    const committed = this.#committed.get(phase);
    if (committed === undefined) throw new Error(`a proof of this shape has no ${phase} tree`);
    return committed;
  }

  #partsOf(phase: TreePhase): Columns {
    const [parts] = this.#of(phase).columns;
    if (parts === undefined) throw new Error(`the ${phase} columns of a stack are held in parts`);
    return parts;
  }
}
