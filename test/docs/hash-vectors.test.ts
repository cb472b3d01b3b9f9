import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = "fixtures/protocol";
/** Names of functions that hash, without conversions of digests. */
const HASHES = /^(hash[A-Z]\w*|\w*(Hash|[a-z]Digest|Point|TreeRoot|TreeLeaf|FlagKey))$/;
/**
 * Hashes without a vector in the list. A tag's hash has a vector for every tag, those of an operation and of
 * a typed transaction are ZK Stack's, records' hash is compared with the kernel's and L1's, and a log of a
 * hash is not a hash.
 */
const ELSEWHERE = ["hashTag", "canonicalTxHash", "typedTransactionHash", "hashRecords", "messageLogOfHash"];

const sources = globSync("src/ground/protocol/*.ts", { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"));
const hashing = sources
  .flatMap((source) => [...source.matchAll(/^export function (\w+)/gm)].map(([, name = ""]) => name))
  .filter((name) => HASHES.test(name) && !ELSEWHERE.includes(name));
const rows = [
  ...readFileSync(join(root, FOLDER, "README.md"), "utf8").matchAll(
    /^\| `(\w+)` +\| `([\w./-]+)`: `(\w+)` +\| (?:`([\w/.]+)`: `(\w+)`|not on L1) +\|$/gm,
  ),
];

describe("the table of vectors in fixtures/protocol/README.md", () => {
  test("has every function of src/ground/protocol that hashes, and no other", () => {
    assert.ok(hashing.length > 20);
    assert.deepEqual(rows.map(([, name]) => name).sort(), hashing.sort());
  });

  test("names vectors and functions of L1 that there are", () => {
    for (const [, name, file = "", key = "", contract, twin] of rows) {
      assert.ok(readFileSync(join(root, FOLDER, file), "utf8").includes(`"${key}"`), `${name}: ${file} has no ${key}`);
      if (contract === undefined) continue;
      assert.match(readFileSync(join(root, contract), "utf8"), new RegExp(`function ${twin}\\(`), `${name}: ${contract}`);
    }
  });
});
