import { hexToBytes } from "@noble/hashes/utils.js";

import { DEFAULT_PARAMETERS, type ProofParameters } from "../../stark/systems/parameters.ts";
import { compileSystem, type System, type SystemDefinition } from "../../stark/systems/system.ts";
import { joinSplitAir } from "./join-split-air.ts";
import { LOG_ROWS, plannedColumns, RANDOM_ROWS } from "./rows.ts";
import { PUBLIC_COUNT, statementPublicValues } from "./statement.ts";

/** Parameters of a shielded pool's proofs, which hide the notes. Two queries more save a browser 2^6 times the grinding. */
const JOIN_SPLIT_PARAMETERS: ProofParameters = {
  ...DEFAULT_PARAMETERS,
  queryCount: 25,
  grindingBits: 16,
  maxConstraintDegree: 4,
  minLogRows: LOG_ROWS,
  maxLogRows: LOG_ROWS,
  hiding: { randomRows: RANDOM_ROWS, quotientMask: 32 },
};

/** Root of the fixed columns' commitment: `test/circuits/join-split` computes it from them. */
const FIXED_ROOT = "bad819ddf80330ce4c53da863cd11c1af33cdc32d6eac8bd81c5";

export function joinSplitDefinition(): SystemDefinition {
  return {
    name: "join-split/1",
    parameters: JOIN_SPLIT_PARAMETERS,
    tables: [{ air: joinSplitAir(), preprocessed: { logRows: LOG_ROWS, columns: plannedColumns } }],
    statementValueCount: PUBLIC_COUNT,
    publicValues: statementPublicValues,
  };
}

/** System of proofs that a join-split of notes is right (`README.md`). */
export function createJoinSplitSystem(): System {
  return compileSystem(joinSplitDefinition(), new Map([[LOG_ROWS, hexToBytes(FIXED_ROOT)]]));
}
