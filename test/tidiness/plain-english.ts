import { readFileSync, writeFileSync } from "node:fs";
import { vagueNames } from "./name-rules.ts";
import { wordsIn, type FoundWord, type WordCounts } from "./prose-rules.ts";
import { readSourceTree, type SourceTree } from "./source-tree.ts";

/** Rooms without a hard word or name, which get none again. A room is added when it is finished. */
export const FINISHED_ROOMS: readonly string[] = [
  "CHANGELOG.md",
  "CODE_OF_CONDUCT.md",
  "README.md",
  "SECURITY.md",
  "bench",
  "contracts",
  "contracts/bridges",
  "contracts/development",
  "contracts/governance",
  "contracts/interfaces",
  "contracts/l1",
  "contracts/l2",
  "contracts/libraries",
  "contracts/shielded",
  "contracts/types",
  "contracts/verifier",
  "docs",
  "docs/decisions",
  "docs/internals",
  "docs/recipes",
  "scripts",
  "src",
  "src/ground/abi",
  "src/chain",
  "src/chain/composition",
  "src/chain/consensus",
  "src/chain/environment",
  "src/chain/execution",
  "src/chain/ledger",
  "src/chain/model",
  "src/chain/ordering",
  "src/chain/predeploys",
  "src/chain/questions",
  "src/chain/reconstruction",
  "src/chain/rest",
  "src/chain/state",
  "src/ground/errors",
  "src/ground/protocol",
  "src/ground/runtime",
  "src/ground/transaction",
  "src/proofs/circuits",
  "src/proofs/execution-proof",
  "src/proofs/field",
  "src/proofs/kernels",
  "src/proofs/l1-proof",
  "src/proofs/machine",
  "src/proofs/recursion",
  "src/proofs/rules",
  "src/ecosystem/held-accounts",
  "src/ecosystem/hub",
  "src/tool/demo",
  "src/tool/kit",
  "src/tool/page-server",
  "src/ecosystem/sequencing",
  "src/ecosystem/shielded",
  "src/chain/threshold",
  "test",
  "test/abi",
  "test/bridges",
  "test/chain",
  "test/circuits",
  "test/client",
  "test/clients",
  "test/consensus",
  "test/contracts",
  "test/core",
  "test/demo",
  "test/devices",
  "test/devnet",
  "test/docs",
  "test/errors",
  "test/execution-proof",
  "test/field",
  "test/flow",
  "test/held-accounts",
  "test/hub",
  "test/kernels",
  "test/l1-proof",
  "test/ledger",
  "test/machine",
  "test/node",
  "test/options",
  "test/package",
  "test/page",
  "test/plugin",
  "test/protocol",
  "test/recursion",
  "test/prover",
  "test/proving",
  "test/relayer",
  "test/runtime",
  "test/sequencing",
  "test/settlement",
  "test/settlement-layer",
  "test/shielded",
  "test/simulation",
  "test/site",
  "test/stark",
  "test/suites",
  "test/support",
  "test/threshold",
  "test/tidiness",
];

const COUNTS = new URL("prose-counts.json", import.meta.url);
/** All files that people write. */
const FILES = ["{src,test,page,scripts,bench,contracts}/**/*.{ts,tsx,sol}", "docs/**/*.md", "*.md"];
/** List of all the words, which is not checked. */
const PATTERNS = "test/tidiness/prose-patterns.ts";

export function readProseTree(): SourceTree {
  return new Map([...readSourceTree(FILES)].filter(([path]) => !path.includes("/generated/") && path !== PATTERNS));
}

/** Words and names of the lists in the files; names only of sources, which others call. */
export function foundIn(tree: SourceTree): readonly FoundWord[] {
  const named = new Map([...tree].filter(([path]) => /^(src|page)\/.*\.tsx?$/.test(path)));
  return [...wordsIn(tree), ...vagueNames(named)];
}

export function readCounts(): WordCounts {
  return JSON.parse(readFileSync(COUNTS, "utf8")) as WordCounts;
}

export function writeCounts(counts: WordCounts): void {
  writeFileSync(COUNTS, `${JSON.stringify(counts, undefined, 1)}\n`);
}
