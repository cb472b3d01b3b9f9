import type { Clock } from "../../../ground/runtime/clock.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { readOfferedBatches } from "../offers/offered-answers.ts";

/** Time between two looks at a member's offers. */
const LOOK_MS = 50;
/** Longest wait for a member's proof: a member whose proof takes longer is in the next block. */
const MAX_WAIT_MS = 60_000;

/** Seals the open batches of chains that run, and waits until each offers all its batches that L1 has not executed. */
export async function sealMembers(members: readonly DevnetChain[], clock: Clock): Promise<void> {
  const running = members.filter(({ runSwitch }) => runSwitch.isRunning);
  await Promise.all(running.map((chain) => chain.runSwitch.whileRunning(() => sealAndOffer(chain, clock))));
}

async function sealAndOffer({ pipeline, answer }: DevnetChain, clock: Clock): Promise<void> {
  if (!pipeline.chain.sequencer.isIdle) await pipeline.seal();
  const newest = BigInt(pipeline.progress().sealed - 1);
  const endMs = clock.nowMs() + MAX_WAIT_MS;
  while (clock.nowMs() < endMs && BigInt(pipeline.progress().executed) <= newest) {
    const offered = readOfferedBatches(await answer("hyperchain_getOfferedBatches", [], undefined));
    if (offered.some(({ batchNumber }) => batchNumber === newest)) return;
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}
