import type { RejectionCode } from "../stark/openings/rejection.ts";
import type { Relation } from "./relation.ts";

/** Relations that follow each other and do one thing. */
export interface ProgramSection {
  readonly title: string;
  /** Index of its first relation. */
  readonly first: number;
  /** Rejection of a verifier if one of them does not hold. */
  readonly code: RejectionCode;
}

/** A program: what holds of its public values if all relations hold. */
export interface Program {
  readonly name: string;
  readonly relations: readonly Relation[];
  readonly sections: readonly ProgramSection[];
  readonly wordCount: number;
  readonly octetCount: number;
  readonly publicCount: number;
}
