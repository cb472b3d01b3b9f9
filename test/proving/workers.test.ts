import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { keccak256, toUtf8Bytes } from "ethers";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import type { ProofProgress } from "../../src/proofs/prover/job.ts";
import { createProver, type StateProver } from "../../src/proofs/prover/prover.ts";
import { MAX_BODY_BYTES } from "../../src/proofs/proving/answer-worker.ts";
import { fleetService } from "../../src/proofs/proving/fleet-service.ts";
import { httpQueue } from "../../src/proofs/proving/queue-http.ts";
import { startQueueServer } from "../../src/proofs/proving/queue-server.ts";
import type { WorkerEvent } from "../../src/proofs/proving/queue.ts";
import { statePort } from "../../src/proofs/proving/state-port.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { TestClock } from "../chain/support/clock.ts";
import { until } from "../support/until.ts";
import { openTestFleet, type TestFleet } from "./support/fleet.ts";

const TOKEN = "0123456789abcdef-token";
const LEASE_MS = 30_000;
const WORKER = fileURLToPath(new URL("support/worker-process.ts", import.meta.url));

describe("H4: a fleet over HTTP", () => {
  const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
  const clock = new TestClock(1_800_000_000_000);
  const children: ChildProcess[] = [];
  let provenHere = 0;
  let fleet: TestFleet;
  const local = createProver({ workers: 1 });
  let server: Awaited<ReturnType<typeof startQueueServer>>;

  before(async () => {
    fleet = openTestFleet(LEASE_MS, {
      local: {
        proveInput(...args) {
          provenHere++;
          return local.proveInput(...args);
        },
      },
      clock,
    });
    const { queue, blobs } = fleet;
    server = await startQueueServer({ host: "127.0.0.1", port: 0, token: TOKEN }, fleetService({ queue, blobs, clock }));
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await fleet.close();
    await local.close();
    await server.close();
  });

  const address = () => ({ url: server.url, token: TOKEN });
  /** No time passes. */
  const untilAborted = (_ms: number, signal: AbortSignal): Promise<void> =>
    signal.aborted ? Promise.resolve() : once(signal, "abort").then(() => undefined);
  const ask = (path: string, body: unknown, token = TOKEN): Promise<Response> =>
    fetch(new URL(path, server.url), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const codeOf = async (answer: Response): Promise<readonly [number, string]> => [
    answer.status,
    ((await answer.json()) as { error: { code: string } }).error.code,
  ];

  /** Starts a worker in a separate process and collects its events. */
  function startWorker(name: string): { readonly child: ChildProcess; until(type: WorkerEvent["type"]): Promise<WorkerEvent> } {
    const child = spawn(process.execPath, [WORKER, server.url, TOKEN, name], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const events: WorkerEvent[] = [];
    const looks = new Set<() => void>();
    createInterface({ input: child.stdout }).on("line", (line) => {
      events.push(JSON.parse(line) as WorkerEvent);
      for (const look of [...looks]) look();
    });
    return {
      child,
      until: (type) =>
        new Promise((resolve) => {
          const look = (): void => {
            const found = events.find((event) => event.type === type);
            if (found === undefined) return;
            looks.delete(look);
            resolve(found);
          };
          looks.add(look);
          look();
        }),
    };
  }

  test("a worker that is killed in the middle of a proof loses nothing: another one proves the batch", async () => {
    const first = startWorker("first");
    // The first one waits for a task before there is one, and the second one joins while it proves.
    await until(() => fleet.queue.workers().some(({ name }) => name === "first"));
    const result = fleet.proveBatch(job);
    await first.until("progress");
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    // What it has sent before is answered before this.
    await ask("/elsewhere", {});
    // All but the last moment of the lease: then the second one's request for a task is younger than it.
    clock.advance(LEASE_MS - 1);
    const second = startWorker("second");
    await until(() => fleet.queue.workers().some(({ name }) => name === "second"));
    clock.advance(1);
    const { proof, statement, metrics } = await result;
    assert.equal(metrics.worker, "second");
    assert.deepEqual(verify(createStateTransitionSystem(), statement, proof), { ok: true });
    assert.equal(provenHere, 0);
    const [lost, kept] = ["first", "second"].map((name) => fleet.queue.workers().find((worker) => worker.name === name));
    assert.deepEqual([lost?.lost, lost?.proofs, kept?.lost, kept?.proofs], [1, 0, 0, 1]);
    await second.until("proved");
    second.child.kill("SIGKILL");
    await once(second.child, "exit");
  });

  test("a worker that ends gives its task back, which this process proves", async () => {
    const events: WorkerEvent[] = [];
    const prover = createProver({ workers: 1 });
    const working = httpQueue(address(), { pause: untilAborted }).work(statePort(prover), {
      name: "leaving",
      onEvent(event) {
        events.push(event);
        if (event.type === "progress") void working.stop();
      },
    });
    await until(() => fleet.queue.workers().some(({ name }) => name === "leaving"));
    const before = provenHere;
    const { metrics } = await fleet.proveBatch(job);
    await working.ended;
    await prover.close();
    assert.equal(metrics.worker, undefined);
    assert.equal(provenHere, before + 1);
    assert.deepEqual(events.at(-1)?.type, "dropped");
  });

  test("a worker says each phase at once, not only when its lease needs it", async () => {
    const prover = createProver({ workers: 1 });
    const seen: ProofProgress[] = [];
    let told = (): void => undefined;
    const heard = (phase: string): Promise<void> =>
      new Promise((resolve) => (told = () => seen.at(-1)?.phase === phase && resolve()));
    const telling: StateProver = {
      ...prover,
      async proveInput(input, options) {
        for (const phase of ["commit", "quotient", "queries"] as const) {
          const isHeard = heard(phase);
          options?.onProgress?.({ phase, fraction: 0 });
          await isHeard;
        }
        return prover.proveInput(input);
      },
    };
    const queue = httpQueue(address(), { pause: untilAborted });
    const { ended } = queue.work(statePort(telling), { name: "telling", once: true });
    await until(() => fleet.queue.workers().some(({ name }) => name === "telling"));
    await fleet.proveBatch(job, { onProgress: (progress) => (seen.push(progress), told()) });
    await ended;
    await prover.close();
    assert.deepEqual(
      seen.map(({ phase, worker }) => [phase, worker]),
      ["trace", "commit", "quotient", "queries"].map((phase) => [phase, "telling"]),
    );
  });

  test("only the token opens it, whatever is asked", async () => {
    for (const path of ["/2/take", "/2/blob", "/2/extend", "/2/done", "/2/give-back", "/elsewhere"]) {
      assert.deepEqual(await codeOf(await ask(path, { worker: "a" }, `${TOKEN}x`)), [401, "BadToken"], path);
    }
    const other = httpQueue({ url: server.url, token: "another-token-of-length" }, { pause: untilAborted });
    await assert.rejects(other.work(statePort(createProver()), { name: "a" }).ended, /the token is not that of the ecosystem's/);
  });

  test("what cannot be read, is of no lease or is too large is refused by name", async () => {
    const lease = `0x${"00".repeat(16)}`;
    const kinds = ["state"];
    const statement = "AAAA";
    const metrics = { backend: "wasm", workers: 1, logRows: 9, cells: 0, phaseSeconds: {} };
    const cases: readonly [string, unknown, number, string][] = [
      ["/2/take", { worker: "", kinds }, 400, "BadRequest"],
      ["/2/take", { worker: "a\u001b[2J", kinds }, 400, "BadRequest"],
      ["/2/take", { worker: "a".repeat(65), kinds }, 400, "BadRequest"],
      ["/2/take", { worker: "a" }, 400, "BadRequest"],
      ["/2/take", { worker: "a", kinds: [] }, 400, "BadRequest"],
      ["/2/take", { worker: "a", kinds: ["cake"] }, 400, "BadRequest"],
      ["/2/take", "{", 400, "BadRequest"],
      ["/take", { worker: "a" }, 400, "BadRequest"],
      ["/2/blob", { lease, blob: `0x${"11".repeat(32)}` }, 410, "LeaseLost"],
      ["/2/take", "null", 400, "BadRequest"],
      ["/2/extend", { lease: "0x12", phase: "fri", fraction: 0 }, 400, "BadRequest"],
      ["/2/extend", { lease, phase: "cooking", fraction: 0 }, 400, "BadRequest"],
      ["/2/extend", { lease, phase: "queued", fraction: 0 }, 400, "BadRequest"],
      ["/2/extend", { lease, phase: "fri", fraction: 2 }, 400, "BadRequest"],
      ["/2/extend", { lease, phase: "fri", fraction: 1 }, 410, "LeaseLost"],
      ["/2/done", { lease, worker: "a", statement, proof: "AAAA", metrics }, 410, "LeaseLost"],
      ["/2/done", { lease, worker: "a", statement, proof: "?", metrics }, 400, "BadRequest"],
      ["/2/done", { lease, worker: "a", statement, proof: "AAAA", metrics: { ...metrics, more: 1 } }, 400, "BadRequest"],
      ["/2/done", { lease, worker: "a", statement, proof: "A".repeat(MAX_BODY_BYTES), metrics }, 413, "BadRequest"],
      ["/2/give-back", { lease }, 410, "LeaseLost"],
      ["/elsewhere", {}, 400, "BadRequest"],
    ];
    for (const [path, body, status, code] of cases)
      assert.deepEqual(await codeOf(await ask(path, body)), [status, code], `${path} ${JSON.stringify(body).slice(0, 80)}`);
  });

  test("attack: an input without a length and without an end is read no further than one may be", async () => {
    const piece = Buffer.alloc(2 ** 22);
    let sent = 0;
    const word = `0x${"11".repeat(32)}`;
    const task = { job: { kind: "state", version: "1", key: word, input: word, needs: [], weight: 1 }, needs: [] };
    const endless = createServer((request, response) => {
      if (request.url === "/2/take") return response.end(JSON.stringify({ lease: `0x${"22".repeat(16)}`, leaseMs: 1000, task }));
      // Twice the maximum size of an input, sent as fast as the worker reads.
      const send = (): void => {
        sent += piece.length;
        if (sent > 2 ** 29) response.end();
        else if (!response.destroyed) response.write(piece, send);
      };
      return send();
    });
    await once(endless.listen(0, "127.0.0.1"), "listening");
    const events: WorkerEvent[] = [];
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    const working = httpQueue({ url, token: TOKEN }, { pause: untilAborted }).work(statePort(createProver()), {
      name: "a",
      onEvent(event) {
        events.push(event);
        if (event.type === "dropped") void working.stop();
      },
    });
    try {
      await working.ended;
      assert.deepEqual(
        events.map((event) => ("reason" in event ? event.reason : event.type)),
        ["task", "the task is too large, of more than 268435456 bytes"],
      );
      assert.ok(sent < 2 ** 29, `${sent} bytes`);
    } finally {
      endless.closeAllConnections();
      endless.close();
    }
  });

  test("attack: the bytes of another input are not proven: a worker hashes what it is sent", async () => {
    const word = `0x${"11".repeat(32)}`;
    const task = { job: { kind: "state", version: "1", key: word, input: word, needs: [], weight: 1 }, needs: [] };
    const other = createServer((request, response) => {
      if (request.url === "/2/take") response.end(JSON.stringify({ lease: `0x${"22".repeat(16)}`, leaseMs: 1000, task }));
      else response.end(Buffer.from("another input"));
    });
    await once(other.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const proven: Uint8Array[] = [];
    const reasons: string[] = [];
    const prover: StateProver = {
      ...createProver(),
      proveInput: (input) => (proven.push(input), Promise.reject(new Error("it was proven"))),
    };
    const working = httpQueue({ url, token: TOKEN }, { pause: untilAborted }).work(statePort(prover), {
      name: "a",
      onEvent(event) {
        if (event.type !== "dropped") return;
        reasons.push(event.reason);
        void working.stop();
      },
    });
    try {
      await working.ended;
      // The keccak of the text by another implementation.
      assert.deepEqual(reasons, [`the bytes are ${keccak256(toUtf8Bytes("another input"))}, not ${word}`]);
      assert.deepEqual(proven, []);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });

  test("a request for a task ends when nothing is to be done for a while, and the worker asks again", async () => {
    const answer = ask("/2/take", { worker: "patient", kinds: ["state"] });
    await until(() => fleet.queue.workers().some(({ name }) => name === "patient"));
    clock.advance(25_000);
    assert.equal((await answer).status, 204);
  });
});
