// One part of a long run, in a separate process: seed and steps are its arguments, and it sends its result (parts.ts).
import { targetOf } from "./coverage.ts";
import type { PartEnd, PartMessage } from "./parts.ts";
import { simulate, SimulationFailure } from "./simulation.ts";

const [seed, steps] = process.argv.slice(2).map(Number) as [number, number];
const send = (message: PartMessage): void => void process.send!(message);

async function run(): Promise<Omit<PartEnd, "seed" | "steps" | "seconds">> {
  try {
    const { coverage, done } = await simulate({ seed, steps, report: (progress) => send({ progress }) });
    return { done, least: coverage.least(), missing: coverage.missing(targetOf(steps)) };
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    const name = error.cause instanceof Error ? error.cause.name : "";
    const failure = { name, message: error.message, steps: error.steps };
    return { done: 0, least: { label: "", count: 0 }, missing: [], failure };
  }
}

const since = performance.now();
const end = await run();
send({ end: { seed, steps, ...end, seconds: (performance.now() - since) / 1_000 } });
process.disconnect();
