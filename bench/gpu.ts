import { createRandomBatch } from "../src/tool/demo/random-batch.ts";
import { calibrate, type Calibration } from "../src/proofs/devices/calibrate.ts";
import { calibrationInput, calibrationSystem } from "../src/proofs/devices/calibration-system.ts";
import { absenceReason } from "../src/proofs/devices/device-report.ts";
import { installedGpu, isWebgpuInstalled, mayHaveCard, softwareGpuOf } from "../src/proofs/devices/installed-gpu.ts";
import { ProvingBackends } from "../src/proofs/devices/proving-backends.ts";
import type { Backend, CommitRequest } from "../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../src/proofs/kernels/wasm/backend.ts";
import { createWebgpuBackend, type WebgpuBackend } from "../src/proofs/kernels/webgpu/backend.ts";
import type { Gpu } from "../src/proofs/kernels/webgpu/card/gpu.ts";
import { openDevice } from "../src/proofs/kernels/webgpu/open-device.ts";
import { proveJob } from "../src/proofs/prover/prove-job.ts";
import { prove } from "../src/proofs/stark/proofs/prove.ts";
import { columns as columnsOf } from "./kernel-cases/random-columns.ts";

interface GpuBench {
  readonly json: boolean;
  readonly samples: number;
  /** log2 of the rows of kernels and of the proof that is shaped like a chunk. */
  readonly logRows: number;
  /** A card in software, for tests: it shows that results agree, and nothing about speed. */
  readonly software: boolean;
}

interface Timed {
  readonly ms: number;
  readonly result: string;
}

/** Milliseconds of each, median. */
interface BackendFigures {
  readonly workers: number;
  readonly kernels: Readonly<Record<string, number>>;
  readonly proofs: Readonly<Record<string, number>>;
}

interface OpenCard {
  readonly adapter: string;
  readonly backend: WebgpuBackend;
  readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
  /** Until all kernels were compiled. */
  readonly startMs: number;
}

const COLUMNS = 32;

/** Kernels and whole proofs on WebAssembly and on the machine's graphics card, results compared: one line. */
export async function benchGpu(options: GpuBench): Promise<void> {
  const wasm = await createWasmBackend();
  const opened = await openCard(options.software);
  const card = typeof opened === "string" ? undefined : opened;
  const results = new Map<string, Set<string>>();
  const figures = async (backend: Backend): Promise<BackendFigures> => ({
    workers: backend.workers,
    kernels: await timeAll(kernelCases(backend, options.logRows), options.samples, results),
    proofs: await timeAll(proofCases(backend, wasm, options), options.samples, results),
  });
  let calibration: Calibration | undefined;
  if (card !== undefined) calibration = await calibrate({ processor: wasm, device: card.backend }, now, options.logRows);
  const backends = { wasm: await figures(wasm), ...(card === undefined ? {} : { webgpu: await figures(card.backend) }) };
  const line = {
    adapter: card?.adapter ?? null,
    agrees: card === undefined ? null : [...results.values()].every((of) => of.size === 1),
    ...(typeof opened === "string" ? { why: opened } : {}),
    ...(calibration === undefined ? {} : { calibration: rounded(calibration) }),
    ...(card === undefined ? {} : { limits: card.limits, startMs: Math.round(card.startMs) }),
    rows: 2 ** options.logRows,
    backends,
  };
  await card?.backend.close();
  await wasm.close();
  console.log(options.json ? JSON.stringify(line) : text(line));
  if (line.agrees === false) process.exitCode = 1;
}

const now = (): number => performance.now();

/** The machine's card with its kernels compiled, or why it has none, as text. */
export async function openCard(software: boolean): Promise<OpenCard | string> {
  if (!software && !isWebgpuInstalled()) return absenceReason({ state: "not-installed" });
  if (!software && !mayHaveCard()) return absenceReason({ state: "absent" });
  const gpu: Gpu = software
    ? softwareGpuOf(new URL("../test/kernels/support/swiftshader.ts", import.meta.url).href)
    : await installedGpu();
  const opened = await openDevice(gpu, software ? "allowed" : "refused");
  if (opened.state !== "open") return absenceReason({ state: opened.state, card: opened.name });
  const began = now();
  const backend = createWebgpuBackend({ device: opened.device, now });
  await backend.compileKernels(5);
  const { maxBufferSize, maxStorageBufferBindingSize } = opened.device.limits;
  return { adapter: opened.name, backend, limits: { maxBufferSize, maxStorageBufferBindingSize }, startMs: now() - began };
}

type Cases = Readonly<Record<string, () => Promise<Timed>>>;

function kernelCases(backend: Backend, logRows: number): Cases {
  const columns = columnsOf(COLUMNS, logRows);
  const point = [3, 1, 4, 1, 5];
  const onUploaded = async (work: (uploaded: Awaited<ReturnType<Backend["upload"]>>) => Promise<unknown>): Promise<Timed> => {
    const uploaded = await backend.upload(columns, logRows);
    const timed = await clocked(() => work(uploaded));
    backend.release(uploaded);
    return timed;
  };
  const committed = (hash: CommitRequest["hash"], encoding: CommitRequest["encoding"]) => () =>
    onUploaded(async (block) => {
      const made = await backend.commit({ blocks: [block], logBlowup: 1, shift: 3, hash, rowsPerLeaf: 1, encoding });
      backend.release(made);
      return [...made.root];
    });
  return {
    interpolate: () =>
      onUploaded(async (uploaded) => {
        const coefficients = await backend.interpolate(uploaded);
        const values = await backend.evaluateAt(coefficients, point);
        backend.release(coefficients);
        return values;
      }),
    commitKeccak: committed({ kind: "keccak", digestBytes: 26 }, "base31"),
    commitPoseidon: committed({ kind: "poseidon" }, "elements"),
    grindKeccak: () => clocked(async () => String(await backend.grind("keccak", new Uint8Array(32).fill(7), 14))),
  };
}

/** The proof of a batch's changes is for real cards: one in software searches for its nonce for minutes. */
function proofCases(backend: Backend, processor: Backend, { logRows, software }: GpuBench): Cases {
  const system = calibrationSystem();
  const input = calibrationInput(logRows);
  const { job } = createRandomBatch({ leafCount: 100_000, writeCount: 128, seed: 1 });
  const backends = backend === processor ? new ProvingBackends(processor) : new ProvingBackends(processor, backend);
  return {
    chunkLike: () => clocked(async () => Buffer.from(await prove(system, input, backend)).toString("base64")),
    ...(software
      ? {}
      : { batch: () => clocked(async () => Buffer.from((await proveJob(job, backends)).proof).toString("base64")) }),
  };
}

async function clocked(work: () => Promise<unknown>): Promise<Timed> {
  const began = now();
  const result = JSON.stringify(await work());
  return { ms: now() - began, result };
}

/** The median of each, after one that warms up; what each gives is collected by its name. */
async function timeAll(cases: Cases, samples: number, results: Map<string, Set<string>>): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const [name, run] of Object.entries(cases)) {
    const seen = results.get(name) ?? new Set<string>();
    results.set(name, seen);
    const times: number[] = [];
    for (let i = 0; i <= samples; i++) {
      const { ms, result } = await run();
      seen.add(result);
      if (i > 0) times.push(ms);
    }
    times.sort((a, b) => a - b);
    figures[name] = Math.round(10 * (times[times.length >> 1] ?? 0)) / 10;
  }
  return figures;
}

function rounded({ processorMs, deviceMs, gain }: Calibration): Calibration {
  const to = (x: number): number => Math.round(100 * x) / 100;
  return { processorMs: to(processorMs), deviceMs: to(deviceMs), gain: to(gain) };
}

function text(line: {
  readonly adapter: string | null;
  readonly why?: string;
  readonly agrees: boolean | null;
  readonly backends: Readonly<Record<string, BackendFigures>>;
}): string {
  const figures = Object.entries(line.backends).flatMap(([name, { kernels, proofs }]) =>
    Object.entries({ ...kernels, ...proofs }).map(
      ([what, ms]) => `${name.padEnd(8)}${what.padEnd(18)}${ms.toFixed(1).padStart(10)} ms`,
    ),
  );
  const head =
    line.adapter === null ? `no card: ${line.why}` : `${line.adapter}; results ${line.agrees === true ? "agree" : "DIFFER"}`;
  return [head, ...figures].join("\n");
}
