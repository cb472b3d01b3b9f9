import type { CombineJob } from "./combine.ts";
import type { CommitJob } from "./commit.ts";
import type { DeepJob, DivideJob } from "./deep.ts";
import type { DotJob } from "./dot.ts";
import type { DotPartsJob } from "./dot-parts.ts";
import type { FoldJob } from "./fold.ts";
import type { GrindJob } from "./grind.ts";
import type { InterpolateJob } from "./interpolate.ts";
import type { LayOutJob } from "./lay-out.ts";
import type { LayProgressionsJob } from "./lay-progressions.ts";
import type { MapRowsJob } from "./map-rows.ts";
import type { QuotientJob } from "./quotient.ts";
import type { RoundSumsJob } from "./round-sums.ts";
import type { RowsJob } from "./rows.ts";
import type { RunningSumsJob } from "./running-sums.ts";

/** Work for all threads of a pool: `taskCount` tasks that any of them may run in any order. */
export type Job =
  | CombineJob
  | CommitJob
  | DeepJob
  | DivideJob
  | DotJob
  | DotPartsJob
  | FoldJob
  | GrindJob
  | InterpolateJob
  | LayOutJob
  | LayProgressionsJob
  | MapRowsJob
  | QuotientJob
  | RoundSumsJob
  | RowsJob
  | RunningSumsJob;
