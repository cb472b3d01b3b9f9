import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { provenBatches } from "../../src/ground/protocol/proven-record.ts";
import type { VerifyReply } from "../../page/verify/verify-request.ts";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import type { AggregatedFields } from "../../src/ground/protocol/aggregate.ts";
import { digestFromHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { type RecordedName, readRecordedProof } from "../support/recorded-proofs.ts";
import { openBrowser } from "./support/browser.ts";
import { cpuSecondsOfChildren } from "./support/cpu-seconds.ts";

/** Maximum processor seconds of a verification, with the start of its worker: of all processes of the browser. */
const MOST_SECONDS = 1;

/* Proofs with at least 100 proven bits that L1's contracts accept (test/contracts/verifier/recorded-proofs). */
describe("the page's verifier of proofs of execution, in a real browser", () => {
  let server: PageServer;
  let browser: Browser | undefined;
  let tab: Page;
  before(async () => {
    server = await startPage({ host: "127.0.0.1", port: 0, members: new Map() });
    browser = await openBrowser();
    if (browser === undefined) return;
    tab = await browser.newPage();
    await tab.goto(server.url);
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });

  /** Verdict of a new worker of the page. */
  async function verified(batches: readonly AggregatedFields[], digest: Hex, proof: Uint8Array): Promise<VerifyReply> {
    const sent = {
      batches: batches.map(({ chainId, batch: { batchNumber, protocolVersion, ...words } }) => ({
        numbers: [chainId, batchNumber, protocolVersion].map(String),
        words,
      })),
      digest: [...digestFromHex(digest)],
      proof: [...proof],
    };
    return tab.evaluate<VerifyReply>(`(async ({ batches, digest, proof }) => {
      const worker = new Worker("/verify-worker.js", { type: "module" });
      const reply = new Promise((resolve, reject) => {
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", ({ message }) => reject(new Error(message)));
      });
      const fields = batches.map(({ numbers, words }) => {
        const [chainId, batchNumber, protocolVersion] = numbers.map(BigInt);
        return { chainId, batch: { batchNumber, protocolVersion, ...words } };
      });
      worker.postMessage({ kind: "execution", batches: fields, digest, proof: Uint8Array.from(proof) });
      return reply.finally(() => worker.terminate());
    })(${JSON.stringify(sent)})`);
  }

  const names: readonly RecordedName[] = ["one-batch", "queue-only", "two-chains"];
  for (const name of names)
    test(`accepts the recorded proof "${name}" in one processor second, and nothing that differs from it at all`, async (context) => {
      if (browser === undefined) return context.skip("there is no browser");
      const { batches, digest, proof } = readRecordedProof(name);
      const bytes = fromHex(proof);
      const seconds: number[] = [];
      for (let run = 0; run < 2; run++) {
        const before = cpuSecondsOfChildren();
        const { code } = await verified(batches, digest, bytes);
        const afterwards = cpuSecondsOfChildren();
        assert.equal(code, undefined);
        if (before !== undefined && afterwards !== undefined) seconds.push(afterwards - before);
      }
      context.diagnostic(`${bytes.length} bytes, CPU seconds: ${seconds.map((each) => each.toFixed(2)).join(", ")}`);
      if (seconds.length > 0) assert.ok(Math.min(...seconds) <= MOST_SECONDS, `${seconds.join(", ")} CPU s`);
      const turned = bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte));
      const [first, ...others] = batches;
      assert.ok(first !== undefined);
      const moved = { ...first, batch: { ...first.batch, newStateRoot: first.batch.oldStateRoot } };
      assert.notEqual((await verified(batches, digest, turned)).code, undefined, "one bit of the proof");
      assert.notEqual((await verified(batches, digest, new Uint8Array(0))).code, undefined, "no proof");
      assert.notEqual((await verified([moved, ...others], digest, bytes)).code, undefined, "another state");
      assert.notEqual((await verified(others, digest, bytes)).code, undefined, "a batch less");
    });
});

describe("the records that a chain shows with a proof of execution", () => {
  /** 24 words: first the number of the batch. */
  const record = (number: number): string => `0x${number.toString(16).padStart(64, "0")}${"0".repeat(64 * 23)}`;
  const honest = [
    { chainId: 271, number: 3, storedBatch: record(3) },
    { chainId: 272, number: 0, storedBatch: record(0) },
  ];

  test("are those of the batches that it names", () => {
    assert.deepEqual(
      provenBatches(honest)?.map(({ chainId, batch }) => [chainId, batch.batchNumber]),
      [
        [271n, 3n],
        [272n, 0n],
      ],
    );
  });

  test("attack: a batch without a record, of another number, or of a chain id that is a sentence is not named as proven", () => {
    for (const lie of [
      { chainId: 999, number: 5, storedBatch: "0x" },
      { chainId: 271, number: 77, storedBatch: record(3) },
      { chainId: "271, and all others" as unknown as number, number: 3, storedBatch: record(3) },
      { chainId: 0.5, number: 3, storedBatch: record(3) },
    ])
      assert.equal(provenBatches([...honest, lie]), undefined, JSON.stringify(lie));
  });
});
