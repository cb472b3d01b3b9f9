import { ACTIONS } from "./actions/all.ts";
import type { Action } from "./actions/action.ts";
import { Coverage, targetOf } from "./coverage.ts";
import { Episode, type Step } from "./episode.ts";
import { Codec } from "./support/codec.ts";
import { Choices } from "./support/random.ts";
import { deployScene, type Scene } from "./support/scene.ts";

/** Steps after which a new episode begins. */
export const EPISODE_STEPS = 500;
/** Number of most needed actions that are candidates for a step's transaction. */
const WANTED_ACTS = 8;
/** Ecosystems that are run at the same time: the model of one works while the L1 of another does. */
const LANES = 2;
/** First steps of each episode. */
export const OPENING = [
  ...Array.from({ length: 4 }, () => "add a version"),
  ...Array.from({ length: 7 }, () => "announce a chain"),
  ...Array.from({ length: 6 }, () => "create a chain"),
  // Some of these expire.
  ...Array.from({ length: 6 }, () => "announce a chain"),
];
/** Transactions between comparisons of the whole state: a wrong state stays wrong, and one look costs as much as ten transactions. */
const AUDIT_INTERVAL = 50;
/** Maximum length of a run as a multiple of the requested one. A run continues until everything was reached often enough. */
const MOST_STEPS = 1.6;
const LEAST_HOPE = 0.02;
/** Steps by which the needed events are ahead of a run. */
const AHEAD = 200;
/** Number of random actions if none is needed; some are impossible. */
const RANDOM_PROBES = 2;
/** Reached a little more often than needed, so that the end of a run is not spent on what is left. */
const MARGIN = 1.1;

/** Steps between lines of progress. */
const STEPS_PER_REPORT = 5_000;

export interface SimulationOptions {
  readonly seed: number;
  readonly steps: number;
  readonly report?: (line: string) => void;
}

/** A failed run: what happened, and the steps that lead there. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";
  readonly steps: readonly Step[];

  constructor(steps: readonly Step[], cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.steps = steps;
  }
}

/** Runs random steps on a real L1 and the model of it. Rejects with SimulationFailure. */
export async function simulate({
  seed,
  steps,
  report,
}: SimulationOptions): Promise<{ readonly coverage: Coverage; readonly done: number }> {
  const codec = await Codec.load();
  const progress = new Progress(report);
  const hits = Math.ceil(targetOf(steps) / LANES);
  const shares = Array.from({ length: LANES }, (_, lane) => Math.floor(steps / LANES) + (lane < steps % LANES ? 1 : 0));
  const runs = shares.map((share, lane) => runLane(codec, { seed: seed * LANES + lane, steps: share, hits }, progress));
  const ends = await Promise.allSettled(runs);
  const total = new Coverage(codec);
  for (const end of ends) {
    if (end.status === "rejected") throw end.reason;
    total.add(end.value);
  }
  return { coverage: total, done: progress.done };
}

/** Progress of all lanes together. */
class Progress {
  /** Set when a lane failed: the others end too. */
  isStopped = false;
  done = 0;
  #since = { done: 0, time: performance.now() };
  readonly #report: SimulationOptions["report"];

  constructor(report: SimulationOptions["report"]) {
    this.#report = report;
  }

  /** Counts steps, and reports the recent speed at intervals. */
  add(count: number): void {
    this.done += count;
    const steps = this.done - this.#since.done;
    if (steps < STEPS_PER_REPORT) return;
    const now = performance.now();
    const rate = (1_000 * steps) / (now - this.#since.time);
    const { heapUsed } = process.memoryUsage();
    this.#report?.(`${this.done} steps, the last ${steps} at ${rate.toFixed(0)} a second, ${Math.round(heapUsed / 2 ** 20)} MiB`);
    this.#since = { done: this.done, time: now };
  }
}

/** Share of a lane: steps, and the number of times that it reaches everything. */
interface Share {
  readonly steps: number;
  readonly hits: number;
}

/** Runs episodes in sequence, on a separate L1. */
async function runLane(codec: Codec, { seed, steps, hits }: Share & { seed: number }, progress: Progress): Promise<Coverage> {
  const coverage = new Coverage(codec);
  const scene = await deployScene(codec);
  try {
    const isLacking = (): boolean => coverage.missing(hits).length > 0;
    for (
      let done = 0;
      !progress.isStopped && (done < steps || (done < MOST_STEPS * steps && isLacking()));
      done += EPISODE_STEPS
    ) {
      const count = done < steps ? Math.min(EPISODE_STEPS, steps - done) : EPISODE_STEPS;
      await runEpisode(scene, coverage, { seed: seed * 1_000_003 + done, done, count, share: { steps, hits } });
      progress.add(count);
    }
    return coverage;
  } catch (error) {
    progress.isStopped = true;
    throw error;
  } finally {
    await scene.l1.close();
  }
}

async function runEpisode(
  scene: Scene,
  coverage: Coverage,
  { seed, done, count, share }: { seed: number; done: number; count: number; share: Share },
): Promise<void> {
  const snapshot = await scene.l1.request("evm_snapshot");
  const episode = new Episode(scene, coverage, { auditInterval: AUDIT_INTERVAL });
  await episode.begin();
  const random = new Choices(seed);
  try {
    for (let i = 0; i < count; i++) await episode.run(chooseStep(coverage, random, dueAfter(share, done + i), OPENING[i]));
    await episode.checkState();
    await episode.close(seed);
  } catch (error) {
    throw new SimulationFailure(episode.trace, error);
  }
  await scene.l1.request("evm_revert", snapshot);
}

/** Count that everything should have reached after this number of the share's steps. */
function dueAfter({ steps, hits }: Share, done: number): number {
  return Math.ceil((hits * MARGIN * (done + AHEAD)) / steps);
}

function chooseStep(coverage: Coverage, random: Choices, due: number, opening: string | undefined): Step {
  const seed = random.index(2 ** 48);
  const wanted = wantedActions(coverage, random, due);
  // If no action is needed, any is tried.
  const probes = wanted.length > 0 ? wanted : Array.from({ length: RANDOM_PROBES }, () => random.pick(NAMES)!);
  if (opening !== undefined) return { seed, probes, acts: [opening] };
  return {
    seed,
    probes,
    acts: [...(random.oneIn(4) ? wanted.slice(0, WANTED_ACTS) : []), usual(random), usual(random), usual(random)],
  };
}

/** Actions whose aims were reached too rarely so far, those first that are needed most. */
function wantedActions(coverage: Coverage, random: Choices, due: number): string[] {
  // What never reaches an aim is tried for it all the same, now and then.
  const isHopeful = (name: string, aim: string): boolean =>
    random.index(1_000) < 1_000 * (LEAST_HOPE + coverage.successOf(name, aim));
  const need = ({ name, aims }: Action): number =>
    Math.max(0, ...aims.map((aim) => due - coverage.count(aim)).filter((lack, i) => lack > 0 && isHopeful(name, aims[i]!)));
  return [...ACTIONS.values()]
    .map((action) => ({ name: action.name, need: need(action) * (1 + random.index(100) / 100) }))
    .filter((candidate) => candidate.need > 0)
    .sort((a, b) => b.need - a.need)
    .map(({ name }) => name);
}

const NAMES = [...ACTIONS.keys()];
const WEIGHT_UNITS = 100;
const USUAL = [...ACTIONS].flatMap(([name, { weight }]) => Array.from({ length: Math.round(weight * WEIGHT_UNITS) }, () => name));

/** Picks an action by its usual frequency. */
export function usual(random: Choices): string {
  return random.pick(USUAL)!;
}
