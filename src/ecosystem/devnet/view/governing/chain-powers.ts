import { type ChainPowers, readPowers } from "../../../client/governing/powers.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";

/** Something that is announced of a chain. */
interface AnnouncedChangeInfo {
  /** The version that it takes, or which of its terms change. */
  readonly version?: number;
  readonly terms?: readonly string[];
  /** Seconds of the layer's time from which it counts. */
  readonly effectiveAt: number;
  /** The last second in which an account that asks for its withdrawal by the queue is out before; it may be past. */
  readonly lastToLeave: number;
}

/** Answer of `hyperchain_changes`: which accounts can change what of a chain, and until when others can leave. */
export interface ChainPowersInfo {
  readonly name: string;
  readonly chainId: number;
  /** Schedules versions and terms. */
  readonly admin: Hex;
  /** Seconds from an announcement to its effect, and those of them that are left to decide in. */
  readonly noticeSeconds: number;
  readonly reactionSeconds: number;
  /** Whether a version that is retired, frozen or halted stops it. */
  readonly isGoverned: boolean;
  /** Whether its admin, with governance and council, can move it at once from a halted version to its replacement. */
  readonly takesReplacements: boolean;
  /** Offers and retires versions. */
  readonly governance: Hex;
  readonly retirementNoticeSeconds: number;
  /** Freezes versions, for a limited number of seconds in all; absent without a council. */
  readonly council?: Hex;
  readonly freezeSeconds?: number;
  readonly announced: readonly AnnouncedChangeInfo[];
  /** From when on its present version stops it, unless it has another by then; absent where nothing is announced. */
  readonly stopsAt?: number;
  /** Seconds of the layer's newest block. */
  readonly now: number;
}

/** Powers over the chain in the current state of its settlement layer. Rejects with its provider's error. */
export async function chainPowers({ name, base, pipeline }: DevnetChain): Promise<ChainPowersInfo> {
  return inNumbers(name, await readPowers(pipeline.created.hyperchain, base.provider));
}

function inNumbers(name: string, { announced, council, stopsAt, ...known }: ChainPowers): ChainPowersInfo {
  return {
    name,
    chainId: Number(known.chainId),
    admin: known.admin,
    noticeSeconds: Number(known.noticeSeconds),
    reactionSeconds: Number(known.reactionSeconds),
    isGoverned: known.isGoverned,
    takesReplacements: known.takesReplacements,
    governance: known.governance,
    retirementNoticeSeconds: Number(known.retirementNoticeSeconds),
    ...(council === undefined ? {} : { council, freezeSeconds: Number(known.freezeSeconds) }),
    announced: announced.map(({ what, effectiveAt, lastToLeave }) => ({
      ...("version" in what ? { version: Number(what.version) } : { terms: what.terms }),
      effectiveAt: Number(effectiveAt),
      lastToLeave: Number(lastToLeave),
    })),
    ...(stopsAt === undefined ? {} : { stopsAt: Number(stopsAt) }),
    now: Number(known.now),
  };
}
