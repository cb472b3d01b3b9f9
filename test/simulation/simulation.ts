import { ACTIONS } from "./actions/all.ts";
import type { Action } from "./actions/action.ts";
import { Coverage, STEPS_PER_TARGET, targetOf } from "./coverage.ts";
import { Episode } from "./episode.ts";
import type { Step } from "./episode.ts";
import { Choices } from "./support/random.ts";
import { deployScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

/** Steps after which everything begins anew. */
export const EPISODE_STEPS = 500;
/** How each episode begins. */
const OPENING = [
  ...Array.from({ length: 3 }, () => "add a version"),
  ...Array.from({ length: 7 }, () => "announce a chain"),
  ...Array.from({ length: 6 }, () => "create a chain"),
];
/** How many candidates are looked at for a step. */
const LOOKS = 16;
/** Reached a little more often than needed, so that the end of a run is not spent on what is left. */
const MARGIN = 1.3;

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
export async function simulate({ seed, steps, report }: SimulationOptions): Promise<Coverage> {
  const scene = await deployScene();
  try {
    const coverage = new Coverage(scene.codec);
    for (let done = 0; done < steps; done += EPISODE_STEPS) {
      const count = Math.min(EPISODE_STEPS, steps - done);
      await runEpisode(scene, coverage, { seed: seed * 1_000_003 + done, done, count });
      report?.(`${done + count} steps`);
    }
    return coverage;
  } finally {
    await scene.l1.close();
  }
}

async function runEpisode(scene: Scene, coverage: Coverage, { seed, done, count }: { seed: number; done: number; count: number }): Promise<void> {
  const snapshot = await scene.l1.request("evm_snapshot");
  const episode = new Episode(scene, coverage);
  await episode.begin();
  const taken: Step[] = [];
  const random = new Choices(seed);
  for (let i = 0; i < count; i++) {
    const step = chooseStep(coverage, random, done + i, OPENING[i]);
    taken.push(step);
    try {
      await episode.run(step);
    } catch (error) {
      throw new SimulationFailure(taken, error);
    }
  }
  await scene.l1.request("evm_revert", snapshot);
}

function chooseStep(coverage: Coverage, random: Choices, done: number, opening: string | undefined): Step {
  const seed = random.index(2 ** 48);
  if (opening !== undefined) return { seed, probes: [], acts: [opening] };
  const wanted = wantedActions(coverage, random, done).slice(0, LOOKS);
  return { seed, probes: wanted, acts: [...(random.oneIn(4) ? wanted : []), usual(random), usual(random)] };
}

/** Actions whose aims were reached too rarely so far, those first that are needed most. */
function wantedActions(coverage: Coverage, random: Choices, done: number): string[] {
  const due = (MARGIN * (done + 200)) / STEPS_PER_TARGET;
  const need = ({ aims }: Action): number => Math.max(0, ...aims.map((aim) => due * targetOf(aim) - coverage.count(aim)));
  return [...ACTIONS]
    .map(([name, action]) => ({ name, need: need(action) * (0.1 + coverage.successOf(name)) * (1 + random.index(100) / 100) }))
    .filter((candidate) => candidate.need > 0)
    .sort((a, b) => b.need - a.need)
    .map(({ name }) => name);
}

const WEIGHT_UNITS = 100;
const USUAL = [...ACTIONS].flatMap(([name, { weight }]) => Array.from({ length: Math.round(weight * WEIGHT_UNITS) }, () => name));

function usual(random: Choices): string {
  return random.pick(USUAL)!;
}
