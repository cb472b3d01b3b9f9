// Writes fixtures/state-tests/cases.json.gz from a clone of the public state tests:
//   node scripts/state-tests/import-state-tests.ts <git directory of the clone>
// Of each test at most two cases are kept (the first two of its newest fork), without blobs, and small enough to be committed.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { StateTestCase } from "../../test/machine/support/state-tests.ts";

const CASES_PER_TEST = 2;
const MOST_CHARACTERS = 12_000;
const target = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "fixtures", "state-tests", "cases.json.gz");

interface StateTest {
  readonly pre: Readonly<
    Record<string, { nonce: string; balance: string; code: string; storage: Readonly<Record<string, string>> }>
  >;
  readonly transaction: {
    readonly secretKey?: string;
    readonly blobVersionedHashes?: unknown;
    readonly maxFeePerBlobGas?: unknown;
    readonly nonce: string;
    readonly gasLimit: readonly string[];
    readonly value: readonly string[];
    readonly data: readonly string[];
    readonly to: string;
    readonly gasPrice?: string;
    readonly maxFeePerGas?: string;
    readonly maxPriorityFeePerGas?: string;
    readonly accessLists?: readonly (StateTestCase["accessList"] | null)[];
  };
  readonly post: Readonly<Record<string, readonly { readonly indexes: { data: number; gas: number; value: number } }[]>>;
}

function casesOf(file: string, name: string, { pre, transaction, post }: StateTest): StateTestCase[] {
  const { secretKey, nonce, to, gasPrice, maxFeePerGas, maxPriorityFeePerGas, accessLists } = transaction;
  if (secretKey === undefined || "blobVersionedHashes" in transaction || "maxFeePerBlobGas" in transaction) return [];
  const newest = Object.values(post)[0] ?? [];
  return newest.slice(0, CASES_PER_TEST).map(({ indexes }, i) => {
    const accessList = accessLists?.[indexes.data] ?? undefined;
    return {
      name: `${file.replace(/^GeneralStateTests\//, "").replace(/\.json$/, "")}/${name}#${i}`,
      pre,
      key: secretKey,
      nonce,
      gasLimit: transaction.gasLimit[indexes.gas] ?? "0x0",
      to,
      value: transaction.value[indexes.value] ?? "0x0",
      data: transaction.data[indexes.data] ?? "0x",
      ...(gasPrice === undefined ? {} : { gasPrice }),
      ...(maxFeePerGas === undefined ? {} : { maxFeePerGas }),
      ...(maxPriorityFeePerGas === undefined ? {} : { maxPriorityFeePerGas }),
      ...(accessList === undefined ? {} : { accessList }),
    };
  });
}

const [clone] = process.argv.slice(2);
if (clone === undefined) throw new Error("name the git directory of a clone of ethereum/tests");
const git = (...args: string[]) =>
  execFileSync("git", ["--git-dir", clone, ...args], { maxBuffer: 2 ** 30, stdio: ["ignore", "pipe", "ignore"] }).toString();

const files = git("ls-tree", "-r", "--name-only", "HEAD", "GeneralStateTests")
  .split("\n")
  .filter((file) => file.endsWith(".json"));
const cases: StateTestCase[] = [];
let absent = 0;
for (const file of files) {
  let text: string;
  try {
    text = git("show", `HEAD:${file}`);
  } catch {
    absent++;
    continue;
  }
  for (const [name, test] of Object.entries(JSON.parse(text) as Record<string, StateTest>))
    cases.push(...casesOf(file, name, test));
}
const kept = cases.filter((one) => JSON.stringify(one).length <= MOST_CHARACTERS);
writeFileSync(target, gzipSync(JSON.stringify({ commit: git("rev-parse", "HEAD").trim(), cases: kept }), { level: 9 }));
console.log(`${kept.length} cases kept of ${cases.length}; ${absent} files of ${files.length} were not in the clone`);
