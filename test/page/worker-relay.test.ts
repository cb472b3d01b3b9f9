import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { createProver, type StateProver } from "../../src/proofs/prover/prover.ts";
import type { BatchProof } from "../../src/proofs/prover/job.ts";
import { fleetService, type FleetService } from "../../src/proofs/proving/fleet-service.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { TestClock } from "../chain/support/clock.ts";
import { openTestFleet, type TestFleet } from "../proving/support/fleet.ts";

const LEASE_MS = 30_000;
const KINDS = ["state"];
const system = createStateTransitionSystem();

describe("H4: what a browser that proves may do by the page's connection", () => {
  const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
  const clock = new TestClock(1_800_000_000_000);
  let local: StateProver;
  let right: BatchProof;
  let fleet: TestFleet;
  let page: PageServer;
  let token = "";
  /** Hears which worker's connection has ended. */
  let onGone: (worker: string | undefined) => void = () => undefined;

  before(async () => {
    local = createProver({ workers: 1 });
    right = await local.proveBatch(job);
    fleet = openTestFleet(LEASE_MS, { local, clock });
    const { queue, blobs } = fleet;
    const service = fleetService({ queue, blobs, clock });
    const workers: FleetService = {
      answer(path, body, gone) {
        gone.addEventListener("abort", () => onGone((body as { readonly worker?: string }).worker));
        return service.answer(path, body, gone);
      },
    };
    page = await startPage({ host: "127.0.0.1", port: 0, members: new Map(), workers });
    token = page.writingUrl.split("/").at(-1) ?? "";
  });
  after(async () => {
    await page.close();
    await fleet.close();
    await local.close();
  });

  const ask = (path: string, body: unknown, headers: Readonly<Record<string, string>> = { "x-page-token": token }) =>
    fetch(`${page.url}/fleet${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const codeOf = async (answer: Response): Promise<readonly [number, string]> => [
    answer.status,
    ((await answer.json()) as { error: { code: string } }).error.code,
  ];
  /** A browser that waits for a task, once the queue knows of it. */
  async function waiting(worker: string): Promise<{ readonly answer: Promise<Response> }> {
    const answer = ask("/2/take", { worker, kinds: KINDS });
    while (!fleet.queue.workers().some(({ name }) => name === worker)) await new Promise((resolve) => setImmediate(resolve));
    return { answer };
  }
  const leaseOf = async ({ answer }: Awaited<ReturnType<typeof waiting>>): Promise<string> =>
    ((await (await answer).json()) as { lease: string }).lease;
  const counts = (worker: string) => {
    const { proofs, refused, lost } = fleet.queue.workers().find(({ name }) => name === worker) ?? assert.fail(worker);
    return { proofs, refused, lost };
  };
  const metrics = { backend: "wasm", workers: 1, logRows: 9, cells: 1, phaseSeconds: {} };
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

  test("attack: nothing is answered without the page's token, nor to a page from elsewhere that has it", async () => {
    for (const path of ["/2/take", "/2/blob", "/2/extend", "/2/done", "/2/give-back"]) {
      assert.deepEqual(await codeOf(await ask(path, { worker: "a", kinds: KINDS }, {})), [401, "BadToken"], path);
      const wrong = token.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
      assert.deepEqual(await codeOf(await ask(path, {}, { "x-page-token": wrong })), [401, "BadToken"], path);
      const elsewhere = { "x-page-token": token, origin: "http://evil.example" };
      assert.equal((await ask(path, {}, elsewhere)).status, 403, path);
    }
    assert.deepEqual(fleet.queue.workers(), []);
  });

  test("attack: a body without a token is refused before it is sent", async () => {
    const socket = connect(Number(new URL(page.url).port), "127.0.0.1");
    const head = ["POST /fleet/2/done HTTP/1.1", "host: 127.0.0.1", "content-type: application/json"];
    socket.write([...head, `content-length: ${2 ** 25}`, "", "{"].join("\r\n"));
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.match(answer.toString("latin1"), /^HTTP\/1\.1 401 /);
    socket.destroy();
  });

  test("attack: a false proof is refused by name, and the batch goes to another browser", async () => {
    const liar = await waiting("liar");
    const proven = fleet.proveBatch(job);
    const lease = await leaseOf(liar);
    const honest = await waiting("honest");
    const proof = right.proof.slice();
    proof[proof.length >> 1]! ^= 1;
    const done = { statement: base64(right.statement), metrics };
    assert.deepEqual(await codeOf(await ask("/2/done", { ...done, lease, worker: "liar", proof: base64(proof) })), [
      422,
      "ProofRefused",
    ]);
    const second = await leaseOf(honest);
    const answer = await ask("/2/done", { ...done, lease: second, worker: "honest", proof: base64(right.proof) });
    assert.equal(answer.status, 200);
    const made = await proven;
    assert.equal(made.metrics.worker, "honest");
    assert.deepEqual(verify(system, made.statement, made.proof), { ok: true });
    assert.deepEqual(counts("liar"), { proofs: 0, refused: 1, lost: 1 });
  });

  test("attack: a browser that takes a batch and never answers delays it by its lease", async () => {
    const silent = await waiting("silent");
    const proven = fleet.proveBatch(job);
    const lease = await leaseOf(silent);
    clock.advance(LEASE_MS - 1);
    const next = await waiting("next");
    clock.advance(1);
    const second = await leaseOf(next);
    assert.notEqual(second, lease);
    // What the silent one sends now is of no lease.
    const done = { statement: base64(right.statement), proof: base64(right.proof), metrics };
    assert.deepEqual(await codeOf(await ask("/2/done", { ...done, lease, worker: "silent" })), [410, "LeaseLost"]);
    assert.equal((await ask("/2/done", { ...done, lease: second, worker: "next" })).status, 200);
    assert.equal((await proven).metrics.worker, "next");
    assert.deepEqual(counts("silent"), { proofs: 0, refused: 0, lost: 1 });
  });

  test("attack: a browser that leaves before it has its answer loses no batch", async () => {
    const gone = new AbortController();
    const asked = fetch(`${page.url}/fleet/2/take`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-page-token": token },
      body: JSON.stringify({ worker: "gone", kinds: KINDS }),
      signal: gone.signal,
    });
    while (!fleet.queue.workers().some(({ name }) => name === "gone")) await new Promise((resolve) => setImmediate(resolve));
    const known = new Promise<void>((resolve) => (onGone = (worker) => worker === "gone" && resolve()));
    const refused = assert.rejects(asked, /abort/);
    gone.abort();
    await Promise.all([known, refused]);
    // This process proves it, without a lease that would have to run out first.
    const { metrics: told } = await fleet.proveBatch(job);
    assert.equal(told.worker, undefined);
  });

  test("an ecosystem that proves nothing says so", async () => {
    const other = await startPage({ host: "127.0.0.1", port: 0, members: new Map() });
    const body = JSON.stringify({ worker: "a", kinds: KINDS });
    const headers = { "content-type": "application/json", "x-page-token": other.writingUrl.split("/").at(-1) ?? "" };
    const answer = await fetch(`${other.url}/fleet/2/take`, { method: "POST", headers, body });
    assert.deepEqual(await codeOf(answer), [400, "BadRequest"]);
    await other.close();
  });

  test("only the scripts of workers that prove and verify may compile WebAssembly", async () => {
    const policyOf = async (path: string): Promise<string> =>
      (await fetch(`${page.url}${path}`)).headers.get("content-security-policy") ?? "";
    for (const path of ["/", "/page.js"]) assert.doesNotMatch(await policyOf(path), /wasm-unsafe-eval|unsafe-inline/, path);
    for (const path of ["/prove-worker.js", "/kernel-thread.js", "/verify-worker.js"])
      assert.match(await policyOf(path), /script-src 'self' 'wasm-unsafe-eval';/, path);
  });
});
