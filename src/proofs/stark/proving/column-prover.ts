import type { Ext } from "../../field/extension.ts";
import type { Backend, Columns, Commitment } from "../../kernels/backend.ts";
import type { CommittedColumns } from "./committed-columns.ts";
import type { DeviceScope } from "./device-scope.ts";
import type { TreePhase } from "../systems/tree-phases.ts";
import type { Block, Shape } from "../systems/shape.ts";
import type { System } from "../systems/system.ts";
import type { Transcript } from "../transcripts/transcript.ts";
import type { CommittedLayer } from "../openings/write-openings.ts";

/** The steps of a proof in order; a proof without interactions skips `lookup`, and one of a stack `deep`. */
export type ProofPhase = "trace" | "commit" | "lookup" | "quotient" | "openings" | "deep" | "fri" | "grind" | "queries";

/** State that the parts of a prover share. */
export interface ProvingContext {
  readonly system: System;
  readonly shape: Shape;
  readonly backend: Backend;
  readonly scope: DeviceScope;
  /** Coefficient columns by block, in opening order; blocks of later phases are added later. */
  readonly coefficients: ReadonlyMap<Block, Columns>;
  /** Takes ownership of a handle, and ends here when the proof was aborted meanwhile. */
  step<Handle extends Columns | Commitment>(pending: Promise<Handle>): Promise<Handle>;
  /** Appends to the proof. */
  write(bytes: Uint8Array): Uint8Array;
  progress(phase: ProofPhase, fraction: number): void;
}

/** z and g·z. */
export interface OpeningPoints {
  readonly point: Ext;
  readonly nextPoint: Ext;
}

/** Values at z of all columns that a proof opens and at g·z of those read at the next row, in opening order. */
export interface OpenedColumns {
  readonly atPoint: readonly Ext[];
  readonly atNext: readonly Ext[];
}

/** Commits columns and shows what values they have: the prover's side of `column-opening.ts`. Called in this order. */
export interface ColumnProver {
  /** Commits the coefficients of a phase. */
  commit(phase: TreePhase): Promise<Commitment>;
  /** Takes a phase that was committed before the proof. */
  adopt(phase: TreePhase, committed: CommittedColumns): void;
  open(points: OpeningPoints): Promise<OpenedColumns>;
  /** Everything between the opened values and the nonce. */
  argue(transcript: Transcript): Promise<void>;
  /** Layers that `argue` has committed. */
  readonly layers: readonly CommittedLayer[];
  /** The commitment of each phase that has one. */
  commitmentOf(phase: TreePhase): Commitment;
}
