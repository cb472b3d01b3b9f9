import { Coverage } from "./coverage.ts";
import { Episode, type Step } from "./episode.ts";
import { Codec } from "./support/codec.ts";
import { deployScene, type Scene } from "./support/scene.ts";

/** Maximum number of replays in a search for a shorter trace. */
const MOST_REPLAYS = 60;

/** Runs these steps from the beginning of an episode. Returns what went wrong. */
async function replayIn(scene: Scene, steps: readonly Step[]): Promise<Error | undefined> {
  const snapshot = await scene.l1.request("evm_snapshot");
  try {
    const episode = new Episode(scene, new Coverage(scene.codec), { auditInterval: 1 });
    await episode.begin();
    for (const step of steps) await episode.run(step);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await scene.l1.request("evm_revert", snapshot);
  }
}

/** Runs a trace. Returns what went wrong, if anything did. */
export async function replay(steps: readonly Step[]): Promise<Error | undefined> {
  const scene = await deployScene(await Codec.load());
  try {
    return await replayIn(scene, steps);
  } finally {
    await scene.l1.close();
  }
}

/**
 * Removes steps while a failure of the same kind occurs. Each step has a separate seed, so that the remaining steps choose
 * as before if the situation allows it.
 */
export async function shrink(steps: readonly Step[], kind: string): Promise<readonly Step[]> {
  const scene = await deployScene(await Codec.load());
  try {
    let shortest = steps;
    let replays = 0;
    for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < shortest.length && replays < MOST_REPLAYS; replays++) {
        const candidate = [...shortest.slice(0, from), ...shortest.slice(from + size)];
        const failure = await replayIn(scene, candidate);
        if (failure?.name === kind) shortest = candidate;
        else from += size;
      }
    }
    return shortest;
  } finally {
    await scene.l1.close();
  }
}
