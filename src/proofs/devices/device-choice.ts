import { Worker } from "node:worker_threads";
import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";
import { CARD_LIFE, type CardNews, type CardSetup, type EndCard, type LeaveCard } from "./card-setup.ts";
import {
  absenceReason,
  deviceReport,
  type DeviceReport,
  DRIVER_LIMIT_MS,
  type DeviceWish,
  type FoundCard,
} from "./device-report.ts";
import { isWebgpuInstalled, mayHaveCard } from "./installed-gpu.ts";
import type { DeviceFault } from "./proving-backends.ts";

/**
 * Maximum wait for a thread to release its card, because a pending compilation of a kernel finishes first.
 */
const END_MS = 10_000;
const IDLE_MS = 10_000;
/** To open a card, and to compile its kernels, takes some seconds. */
const IDLE_WITH_CARD_MS = 60_000;
const MEBIBYTE = 2 ** 20;
const DEFAULT_MEMORY_MIB = 3072;

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./look-thread.ts" : "./look-thread.js", import.meta.url);

/**
 * `prover.device` asks for a graphics card that cannot be used.
 * Remedy: install `webgpu` with a driver, or set `prover.device` to `auto`.
 */
export class ProverDeviceError extends HyperchainError<"NotInstalled" | "NoCard" | "SoftwareCard"> {
  override readonly name = "ProverDeviceError";
}

/** Messages that a worker thread accepts. */
interface ProvingThread {
  on(event: "message" | "exit", listener: (value: unknown) => void): unknown;
  postMessage(message: unknown): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

export interface DeviceOptions {
  readonly device: DeviceWish;
  /** MiB of the card's memory that a proof may take. */
  readonly gpuMemory?: number | undefined;
  /** For tests: a card in software, which counts as one. */
  readonly software?: CardSetup["software"] | undefined;
}

/**
 * Device of a process's provers. It is probed and measured once; reports of proving threads affect those that
 * start later.
 */
export class DeviceChoice {
  readonly #options: DeviceOptions;
  readonly #card: FoundCard | undefined;
  readonly #faults: DeviceFault[] = [];
  /** Threads that have a card, and what they say of it in shared memory. */
  readonly #lives = new Map<ProvingThread, Int32Array<SharedArrayBuffer>>();
  #gain: number | undefined;

  /** `search`: undefined if no card is wished for. */
  constructor(options: DeviceOptions, search: FoundCard | undefined) {
    this.#options = options;
    this.#card = search;
  }

  /** Settings of the card for a new thread; undefined: none. */
  setup(): CardSetup | undefined {
    const { state } = this.report();
    if (state !== "found" && state !== "used") return undefined;
    const { device, gpuMemory = DEFAULT_MEMORY_MIB, software } = this.#options;
    return {
      isForced: device === "gpu",
      isMeasured: this.#gain !== undefined,
      memory: gpuMemory * MEBIBYTE,
      life: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
      ...(software === undefined ? {} : { software }),
    };
  }

  /** Starts a proving thread, hears what it says of the card, and has it give the card back before the process ends. */
  start<Thread extends ProvingThread>(startThread: (card: CardSetup | undefined) => Thread): Thread {
    const card = this.setup();
    const thread = startThread(card);
    if (card === undefined) return thread;
    thread.on("message", (message: unknown) => {
      if (isCardNews(message)) this.#hear(message);
    });
    const life = new Int32Array(card.life);
    this.#lives.set(thread, life);
    const onExit = (): void => {
      if (askForEnd(thread, life)) Atomics.wait(life, 0, CARD_LIFE.open, END_MS);
    };
    process.on("exit", onExit);
    thread.on("exit", () => {
      process.off("exit", onExit);
      this.#lives.delete(thread);
    });
    return thread;
  }

  /**
   * Ends a thread that it has started, without its card first. A thread whose card does not answer continues
   * until it does, or until the process ends: Dawn would end the process with the thread.
   */
  async end(thread: ProvingThread): Promise<void> {
    const life = this.#lives.get(thread);
    if (life !== undefined && askForEnd(thread, life)) {
      const ended = Promise.resolve(Atomics.waitAsync(life, 0, CARD_LIFE.open).value);
      if (!(await isInTime(ended, END_MS))) {
        thread.unref();
        void ended.then(() => thread.terminate());
        return;
      }
    }
    await thread.terminate();
  }

  report(): DeviceReport {
    return deviceReport({ search: this.#card, gain: this.#gain, faults: this.#faults, isForced: this.#options.device === "gpu" });
  }

  #hear({ news }: CardNews): void {
    // Two threads that start together both measure: the first counts.
    if (news.kind === "measured") this.#gain ??= news.gain;
    else this.#faults.push(news.fault);
    if (news.kind === "measured" || this.setup() !== undefined) return;
    // It is given up: threads that have it still ask it for nothing more.
    for (const [thread, life] of this.#lives)
      if (Atomics.load(life, 0) === CARD_LIFE.open) thread.postMessage({ type: "leave-card" } satisfies LeaveCard);
  }
}

/** Time for which an idle prover retains its thread and memory. */
export function defaultIdleTimeoutMs(device: DeviceChoice | undefined): number {
  return device?.setup() === undefined ? IDLE_MS : IDLE_WITH_CARD_MS;
}

/** Whether a thread that has a card was asked to give it back. */
function askForEnd(thread: ProvingThread, life: Int32Array): boolean {
  if (Atomics.load(life, 0) !== CARD_LIFE.open) return false;
  thread.postMessage({ type: "end-card" } satisfies EndCard);
  return true;
}

async function isInTime(done: Promise<unknown>, limitMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), limitMs);
  const isDone = await Promise.race([done.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

/** Looks for a card where one is wished for. Rejects with ProverDeviceError where it must be one, and there is none. */
export async function chooseDevice(options: DeviceOptions): Promise<DeviceChoice> {
  if (options.device === "wasm") return new DeviceChoice(options, undefined);
  const found = await lookForCard(options);
  if (options.device === "gpu" && found.state !== "found") throw refusalOf(found);
  return new DeviceChoice(options, found);
}

async function lookForCard({ device, software }: DeviceOptions): Promise<FoundCard> {
  if (software === undefined && !isWebgpuInstalled()) return { state: "not-installed" };
  if (software === undefined && device === "auto" && !mayHaveCard()) return { state: "absent" };
  const thread = new Worker(threadFile, { workerData: { software: software?.module } });
  const found = new Promise<FoundCard>((resolve) => {
    thread.once("message", resolve);
    thread.once("error", () => resolve({ state: "absent" }));
    thread.once("exit", () => resolve({ state: "absent" }));
  });
  if (!(await isInTime(found, DRIVER_LIMIT_MS))) {
    // The thread continues without keeping the process: Dawn would end the process with it.
    thread.unref();
    return { state: "lost" };
  }
  await thread.terminate();
  return found;
}

function refusalOf(search: FoundCard): ProverDeviceError {
  const code = (
    { "not-installed": "NotInstalled", software: "SoftwareCard", absent: "NoCard", lost: "NoCard", found: "NoCard" } as const
  )[search.state];
  const remedy =
    search.state === "not-installed"
      ? "npm install --save-dev webgpu"
      : "see that the card's driver is installed (Vulkan, Metal or Direct3D 12) and that this process may use it";
  return new ProverDeviceError(
    code,
    `prover.device is "gpu", and ${absenceReason(search)}; ${remedy}, or set it to "auto", which then proves by WebAssembly`,
  );
}

function isCardNews(message: unknown): message is CardNews {
  return typeof message === "object" && message !== null && "type" in message && message.type === "card";
}
