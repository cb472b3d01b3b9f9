import type { L2Chain } from "../l2/l2-chain.ts";
import { deadlineOf, patienceForRevert } from "../model/batches.ts";
import { batchDigest } from "../model/quorum.ts";
import type { Chain } from "../model/world.ts";
import { type Key, signAll } from "../support/keys.ts";
import { ALWAYS, commitIntent, formEmpty, hasRoom, revertIntent } from "./batches.ts";
import { operated, type Action, type Intent, type Situation } from "./action.ts";

/** Keys of the current standby, as many as must sign. */
function standbyKeys({ scene, now }: Situation, { chain }: L2Chain): Key[] {
  const { standby, standbyThreshold } = chain.termsAt(now);
  return scene.keys.filter(({ address }) => standby.includes(address)).slice(0, Number(standbyThreshold));
}

/** Whether a batch that the standby signs is its word alone. */
function isAlone({ now }: Situation, { chain }: L2Chain): boolean {
  const { standbyThreshold, standby, threshold, validators } = chain.termsAt(now);
  const signers = standby.slice(0, Number(standbyThreshold));
  return signers.length > 0 && (BigInt(signers.length) < threshold || !signers.every((signer) => validators.includes(signer)));
}

const isOverdue = (chain: Chain, head: bigint, patience: bigint, now: bigint): boolean =>
  head < chain.operationsQueued.value && deadlineOf(chain, head) + patience <= now;
const mayCommit = ({ chain }: L2Chain, now: bigint): boolean =>
  isOverdue(chain, chain.last.priorityOpTotal, chain.configuration.priorityOpWindow, now);
const mayRevert = ({ chain }: L2Chain, now: bigint): boolean =>
  isOverdue(chain, chain.operationsExecuted.value, patienceForRevert(chain), now);

function commitWhere(situation: Situation, holds: (l2: L2Chain, now: bigint) => boolean): Intent | undefined {
  const { world, random, now } = situation;
  const l2 = random.pick(operated(situation).filter((l2) => hasRoom(l2) && isAlone(situation, l2) && holds(l2, now)));
  if (l2 === undefined) return undefined;
  const formed = formEmpty(situation, l2);
  situation.remember(formed);
  const { previous, batch } = formed;
  const digest = batchDigest(world, l2.chain, batch.commitment, l2.chain.committed.value, ALWAYS);
  return commitIntent(l2, { previous, batch, signatures: signAll(digest, standbyKeys(situation, l2)) });
}

function revertWhere(situation: Situation, holds: (l2: L2Chain, now: bigint) => boolean, proven: boolean): Intent | undefined {
  const { random, now } = situation;
  const numbers = ({ chain, pending }: L2Chain): bigint[] =>
    pending.map(({ stored }) => stored.batchNumber).filter((number) => number < chain.verified.value === proven);
  const l2 = random.pick(operated(situation).filter((l2) => isAlone(situation, l2) && numbers(l2).length > 0 && holds(l2, now)));
  const number = l2 === undefined ? undefined : random.pick(numbers(l2));
  return l2 === undefined || number === undefined ? undefined : revertIntent(situation, l2, number, standbyKeys(situation, l2));
}

const notYet = (holds: (l2: L2Chain, now: bigint) => boolean) => (l2: L2Chain, now: bigint) => !holds(l2, now);
const TOO_EARLY = "ChainContract.StandbyTooEarly";

/** Actions of a standby whose significant signatures are honest. */
export const standbyActions: readonly Action[] = [
  { name: "commit by the standby", aims: [], weight: 2, make: (s) => commitWhere(s, mayCommit) },
  { name: "revert by the standby", aims: [], weight: 0.2, make: (s) => revertWhere(s, mayRevert, false) },
  { name: "commit by the standby", aims: [TOO_EARLY], weight: 0, make: (s) => commitWhere(s, notYet(mayCommit)) },
  { name: "revert by the standby", aims: [TOO_EARLY], weight: 0, make: (s) => revertWhere(s, notYet(mayRevert), false) },
  {
    name: "revert by the standby of what is proven",
    aims: ["ChainContract.RevertOfProven"],
    weight: 0,
    make: (s) => revertWhere(s, () => true, true),
  },
];
