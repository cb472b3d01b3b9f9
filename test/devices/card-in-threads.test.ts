import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import { chooseDevice, type DeviceChoice } from "../../src/proofs/devices/device-choice.ts";
import type { DeviceReport } from "../../src/proofs/devices/device-report.ts";
import type { BatchProof } from "../../src/proofs/prover/job.ts";
import { createProver, type StateProver } from "../../src/proofs/prover/prover.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { loadSoftwareDriver, NO_CARD } from "../kernels/support/swiftshader.ts";

const moduleOf = (name: string): string => new URL(name, import.meta.url).href;
const SOFTWARE = moduleOf("../kernels/support/swiftshader.ts");
/** The smallest tables, with the parameters that L1 checks. */
const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
/** Size of the measurement; its limit has no effect here. */
const MEASURE = { logRows: 7, limitMs: 120_000 };

/** Longer than a loaded machine takes to measure a card in software: an idle thread would end before. */
const IDLE = { idleTimeoutMs: 900_000 };

/** Start of a separate process: a card in software, and functions for provers and batches. */
const WITH_CARD = `
      const { chooseDevice } = await import(${JSON.stringify(moduleOf("../../src/proofs/devices/device-choice.ts"))});
      const { createProver } = await import(${JSON.stringify(moduleOf("../../src/proofs/prover/prover.ts"))});
      const { createRandomBatch } = await import(${JSON.stringify(moduleOf("../../src/tool/demo/random-batch.ts"))});
      (await import(${JSON.stringify(SOFTWARE)})).loadSoftwareDriver();
      const device = await chooseDevice({ device: "gpu", software: ${JSON.stringify({ module: SOFTWARE, ...MEASURE })} });`;

/** Start of a process whose card has been measured. */
const MEASURED_CARD = `${WITH_CARD}
      const measured = Promise.withResolvers();
      const start = device.start.bind(device);
      device.start = (startThread) => {
        const thread = start(startThread);
        thread.on("message", () => device.report().state === "used" && measured.resolve());
        return thread;
      };
      const prover = createProver({ workers: 1, device, idleTimeoutMs: ${IDLE.idleTimeoutMs} });
      const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
      await prover.proveBatch(job);
      const waiting = setInterval(() => undefined, 1000);
      await measured.promise;
      clearInterval(waiting);
      // The columns are on the card, which extends and hashes them.
      const isAtWork = ({ phase, fraction }) => phase === "commit" && fraction > 0;`;

const withSoftware = (module: string): Promise<DeviceChoice> => chooseDevice({ device: "gpu", software: { module, ...MEASURE } });

/** Returns the report of the card after a proving thread has measured it or failed. */
function reportOnceTold(choice: DeviceChoice): Promise<DeviceReport> {
  const { promise, resolve } = Promise.withResolvers<DeviceReport>();
  const start = choice.start.bind(choice);
  choice.start = (startThread) => {
    const thread = start(startThread);
    thread.on("message", () => choice.report().state !== "found" && resolve(choice.report()));
    return thread;
  };
  return promise;
}

describe("H2: a prover with a graphics card", { skip: NO_CARD }, () => {
  before(loadSoftwareDriver);

  describe("that works, until it is lost", () => {
    let choice: DeviceChoice;
    let prover: StateProver;
    let told: Promise<DeviceReport>;
    let expected: BatchProof;
    before(async () => {
      choice = await withSoftware(moduleOf("./support/lost-gpu.ts"));
      told = reportOnceTold(choice);
      prover = createProver({ workers: 2, device: choice, ...IDLE });
    });
    after(() => prover.close());

    it("proves by WebAssembly until the card has been measured, and says so", async () => {
      assert.equal(choice.report().state, "found");
      expected = await prover.proveBatch(job);
      assert.equal(expected.metrics.backend, "wasm");
      const { on, state, card, gain = 0 } = await told;
      assert.deepEqual([on, state], ["gpu", "used"]);
      assert.match(card ?? "", /SwiftShader/);
      assert.ok(gain > 0);
    });

    it("makes a proof in whose middle it is lost by WebAssembly, and says why", async () => {
      const { proof, metrics } = await prover.proveBatch(job);
      assert.equal(metrics.backend, "wasm");
      assert.deepEqual(proof, expected.proof);
      assert.match(choice.report().why, /; it failed last because the graphics card was lost: /);
      assert.equal((await prover.proveBatch(job)).metrics.backend, "wasm");
    });
  });

  const byDay = !IS_NIGHTLY && "a card in software searches for the nonce of such a proof for minutes: by night";
  it("makes the proofs of two chains at once on the card, the same as by WebAssembly", { skip: byDay }, async () => {
    const choice = await withSoftware(SOFTWARE);
    const told = reportOnceTold(choice);
    const prover = createProver({ workers: 2, device: choice, ...IDLE });
    const expected = await prover.proveBatch(job);
    await told;
    const both = await Promise.all([prover.proveBatch(job, { chain: 271n as never }), prover.proveBatch(job)]);
    assert.deepEqual(
      [expected, ...both].map(({ metrics }) => metrics.backend),
      ["wasm", "webgpu", "webgpu"],
      choice.report().why,
    );
    for (const { proof, statement } of both)
      assert.deepEqual({ proof, statement }, { proof: expected.proof, statement: expected.statement });
    await prover.close();
  });

  it("that computes wrongly is found out before its first proof, and is not asked", async () => {
    const choice = await withSoftware(moduleOf("./support/lying-gpu.ts"));
    const told = reportOnceTold(choice);
    const prover = createProver({ workers: 2, device: choice, ...IDLE });
    await prover.proveBatch(job);
    const { on, state, why } = await told;
    assert.deepEqual([on, state], ["wasm", "wrong"]);
    assert.match(why, /does not hold: the graphics card made another proof than WebAssembly of the same$/);
    assert.equal(choice.setup(), undefined);
    await prover.close();
  });

  it("goes with a thread whose kernel thread is lost while it compiles, and keeps neither the proof nor its process", async () => {
    const code = `
      const { Worker } = await import("node:worker_threads");
${WITH_CARD}
      const altered = new URL(${JSON.stringify(moduleOf("../prover/support/losing-a-kernel-thread.ts"))});
      let threads = 0;
      const startThread = (file, options) => new Worker(threads++ === 0 ? altered : file, options);
      const prover = createProver({ workers: 2, device }, { startThread });
      const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
      const { metrics } = await prover.proveBatch(job);
      console.log(threads, metrics.backend, device.report().state);`;
    // The second thread's card compiles its kernels meanwhile. The process ends because an idle thread does not keep it
    // alive.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["-e", code]);
    assert.deepEqual([stdout, stderr], ["2 wasm found\n", ""]);
  });

  const endsByDay =
    !IS_NIGHTLY && "by day a process ends while its card compiles; a proof on a card in software comes behind: by night";
  it("ends with its process in the middle of a proof on the card", { skip: endsByDay }, async () => {
    const code = `${MEASURED_CARD}
      await prover.proveBatch(job, { onProgress: (progress) => {
        if (!isAtWork(progress)) return;
        console.log(device.report().on);
        process.exit(3);
      } });`;
    const ended = await promisify(execFile)(process.execPath, ["-e", code]).then(
      () => assert.fail("the process ends with another code than 0"),
      (error: unknown) => error as { readonly code: number | null; readonly signal: string | null; readonly stdout: string },
    );
    assert.match(ended.stdout, /^gpu\n/);
    // Dawn ends a process that owes it the answer of a read: by a signal then, and nothing stays behind either way.
    if (ended.signal !== null) assert.match(ended.stdout, /Promise not resolved or rejected: mapAsync/);
    else assert.equal(ended.code, 3);
  });

  it(
    "leaves no thread, no process and no file behind where it is killed in the middle of a proof on the card",
    { skip: endsByDay },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "killed-"));
      const code = `${MEASURED_CARD}
      await prover.proveBatch(job, { onProgress: (progress) => isAtWork(progress) && console.log(device.report().on) });`;
      // In a separate group, and in an empty folder for all its files.
      const env = { ...process.env, TMPDIR: folder };
      const child = spawn(process.execPath, ["-e", code], {
        cwd: folder,
        env,
        detached: true,
        stdio: ["ignore", "pipe", "ignore"],
      });
      const pid = child.pid ?? assert.fail("it has started");
      const ended = once(child, "exit");
      const [said] = (await Promise.race([
        once(child.stdout, "data"),
        ended.then((how) => assert.fail(`it ended before it was at work: ${how.join()}`)),
      ])) as [Buffer];
      assert.match(said.toString(), /^gpu\n/);
      const threads = readdirSync(`/proc/${pid}/task`);
      assert.ok(threads.length > 3, `${threads.length} threads were at work`);
      child.kill("SIGKILL");
      assert.deepEqual(await ended, [null, "SIGKILL"]);
      for (const thread of threads) assert.equal(existsSync(`/proc/${thread}`), false, `thread ${thread}`);
      assert.throws(() => process.kill(-pid, 0), { code: "ESRCH" });
      assert.deepEqual(readdirSync(folder), []);
      rmSync(folder, { recursive: true });
    },
  );
});
