import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { encodeLeaves } from "../../src/ecosystem/devnet/guardian/guardian-wire.ts";
import { serveGuardian } from "../../src/ecosystem/devnet/guardian/guardian-server.ts";
import { dataSources } from "../../src/tool/plugin/tasks/session/data-sources.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { HttpServer } from "../../src/ground/runtime/http-service.ts";

const HYPERCHAIN: Hex = `0x${"11".repeat(20)}`;
const LEAVES = { stateRoot: wordToHex(7n), nextBatch: 3n, dump: { tree: Uint8Array.of(1), names: [], codes: [] } };
/** No source is a node here, so L1 is not read. */
const CHAIN = { l1: "http://127.0.0.1:1", hyperchain: HYPERCHAIN };

describe("sources of data that tasks read", () => {
  let folder: string;
  let server: HttpServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "data-sources-"));
    const guardian = { sign: () => Promise.reject(new Error("not asked")), leaves: () => Promise.resolve(LEAVES) };
    const data = { read: () => Promise.resolve(Uint8Array.of(5)) };
    server = await serveGuardian(new Map([[HYPERCHAIN, { guardian, data }]]), { host: "127.0.0.1", port: 0 });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  test("a guardian serves batches' data and leaves without a reader's key", async () => {
    const url = `${server.url}/${HYPERCHAIN}`;
    const { holders, leaves } = await dataSources(`${folder}, ${url}, ${url}/leaves`, CHAIN);
    assert.deepEqual(leaves, { ...LEAVES, porter: undefined });
    assert.equal(holders.length, 2);
    const asked = { batchNumber: 0n, hash: wordToHex(1n) };
    assert.deepEqual(await holders[1]!.read(asked, AbortSignal.timeout(5_000)), Buffer.of(5));
  });

  test("a saved answer of a guardian's leaves is a start; another file, and the leaves of two, are refused", async () => {
    const saved = join(folder, "leaves.json");
    await writeFile(saved, encodeLeaves(LEAVES));
    const { holders, leaves } = await dataSources(saved, CHAIN);
    assert.deepEqual([holders, leaves?.stateRoot], [[], LEAVES.stateRoot]);
    const other = join(folder, "other.json");
    await writeFile(other, "{}");
    await assert.rejects(dataSources(other, CHAIN), /has no leaves of a guardian; save the answer of its \/leaves there/);
    await assert.rejects(dataSources(`${saved},${other}`, CHAIN), /takes the leaves of one guardian/);
  });
});
