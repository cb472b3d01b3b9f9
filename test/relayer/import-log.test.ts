import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { factIndex, newestRootOf } from "../../src/ground/protocol/import-kinds.ts";
import { linkIndex } from "../../src/ground/protocol/link-index.ts";
import { ImportLog } from "../../src/ecosystem/relayer/import-log.ts";

const FACT = factIndex(271n, 3n);
const STATEMENT = (1n << 254n) | 5n;

function logOf(...indexes: readonly bigint[]): ImportLog {
  const log = new ImportLog();
  for (const [place, registryIndex] of indexes.entries())
    log.add({
      registryIndex,
      root: wordToHex(registryIndex + 1n),
      at: { chainId: 272n, blockNumber: place, transactionHash: "0x" },
    });
  return log;
}

describe("imports of a chain by kind", () => {
  test("fact as newest root: neither a fact nor a statement is a root, or covers a leaf", () => {
    const log = logOf(FACT, STATEMENT);
    assert.equal(log.newest, undefined);
    assert.equal(log.covering(0), undefined);
    assert.equal(log.of(FACT)?.registryIndex, FACT);
  });

  test("fact, promise or link as newest import: the newest root is the one with the highest index below theirs", () => {
    const imports = (...indexes: readonly bigint[]) => indexes.map((registryIndex) => ({ registryIndex }));
    assert.equal(newestRootOf(imports(FACT, linkIndex(272n, 3n), STATEMENT)), undefined);
    assert.equal(newestRootOf(imports(2n, FACT, 46n, linkIndex(272n, 3n), 5n))?.registryIndex, 46n);
  });

  test("a root after facts covers its leaves, and a leaf after it waits", () => {
    const log = logOf(FACT, 2n, factIndex(271n, 4n), 1n, 5n, STATEMENT);
    assert.equal(log.newest, 5n);
    assert.deepEqual(
      [0, 1, 2, 4, 5].map((leaf) => log.covering(leaf)?.registryIndex),
      [2n, 2n, 5n, 5n, undefined],
    );
  });
});
