import type { CodeSource } from "./code-store.ts";
import type { RunEnvironment } from "./environment.ts";
import type { FoldedHashSource } from "./folded-hashes.ts";
import type { StateSource } from "./key-table.ts";

/** Initial state of a run. */
export interface RunInputs {
  readonly environment: RunEnvironment;
  readonly state: StateSource;
  readonly codes: CodeSource;
  /** Needed where a transaction asks for the hash of a block. */
  readonly foldedHashes?: FoldedHashSource;
}
