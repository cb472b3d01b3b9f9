import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkNothingLost, killAgainAndAgain } from "./kills.ts";

const ECOSYSTEMS = 20;
const KILLS_OF_EACH = 10;
/** Number of these with chains on a trusted chain, and with chains on a proven one. */
const [ON_CHAIN, ON_PROVEN] = [3, 2];
/** Kills of one further ecosystem, whose batches are proven: some during a proof. */
const KILLS_WITH_PROOFS = 4;

/**
 * Kills busy ecosystems at 200 random moments, some of them while they start, and one with real proofs. Resolves with whether
 * nothing was lost.
 */
export async function killAtRandom(seed: number): Promise<{ readonly isGood: boolean; readonly kills: number }> {
  let done = 0;
  for (let place = 0; place <= ECOSYSTEMS; place++) {
    const proving = place === 0 ? "stark" : "none";
    const layout = place > ECOSYSTEMS - ON_PROVEN ? "onProven" : place > ECOSYSTEMS - ON_PROVEN - ON_CHAIN ? "onChain" : "onL1";
    const kills = place === 0 ? KILLS_WITH_PROOFS : KILLS_OF_EACH;
    const folder = await mkdtemp(join(tmpdir(), "kills-"));
    try {
      const told = await killAgainAndAgain(folder, seed + place, { kills, proving, layout });
      await checkNothingLost(folder, told, { proving, layout });
      done += kills;
      const { pays, sends, deposits } = told;
      console.log(
        `seed ${seed + place}: ${kills} kills with prover ${proving}, chains ${layout}, ${pays.length} payments, ${sends.length} transfers, ${deposits.length} deposits`,
      );
    } catch (error) {
      console.error(`seed ${seed + place}, folder ${folder}:`, error);
      return { isGood: false, kills: done };
    }
    await rm(folder, { recursive: true });
  }
  return { isGood: true, kills: done };
}
