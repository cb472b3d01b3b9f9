import { availableParallelism } from "node:os";

import { backendCases } from "./kernel-cases/backend-operations.ts";
import { singleThreadCases } from "./kernel-cases/single-thread.ts";
import { tableFillingCases } from "./kernel-cases/table-filling.ts";

/** Speed of one side, in units per second. */
interface Speed {
  readonly median: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly samples: number;
}

const SAMPLES = 12;
/** Runs are repeated within a sample until it lasts this long, so that the clock and the scheduler do not show. */
const SAMPLE_MS = 5;
/** Runs before the first sample last at least so long: engines compile hot code in the background. */
const WARM_UP_MS = 100;
/** A side that is too slow for all samples within this time gets at least three. */
const LIMIT_MS = 1500;

/**
 * Runs every kernel and its reference on the same input and compares the outputs. Prints one line or one JSON object per
 * kernel. Throws Error when outputs differ.
 */
export async function benchKernels({ json }: { readonly json: boolean }): Promise<void> {
  const machine = { runtime: `node ${process.version}`, cores: availableParallelism() };
  for (const cases of [singleThreadCases, tableFillingCases, backendCases]) {
    for await (const entry of cases()) {
      const { kernel, size, unit, count } = entry;
      assertEqual(kernel, await entry.wasm(), await entry.reference());
      const wasm = await measure(count, entry.wasm);
      const reference = await measure(count, entry.reference);
      await entry.close?.();
      const ratio = round(wasm.median / reference.median);
      if (json) console.log(JSON.stringify({ kernel, size, unit, wasm, reference, ratio, equal: true, ...machine }));
      else console.log(describe(kernel, size, unit, wasm, reference, ratio));
    }
  }
}

async function measure(count: number, run: () => Promise<unknown>): Promise<Speed> {
  const begin = performance.now();
  let runs = 0;
  while (runs < 2 || performance.now() - begin < WARM_UP_MS) {
    await run();
    runs++;
  }
  const repetitions = Math.ceil((SAMPLE_MS * runs) / (performance.now() - begin));
  const speeds: number[] = [];
  const limit = performance.now() + LIMIT_MS;
  while (speeds.length < SAMPLES && (speeds.length < 3 || performance.now() < limit)) {
    const start = performance.now();
    for (let i = 0; i < repetitions; i++) await run();
    speeds.push((repetitions * count * 1000) / (performance.now() - start));
  }
  speeds.sort((a, b) => a - b);
  const at = (i: number): number => round(speeds[i] ?? Number.NaN);
  return { median: at(speeds.length >> 1), slowest: at(0), fastest: at(speeds.length - 1), samples: speeds.length };
}

/** Three significant digits. */
function round(x: number): number {
  return Number(x.toPrecision(3));
}

function assertEqual(kernel: string, a: unknown, b: unknown): void {
  if (fingerprint(a) !== fingerprint(b)) throw new Error(`${kernel}: the fast kernel and the reference disagree`);
}

/** Typed arrays and numbers in readable form; nested arrays keep their shape. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, x: unknown) => {
    if (typeof x === "bigint") return x.toString();
    return ArrayBuffer.isView(x) ? Array.from(x as Uint8Array) : x;
  });
}

function describe(kernel: string, size: string, unit: string, wasm: Speed, reference: Speed, ratio: number): string {
  const millions = (x: number): string => (x / 1e6).toPrecision(3);
  const spread = `${millions(wasm.slowest)}–${millions(wasm.fastest)}`;
  return (
    `${kernel.padEnd(22)} ${size.padEnd(34)} wasm ${millions(wasm.median).padStart(8)} M ${unit}/s (${spread}), ` +
    `reference ${millions(reference.median)} M, ${ratio}x`
  );
}
