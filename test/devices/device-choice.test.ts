import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { CARD_LIFE, type CardNews } from "../../src/proofs/devices/card-setup.ts";
import { chooseDevice, defaultIdleTimeoutMs, DeviceChoice } from "../../src/proofs/devices/device-choice.ts";
import { mayHaveCard } from "../../src/proofs/devices/installed-gpu.ts";
import { NO_CARD, SOFTWARE_CARD_FOLDER, loadSoftwareDriver } from "../kernels/support/swiftshader.ts";

const choiceFile = new URL("../../src/proofs/devices/device-choice.ts", import.meta.url).href;
const CARD = "a card";

/** A choice with a card, and what proving threads say of it. */
function choiceOf(device: "auto" | "gpu") {
  const choice = new DeviceChoice({ device, gpuMemory: 1024 }, { state: "found", card: CARD });
  const thread = new EventEmitter();
  const asThread = Object.assign(thread, { postMessage: () => undefined, unref: () => undefined, terminate: async () => 0 });
  choice.start(() => asThread);
  const hear = (news: CardNews["news"]): void => void thread.emit("message", { type: "card", news } satisfies CardNews);
  const measured = (gain: number): void => hear({ kind: "measured", gain });
  const fault = (kind: "failed" | "lost" | "wrong" | "too-large"): void =>
    hear({ kind: "fault", fault: { kind, reason: `it is ${kind}` } });
  return { choice, measured, fault, thread };
}

/** Message of the card that a thread receives. */
function toldOf(choice: DeviceChoice): object {
  const { life: _, ...told } = choice.setup() ?? assert.fail("there is no card");
  return told;
}

describe("H2: what provers prove on", () => {
  it("is WebAssembly where the options say so, and no card is looked for", async () => {
    const choice = await chooseDevice({ device: "wasm" });
    assert.deepEqual(choice.report(), { on: "wasm", state: "not-asked", why: 'prover.device is "wasm"' });
    assert.equal(choice.setup(), undefined);
  });

  it("is looked for in 50 ms of CPU if there is no card", { skip: mayHaveCard() && "this machine may have a card" }, async () => {
    const began = process.cpuUsage();
    const choice = await chooseDevice({ device: "auto" });
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1000;
    assert.deepEqual(choice.report(), { on: "wasm", state: "absent", why: "no graphics card was found" });
    assert.equal(choice.setup(), undefined);
    assert.ok(ms < 50, `${ms} ms`);
  });

  it("must be a card where the options say so: without one, nothing starts", { skip: mayHaveCard() }, async () => {
    await assert.rejects(chooseDevice({ device: "gpu" }), {
      name: "ProverDeviceError",
      code: "NoCard",
      message:
        /^prover\.device is "gpu", and no graphics card was found; see that the card's driver is installed .* or set it to "auto"/,
    });
  });

  it("is WebAssembly where a card's driver hangs: it is waited for half a minute, and keeps no process", async () => {
    const code = `
      const { mock } = await import("node:test");
      const { chooseDevice } = await import(${JSON.stringify(choiceFile)});
      const software = { module: ${JSON.stringify(new URL("./support/hanging-gpu.ts", import.meta.url).href)}, logRows: 7, limitMs: 1 };
      mock.timers.enable({ apis: ["setTimeout"] });
      const chosen = chooseDevice({ device: "auto", software });
      const forced = chooseDevice({ device: "gpu", software }).catch(({ code }) => code);
      mock.timers.tick(30_000);
      const { on, state, why } = (await chosen).report();
      console.log([on, state, why, await forced].join("; "));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", code]);
    assert.equal(stdout, "wasm; lost; the graphics card's driver has not answered for 30 seconds; NoCard\n");
  });

  it("excludes a card in software", { skip: NO_CARD }, async () => {
    loadSoftwareDriver(); // unpacks it
    const code = `const { chooseDevice } = await import(${JSON.stringify(choiceFile)});
      await chooseDevice({ device: "gpu" }).catch(({ code, message }) => console.log(code + ": " + message));`;
    const env = {
      ...process.env,
      LD_LIBRARY_PATH: SOFTWARE_CARD_FOLDER,
      VK_ICD_FILENAMES: join(SOFTWARE_CARD_FOLDER, "driver.json"),
    };
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", code], { env });
    assert.match(stdout, /^SoftwareCard: prover\.device is "gpu", and .*SwiftShader.* is software on the processor; /);
  });

  it("is a card that was measured to be faster, once for all threads", () => {
    const { choice, measured } = choiceOf("auto");
    assert.deepEqual(choice.report(), {
      on: "wasm",
      state: "found",
      card: CARD,
      why: "a card is measured before its first proof",
    });
    assert.deepEqual(toldOf(choice), { isForced: false, isMeasured: false, memory: 2 ** 30 });
    assert.equal(defaultIdleTimeoutMs(choice), 60_000);
    measured(2.5);
    measured(0.1);
    const why = "a card makes a proof 2.5 times as fast as WebAssembly";
    assert.deepEqual(choice.report(), { on: "gpu", state: "used", card: CARD, gain: 2.5, why });
    assert.deepEqual(toldOf(choice), { isForced: false, isMeasured: true, memory: 2 ** 30 });
  });

  it("excludes a card that is hardly faster, unless a card is required", () => {
    const { choice, measured } = choiceOf("auto");
    measured(1.29);
    assert.equal(choice.report().state, "slower");
    assert.equal(choice.report().why, "a card makes a proof 1.3 times as fast as WebAssembly, and is asked from 1.3 on");
    assert.equal(choice.setup(), undefined);
    const forced = choiceOf("gpu");
    forced.measured(0.5);
    const why = 'prover.device is "gpu"; a card makes a proof 0.5 times as fast as WebAssembly';
    assert.deepEqual(forced.choice.report(), { on: "gpu", state: "used", card: CARD, gain: 0.5, why });
  });

  it("is WebAssembly again after one wrong proof, or after two losses of the card", () => {
    const wrong = choiceOf("auto");
    wrong.measured(3);
    wrong.fault("wrong");
    assert.deepEqual([wrong.choice.report().on, wrong.choice.report().state], ["wasm", "wrong"]);
    assert.equal(wrong.choice.report().why, "a proof of a card does not hold: it is wrong");
    assert.equal(wrong.choice.setup(), undefined);
    const lost = choiceOf("gpu");
    lost.measured(3);
    lost.fault("lost");
    assert.equal(
      lost.choice.report().why,
      "a card makes a proof 3.0 times as fast as WebAssembly; it failed last because it is lost",
    );
    assert.notEqual(lost.choice.setup(), undefined, "it may have been asleep");
    lost.fault("failed");
    assert.deepEqual([lost.choice.report().state, lost.choice.setup()], ["lost", undefined]);
  });

  it("is left by all threads that have it once it is given up, each behind the proof that it makes", () => {
    const choice = new DeviceChoice({ device: "auto" }, { state: "found", card: CARD });
    const told: string[] = [];
    const started = (name: string): EventEmitter => {
      const thread = Object.assign(new EventEmitter(), {
        postMessage: (message: unknown) => void told.push(`${name}: ${(message as { readonly type: string }).type}`),
        unref: () => undefined,
        terminate: async () => 0,
      });
      choice.start((setup) => {
        Atomics.store(new Int32Array(setup?.life ?? assert.fail("there is no card")), 0, CARD_LIFE.open);
        return thread;
      });
      return thread;
    };
    const [first, second, third] = [started("first"), started("second"), started("third")];
    third.emit("exit", 0);
    const fault = (kind: "lost" | "wrong") =>
      first.emit("message", {
        type: "card",
        news: { kind: "fault", fault: { kind, reason: `it is ${kind}` } },
      } satisfies CardNews);
    fault("lost");
    assert.deepEqual(told, []);
    fault("wrong");
    assert.deepEqual(told, ["first: leave-card", "second: leave-card"]);
    for (const thread of [first, second]) thread.emit("exit", 0);
  });

  it("is ended with its thread only once the card has answered: Dawn would end the process with it", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const choice = new DeviceChoice({ device: "auto" }, { state: "found", card: CARD });
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const events: unknown[] = [];
    const asThread = Object.assign(new EventEmitter(), {
      postMessage: (message: unknown) => void events.push(message),
      unref: () => void events.push("unref"),
      terminate: async () => {
        events.push("terminate");
        resolve(undefined);
      },
    });
    let life = new Int32Array(new SharedArrayBuffer(0));
    choice.start((setup) => {
      life = new Int32Array(setup?.life ?? assert.fail("there is no card"));
      return asThread;
    });
    Atomics.store(life, 0, CARD_LIFE.open);
    const waiting = choice.end(asThread);
    t.mock.timers.tick(10_000);
    await waiting;
    assert.deepEqual(events, [{ type: "end-card" }, "unref"]);
    Atomics.store(life, 0, CARD_LIFE.ended);
    Atomics.notify(life, 0);
    await ended;
    assert.deepEqual(events.at(-1), "terminate");
    asThread.emit("exit", 1);
  });

  it("is the card still after any number of proofs that were too large for it", () => {
    const { choice, measured, fault, thread } = choiceOf("auto");
    measured(3);
    for (let i = 0; i < 5; i++) fault("too-large");
    thread.emit("message", { type: "done", id: 1 });
    assert.equal(choice.report().state, "used");
    assert.match(choice.report().why, /; it failed last because it is too-large$/);
  });
});
