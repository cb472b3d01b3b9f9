import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EvidenceBook } from "../../../src/ecosystem/devnet/facts/evidence-book.ts";
import { StatementImports } from "../../../src/ecosystem/devnet/statements/statement-imports.ts";
import type { BatchesProver } from "../../../src/proofs/l1-proof/batches-prover.ts";
import { statementImport } from "../../../src/ground/protocol/carried-statement.ts";
import { idOnChain } from "../../../src/ground/protocol/chain-ancestry.ts";
import type { FactBatch } from "../../../src/ground/protocol/fact-evidence.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import { genesisStoredBatch, hashStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import type { FactsOnL1 } from "../../../src/chain/settlement-layer/facts/facts-on-l1.ts";

const BASE = 271n;
const [X, Y, Z] = [idOnChain(BASE, 1n), idOnChain(BASE, 2n), idOnChain(BASE, 3n)];
/** Proven, generation 1. */
const VERSION = 0x103n;
const ROOT = wordToHex(0n);

function batchOf(chainId: bigint, number: bigint, version = VERSION): FactBatch {
  const stored = {
    ...genesisStoredBatch(version, ROOT, 2n),
    batchNumber: number,
    commitment: wordToHex((chainId << 32n) + number),
  };
  return { chainId, stored, program: "none", proof: new Uint8Array(1), imports: [], flows: [] };
}

/** A base with chains x and y on it, whose contracts store these batches and prove the first one of each next. */
function open(batches: readonly FactBatch[], { isStopped = false, refusal = "" } = {}) {
  const happened: string[] = [];
  const open: ImportedRoot[] = [];
  const everImported = new Set<bigint>();
  const book = new EvidenceBook();
  const verified = new Map<bigint, bigint>();
  const storedOf = (chainId: bigint, number: bigint): StoredBatch | undefined =>
    batches.find((batch) => batch.chainId === chainId && batch.stored.batchNumber === number)?.stored;
  const layer = {
    source: (chainId: bigint) => Promise.resolve({ hyperchain: wordToHex(chainId), verified: verified.get(chainId) ?? 0n }),
    storedHash({ hyperchain }: { readonly hyperchain: string }, number: bigint) {
      const stored = storedOf(BigInt(hyperchain), number);
      return Promise.resolve(stored === undefined ? ROOT : hashStoredBatch(stored));
    },
  } as unknown as FactsOnL1;
  /** Statements that L1 has recorded: at its newest block, and at the depth that no reorg drops. */
  const recorded = { now: new Set<bigint>(), final: new Set<bigint>() };
  const l1At = (depth: keyof typeof recorded): FactsOnL1 =>
    ({
      isStopped: () => Promise.resolve(isStopped),
      valueOf: (index: bigint) => Promise.resolve(wordToHex(recorded[depth].has(index) ? 1n : 0n)),
    }) as unknown as FactsOnL1;
  const imports = new StatementImports({
    chain: () => ({
      chainId: BASE,
      version: VERSION,
      openImports: open,
      isPaused: false,
      hasImported: (index) => Promise.resolve(everImported.has(index)),
      importRoots(roots) {
        for (const root of roots) {
          const { chainId, stored } = book.batchesOf(root.registryIndex)![0]!;
          happened.push(`imported batch ${stored.batchNumber} of ${chainId}`);
          open.push(root);
          everImported.add(root.registryIndex);
          verified.set(chainId, stored.batchNumber + 1n);
        }
        return Promise.resolve();
      },
      seal() {
        happened.push("sealed");
        open.length = 0;
        return Promise.resolve();
      },
    }),
    children: () => [X, Y, Z],
    l1: () => Promise.resolve(l1At("now")),
    finalL1: () => Promise.resolve(l1At("final")),
    layer: () => Promise.resolve(layer),
    prover: {} as BatchesProver,
    refusalOf: () => Promise.resolve(refusal === "" ? undefined : refusal),
    book,
    durable() {
      happened.push("stored");
      return Promise.resolve();
    },
    clock: systemClock,
    undisturbed: (work) => work(),
  });
  return { imports, happened, open, book, recorded };
}

describe("imports of statements", () => {
  test("have the evidence on disk before the import, and happen once for one batch", async () => {
    const batch = batchOf(X, 0n);
    const { imports, happened } = open([batch]);
    const { registryIndex } = statementImport({ chainId: X, batch: batch.stored });
    assert.deepEqual(await Promise.all([imports.import(batch), imports.import(batch)]), [registryIndex, registryIndex]);
    assert.deepEqual(happened, ["stored", `imported batch 0 of ${X}`]);
  });

  test("begin a batch after four statements of one chain, or sixteen facts and statements of all", async () => {
    const batches = [0n, 1n, 2n, 3n, 4n].map((number) => batchOf(X, number));
    const { imports, happened } = open(batches);
    for (const batch of batches) await imports.import(batch);
    assert.deepEqual(happened.slice(-3), ["sealed", "stored", `imported batch 4 of ${X}`]);
    const ofY = open([batchOf(Y, 0n)]);
    for (let i = 0n; i < 16n; i++) ofY.open.push({ registryIndex: factIndex(5n, i), root: wordToHex(1n) });
    await ofY.imports.import(batchOf(Y, 0n));
    assert.equal(ofY.happened[0], "sealed");
  });

  test("begin a batch if a rebuild from L1 could not find the order of its imports", async () => {
    const batches = [X, Y, Z].flatMap((chainId) => [0n, 1n, 2n, 3n].map((number) => batchOf(chainId, number)));
    const afterRoots = async (roots: number): Promise<number> => {
      const { imports, happened, open: inBatch } = open(batches);
      for (let i = 1; i <= roots; i++) inBatch.push({ registryIndex: BigInt(i), root: wordToHex(1n) });
      for (const batch of batches) await imports.import(batch);
      return happened.slice(0, happened.indexOf("sealed")).filter((each) => each !== "stored").length;
    };
    assert.deepEqual([await afterRoots(0), await afterRoots(2)], [8, 6]);
  });

  test("A147: evidence stays until L1 cannot take its record back, and another import removes it then", async () => {
    const batches = [0n, 1n, 2n].map((number) => batchOf(X, number));
    const { imports, book, recorded } = open(batches);
    const first = await imports.import(batches[0]!);
    recorded.now.add(first);
    await imports.import(batches[1]!);
    assert.deepEqual(book.batchesOf(first), [batches[0]], "a reorg drops the record, and L1 must be shown the proof again");
    recorded.final.add(first);
    await imports.import(batches[2]!);
    assert.equal(book.batchesOf(first), undefined);
  });

  test("without evidence are named before L1 executes their batch", async () => {
    const batch = batchOf(X, 0n);
    const { imports, book } = open([batch]);
    const index = await imports.import(batch);
    await book.prune(() => Promise.resolve(false));
    await assert.rejects(imports.sourceCalls(index), {
      name: "SettlementError",
      code: "EvidenceMissing",
      message: new RegExp(`^chain ${BASE} imports statement ${index}, .*not stored here; restore`),
    });
  });

  const refused: readonly (readonly [string, FactBatch, string, { readonly isStopped?: boolean; readonly refusal?: string }])[] =
    [
      ["of a chain on another base", batchOf(idOnChain(272n, 1n), 0n), "ChainNotListed", {}],
      ["of the base itself", batchOf(BASE, 0n), "ChainNotListed", {}],
      ["of a version that the base does not have", batchOf(X, 0n, 0x203n), "VersionMismatch", {}],
      ["of a batch that is not next", batchOf(X, 1n), "BatchNotStored", {}],
      [
        "of a batch that the chain's contract does not store",
        { ...batchOf(X, 0n), stored: { ...batchOf(X, 0n).stored, commitment: wordToHex(9n) } },
        "BatchNotStored",
        {},
      ],
      ["with a proof that does not hold", batchOf(X, 0n), "ProofRefused", { refusal: "another state" }],
      ["of a version that L1 has stopped", batchOf(X, 0n), "VersionStopped", { isStopped: true }],
    ];
  test("attack: are refused by name, before anything is stored, unless L1 records them and the chain's contract takes them", async () => {
    for (const [name, batch, code, state] of refused) {
      const { imports, happened } = open([batchOf(X, 0n), batchOf(X, 1n)], state);
      await assert.rejects(imports.import(batch), { name: "StatementRefused", code }, name);
      assert.deepEqual(happened, [], name);
    }
  });
});
