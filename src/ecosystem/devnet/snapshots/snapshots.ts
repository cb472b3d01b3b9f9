import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { snapshotParameter } from "../../../chain/rpc/request/parameters.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { snapshotName } from "./snapshot-names.ts";
import type { EcosystemTime, TimeMark } from "./ecosystem-clock.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import type { Mark } from "../../../chain/core/marks.ts";
import type { RestorableMember } from "../../../chain/node/snapshot-member.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

export interface SnapshotDependencies {
  readonly l1: { request(method: string, params?: readonly unknown[]): Promise<unknown> };
  /** The chains that there are now. */
  readonly members: () => readonly RestorableMember[];
  /** The ecosystem has these chains again, and no others. Default: they are always the same. */
  readonly returnTo?: (members: ReadonlySet<RestorableMember>) => void | Promise<void>;
  /** Layers between a member and L1: it returns after what it settles on, whose state it reads then. Default: none. */
  readonly layerOf?: (member: RestorableMember) => number;
  readonly time: EcosystemTime;
  readonly gate: SharedExclusiveLock;
  /** Runs a return to a mark, so that what is kept beyond this process returns as a whole. Default: nothing is kept. */
  readonly asOneChange?: (restore: () => Promise<void>) => Promise<void>;
}

/** Marks and restores L1 and all chains together. */
export interface Snapshots {
  /**
   * Marks everything, when nothing is pending between the members. Resolves with the mark's id. Rejects with
   * EcosystemBusyError, or with the error that has stopped a chain.
   */
  snapshot(): Promise<Hex>;
  /**
   * Restores a mark: its id, and those of all later marks, can be used once. False for an unknown or used id. Pending
   * transactions to L1 are abandoned; batches that were sealed before the mark are settled again, with the existing
   * proofs. Rejects with EcosystemBusyError, and nothing has changed then, or with EcosystemSnapshotError.
   */
  revert(id: string): Promise<boolean>;
}

interface EcosystemMark {
  readonly l1: unknown;
  readonly members: ReadonlyMap<RestorableMember, Mark>;
  readonly time: TimeMark;
}

/**
 * SnapshotLost: L1 or a chain could not restore a mark, and the members are no longer at one moment. SnapshotEnded: a
 * chain has resealed batches since, and nothing has changed.
 * Remedy: after SnapshotEnded take a new snapshot; after SnapshotLost restart the ecosystem.
 */
export class EcosystemSnapshotError extends HyperchainError<"SnapshotLost" | "SnapshotEnded"> {
  override readonly name = "EcosystemSnapshotError";
}

export function createSnapshots(dependencies: SnapshotDependencies): Snapshots {
  const { l1, members, returnTo, layerOf = () => 0, time, gate, asOneChange } = dependencies;
  const marks = new Map<string, EcosystemMark>();
  let nextId = 1;
  let lastReturn: Promise<unknown> = Promise.resolve();

  async function mark(): Promise<Hex> {
    const marked = async (member: RestorableMember) => [member, await member.snapshot()] as const;
    const [memberMarks, l1Mark] = await Promise.all([Promise.all(members().map(marked)), l1.request("evm_snapshot")]);
    const id: Hex = hexQuantity(nextId++);
    marks.set(id, { l1: l1Mark, members: new Map(memberMarks), time: time.mark() });
    return id;
  }

  /** Ends the mark and all later ones, as everywhere. */
  function use(id: string): EcosystemMark | undefined {
    const used = marks.get(id);
    if (used === undefined) return undefined;
    const ids = [...marks.keys()];
    for (const later of ids.slice(ids.indexOf(id))) marks.delete(later);
    return used;
  }

  async function restore({ l1: l1Mark, members: memberMarks, time: timeMark }: EcosystemMark): Promise<void> {
    if ((await l1.request("evm_revert", [l1Mark])) !== true) {
      throw new EcosystemSnapshotError(
        "SnapshotLost",
        "L1 no longer has its part of the snapshot, because it was reverted separately; start a new ecosystem",
      );
    }
    await time.revert(timeMark);
    await returnTo?.(new Set(memberMarks.keys()));
    const outcomes: PromiseSettledResult<void>[] = [];
    for (const layer of layersOf(memberMarks, layerOf))
      outcomes.push(...(await Promise.allSettled(layer.map(([member, memberMark]) => member.revert(memberMark)))));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined)
      throw new EcosystemSnapshotError("SnapshotLost", `a chain could not return to the snapshot: ${String(failed.reason)}`, {
        cause: failed.reason,
      });
  }

  async function revert(id: string): Promise<boolean> {
    if (!marks.has(id)) return false;
    const now = members();
    await Promise.all(now.map((member) => member.pause()));
    let returning = false;
    try {
      return await gate.alone("a return to a snapshot", async () => {
        requireStanding(id, marks.get(id));
        const used = use(id);
        if (used === undefined) return false;
        returning = true;
        await (asOneChange === undefined ? restore(used) : asOneChange(() => restore(used)));
        return true;
      });
    } finally {
      if (!returning) for (const member of now) member.resume();
    }
  }

  return {
    snapshot: () => gate.alone("a snapshot", mark),
    revert(id) {
      const returned = lastReturn.then(() => revert(id));
      lastReturn = returned.catch(() => undefined);
      return returned;
    },
  };
}

/** The lowest first. */
function layersOf(
  members: EcosystemMark["members"],
  layerOf: (member: RestorableMember) => number,
): (readonly [RestorableMember, Mark])[][] {
  const layers: [RestorableMember, Mark][][] = [];
  for (const entry of members) (layers[layerOf(entry[0])] ??= []).push(entry);
  return layers.filter((layer) => layer !== undefined);
}

/** A return that a chain cannot take part in changes nothing. Throws EcosystemSnapshotError SnapshotEnded. */
function requireStanding(id: string, mark: EcosystemMark | undefined): void {
  if (mark === undefined || [...mark.members].every(([member, memberMark]) => member.canRevert(memberMark))) return;
  throw new EcosystemSnapshotError(
    "SnapshotEnded",
    `snapshot ${id} has ended: a chain has formed the batch again in which it was taken, because L1 refused it or hyperchain:reseal was called; take a new snapshot`,
  );
}

/** The methods by which test tools mark and restore: the same on every member. */
export function snapshotMethods({ snapshot, revert }: Snapshots): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "evm_snapshot",
      async ([named]) => {
        snapshotName(named);
        return snapshot();
      },
    ],
    ["evm_revert", async ([id]) => revert(snapshotParameter(id))],
  ]);
}
