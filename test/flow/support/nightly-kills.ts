import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkNothingLost, killAgainAndAgain } from "./kills.ts";

const ECOSYSTEMS = 20;
const KILLS_OF_EACH = 10;

/** Kills busy ecosystems at 200 random moments, some of them while they start. Resolves with whether nothing was lost. */
export async function killAtRandom(seed: number): Promise<boolean> {
  for (let place = 0; place < ECOSYSTEMS; place++) {
    const folder = await mkdtemp(join(tmpdir(), "kills-"));
    try {
      const told = await killAgainAndAgain(folder, seed + place, KILLS_OF_EACH);
      await checkNothingLost(folder, told);
      const { pays, sends, deposits } = told;
      console.log(
        `seed ${seed + place}: ${KILLS_OF_EACH} kills, ${pays.length} payments, ${sends.length} transfers, ${deposits.length} deposits`,
      );
    } catch (error) {
      console.error(`seed ${seed + place}, folder ${folder}:`, error);
      return false;
    }
    await rm(folder, { recursive: true });
  }
  return true;
}
