import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SourceAdmission } from "../../../src/ecosystem/devnet/facts/source-admission.ts";
import type { FactBatch } from "../../../src/ground/protocol/fact-evidence.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";

const [A, B] = [271n, 272n];
const HOUR_SECONDS = 3_600n;
const HALF_A_YEAR_SECONDS = 4_096n * HOUR_SECONDS;

describe("the sources of a chain's facts", () => {
  function admission() {
    const chain = { now: 1_000n, imports: [] as readonly ImportedRoot[] };
    const sources = new SourceAdmission({ openImports: () => chain.imports, nowSeconds: () => chain.now });
    const admits = (source: bigint): boolean => {
      try {
        sources.requireAdmitted(source);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "SourceShutOut");
        return false;
      }
      return true;
    };
    return { chain, sources, admits };
  }

  test("send, import, revert, repeat: each void fact shuts its source out for twice as long, up to half a year, and no other", () => {
    const { chain, sources, admits } = admission();
    for (let seconds = HOUR_SECONDS, rounds = 0; rounds < 15; rounds++) {
      sources.shutOut(A);
      chain.now += seconds - 1n;
      assert.deepEqual([admits(A), admits(B)], [false, true], `round ${rounds}`);
      chain.now += 1n;
      assert.equal(admits(A), true, "it is admitted again");
      if (seconds < HALF_A_YEAR_SECONDS) seconds *= 2n;
    }
  });

  test("strangers fill the slots: a source has four facts of a batch, and the other twelve are for others", () => {
    const { chain, sources } = admission();
    const add = (registryIndex: bigint): void =>
      void (chain.imports = [...chain.imports, { registryIndex, root: wordToHex(1n) }]);
    for (let batch = 0n; batch < 4n; batch++) {
      assert.equal(sources.hasRoom(A), true);
      add(factIndex(A, batch));
      // A root, a statement and a link do not count for a source.
      for (const kind of [0n, 1n, 3n]) add((kind << 254n) | (A << 64n) | batch);
    }
    assert.deepEqual([sources.hasRoom(A), sources.hasRoom(B)], [false, true]);
    chain.imports = [];
    assert.equal(sources.hasRoom(A), true, "the next batch");
  });

  test("attack: old facts of a source make the importer seal no batch", () => {
    const { sources } = admission();
    // An executed batch needs no evidence.
    assert.throws(() => sources.requireOpen({ batches: [] }), { code: "TooManyFacts" });
    sources.requireOpen({ batches: [{} as FactBatch] });
  });
});
