import type { Ext } from "../../field/extension.ts";
import { pow } from "../../field/koala-bear.ts";
import type { Columns, Commitment } from "../../kernels/backend.ts";
import type { ColumnProver, OpenedColumns, OpeningPoints, ProvingContext } from "./column-prover.ts";
import { type CommittedColumns, traceCommitRequest } from "./committed-columns.ts";
import { combineOpenings } from "../openings/deep.ts";
import { powerOfTwo } from "../systems/evaluate.ts";
import { nextColumnsOf } from "../openings/open-trace.ts";
import { DOMAIN_SHIFT, friLayerCount, leafEncodings } from "../systems/parameters.ts";
import type { TreePhase } from "../systems/tree-phases.ts";
import { packExtensions } from "../openings/proof.ts";
import type { Transcript } from "../transcripts/transcript.ts";
import { transcriptForm } from "../transcripts/transcript-form.ts";
import type { CommittedLayer } from "../openings/write-openings.ts";

/** Opens columns by rows: DEEP and FRI (`open-rows.ts`). */
export class RowsProver implements ColumnProver {
  readonly #context: ProvingContext;
  readonly #commitments = new Map<TreePhase, Commitment>();
  readonly layers: CommittedLayer[] = [];
  #points: OpeningPoints | undefined;
  #opened: OpenedColumns = { atPoint: [], atNext: [] };

  constructor(context: ProvingContext) {
    this.#context = context;
  }

  async commit(phase: TreePhase): Promise<Commitment> {
    const { system, shape, backend, coefficients, step } = this.#context;
    const blocks = [...coefficients].flatMap(([block, columns]) => (block.phase === phase ? [columns] : []));
    const commitment = await step(backend.commit(traceCommitRequest(system.parameters, blocks, shape.tallest)));
    this.#commitments.set(phase, commitment);
    return commitment;
  }

  adopt(phase: TreePhase, { commitment }: CommittedColumns): void {
    this.#commitments.set(phase, commitment);
  }

  commitmentOf(phase: TreePhase): Commitment {
    const commitment = this.#commitments.get(phase);
    if (commitment === undefined) throw new Error(`a proof of this shape has no ${phase} tree`);
    return commitment;
  }

  /** Every column at z and, for those read at the next row, at gz; a column of height n/k at the k-th powers. */
  async open(points: OpeningPoints): Promise<OpenedColumns> {
    const { system, shape, backend, coefficients, progress } = this.#context;
    const { field } = system;
    const atPoint: Ext[] = [];
    const atNext: Ext[] = [];
    let done = 0;
    for (const [block, columns] of coefficients) {
      progress("openings", done++ / coefficients.size);
      const lift = shape.tallest - block.logRows;
      atPoint.push(...(await backend.evaluateAt(columns, powerOfTwo(field, points.point, lift))));
      if (block.nextWidth === 0) continue;
      const next = await backend.evaluateAt(columns, powerOfTwo(field, points.nextPoint, lift));
      atNext.push(...next.slice(0, block.nextWidth));
    }
    progress("openings", 1);
    this.#points = points;
    this.#opened = { atPoint, atNext };
    return this.#opened;
  }

  async argue(transcript: Transcript): Promise<void> {
    const { system, shape, backend, scope, step, write, progress } = this.#context;
    const { field, parameters } = system;
    const { logArity } = parameters;
    const arity = 2 ** logArity;
    const form = transcriptForm(parameters);
    let polynomial = await this.#combine(transcript.challenge("deep"));
    const layerCount = friLayerCount(parameters, shape.tallest);
    for (let layer = 0; layer < layerCount; layer++) {
      progress("fri", layer / layerCount);
      const commitment = await step(
        backend.commit({
          blocks: [polynomial],
          logBlowup: parameters.logBlowup,
          shift: pow(DOMAIN_SHIFT, 2n ** BigInt(layer * logArity)),
          hash: parameters.hash,
          rowsPerLeaf: arity,
          encoding: leafEncodings(parameters.hash).fri,
        }),
      );
      this.layers.push({ commitment, folds: logArity });
      transcript.absorb("friRoot", form.words(write(commitment.root)));
      const folded = await step(backend.fold(polynomial, arity, transcript.challenge("friFold")));
      scope.release(polynomial);
      polynomial = folded;
    }
    const coordinates = await backend.download(polynomial);
    scope.release(polynomial);
    const final = Array.from({ length: 2 ** polynomial.logRows }, (_, i) => coordinates.map((column) => column[i] ?? 0));
    transcript.absorb("finalPolynomial", form.extensions(write(packExtensions(final, field.degree))));
    progress("fri", 1);
  }

  /** The DEEP polynomial of all columns. Frees their coefficients. */
  async #combine(challenge: Ext): Promise<Columns> {
    const { system, shape, backend, scope, coefficients, step, progress } = this.#context;
    const { field } = system;
    const points = this.#points;
    if (points === undefined) throw new Error("columns are opened before their values are proven");
    progress("deep", 0);
    const combination = combineOpenings(field, challenge, points, this.#opened, nextColumnsOf(shape));
    const polynomial = await step(
      backend.deep({
        blocks: [...coefficients.values()],
        nextWidths: [...coefficients.keys()].map((block) => block.nextWidth),
        challenge,
        points: [points.point, points.nextPoint],
        combinedValues: [combination.atPoint, combination.atNext],
        nextWeight: combination.powers.at(-1) ?? field.one,
        degree: field.degree,
      }),
    );
    for (const columns of coefficients.values()) scope.release(columns);
    progress("deep", 1);
    return polynomial;
  }
}
