import { OPEN_GATE } from "../../../../chain/rpc/access/reader-gate.ts";
import type { NotedCalls } from "../../../../chain/rpc/request/noted-calls.ts";
import { errorBody, type RpcClient, type RpcMethod } from "../../../../chain/rpc/request/dispatch.ts";
import { RpcCode } from "../../../../chain/rpc/request/json-rpc.ts";
import type { Feed } from "../../../../chain/rpc/transport/feed.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import type { Clock } from "../../../../ground/runtime/clock.ts";
import { printable } from "../../../../ground/runtime/printable.ts";
import { sightOf, type GatedChain, type Sight } from "../books/sight.ts";
import { SnapshotNames } from "../../snapshots/snapshot-names.ts";
import { ACT_KINDS } from "./act-words.ts";

/** Something that a client had the ecosystem do, other than by a transaction; element of what `hyperchain_acts` answers. */
export interface ActInfo {
  /** Says nothing of other acts, of which a reader may be told less. */
  readonly id: string;
  readonly method: string;
  /** The member that it was done to; absent where it was done to all. */
  readonly chainId?: number;
  /** Action as text. Parts of it are a caller's. */
  readonly text: string;
  /** Milliseconds of this machine's clock, of the last time. */
  readonly at: number;
  /** Number of repetitions: equal actions within seconds are one. */
  readonly times: number;
  /** Why it was not done; absent where it was. */
  readonly refused?: string;
}

/** Acts that are kept of a chain, and of all else together: those of one chain must not show by what is missing elsewhere. */
const MOST_KEPT = 100;
/** In all, which counts chains that have left. */
const MOST_IN_ALL = 4_000;
/** Time within which an equal action is a repetition. */
const SAME_MS = 5_000;
/** Maximum number of actions of one method within that time: further ones are counted together, without their arguments. */
const MOST_ALIKE = 16;
/** Characters of a reason. */
const MAX_REASON = 300;
/** Interval of notifications: tests make hundreds a second, and their times must not reveal others' actions. */
const TOLD_MS = 250;

/** Call, before it is an action. */
interface Call {
  readonly method: string;
  readonly chainId: number | undefined;
  readonly text: string;
  readonly refused: string | undefined;
}

/** An act, and the chains that there were: readers of one that has left since are still those that it had. */
interface NotedAct {
  readonly act: ActInfo;
  readonly chains: readonly GatedChain[];
  /** The chain that it was done to; absent of L1 and the ecosystem, of which all may know. */
  readonly place: number | undefined;
}

/** Dependencies of an act book. */
interface ActBookDependencies {
  readonly feed: Pick<Feed, "addAct">;
  readonly clock: Clock;
  /** Current chains. */
  readonly chains: () => readonly GatedChain[];
  /** Id of an action: unique, and unpredictable. */
  readonly newId: () => string;
}

/** The newest acts of an ecosystem, which any client's calls of its members fill: pages', tests' and tasks'. */
export class ActBook {
  readonly #feed: Pick<Feed, "addAct">;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #chains: () => readonly GatedChain[];
  /** The newest last. */
  #noted: readonly NotedAct[] = [];
  readonly #snapshotNames = new SnapshotNames();
  /** Gates of chains with actions that followers have not received. */
  readonly #untold = new Set<GatedChain["gate"]>();
  #telling: (() => void) | undefined;

  constructor({ feed, clock, chains, newId }: ActBookDependencies) {
    this.#feed = feed;
    this.#clock = clock;
    this.#newId = newId;
    this.#chains = chains;
  }

  /** All, the newest last. */
  get acts(): readonly ActInfo[] {
    return this.#noted.map(({ act }) => act);
  }

  /** Actions for a client, the newest last: on chains that it may read, with the errors of others if it may read all. */
  seenBy(client: RpcClient | undefined): readonly ActInfo[] {
    const sights = new Map<readonly GatedChain[], Sight>();
    const seen = this.#noted.flatMap(({ act, chains }) => {
      const sight = sights.get(chains) ?? sightOf(chains, client);
      sights.set(chains, sight);
      if (act.chainId !== undefined) return sight.chain(act.chainId) ? [act] : [];
      const isTold = act.refused === undefined || chains.every(({ chainId }) => sight.chain(Number(chainId)));
      return [isTold ? act : { ...act, text: act.method, refused: TOLD_TO_OTHERS }];
    });
    return seen.slice(-MOST_KEPT);
  }

  /** The methods of a member, which note what they do here. */
  readonly noting: NotedCalls = (methods, chainId) => ({
    get: (name) => {
      const method = methods.get(name);
      if (method === undefined || !ACT_KINDS.has(name)) return method;
      return async (params, client) => {
        const note = (result: unknown, reason?: string): void =>
          this.#note(callOf(name, params, result, { chainId: chainId(), snapshots: this.#snapshotNames }), reason);
        const result = await method(params, client).catch((error: unknown) => {
          if (isTried(error)) note(undefined, reasonOf(error));
          throw error;
        });
        // A missing snapshot is not a failure of the method.
        const isMissing = name === "evm_revert" && result === false;
        note(result, isMissing ? "there is no such snapshot" : undefined);
        return result;
      };
    },
  });

  /** Ends what tells of acts. */
  close(): void {
    this.#telling?.();
  }

  #note(call: Omit<Call, "refused">, reason: string | undefined): void {
    const refused = reason === undefined ? undefined : clipped(printable(reason));
    this.#untold.add(this.#take({ ...call, text: printable(call.text), refused }));
    this.#telling ??= this.#clock.after(TOLD_MS - (this.#clock.nowMs() % TOLD_MS), () => {
      this.#telling = undefined;
      const gates = [...this.#untold];
      this.#untold.clear();
      this.#feed.addAct((client) => gates.some((gate) => gate.mayRead(client)));
    });
  }

  /** Keeps the act; answers the gate of those that may be told. */
  #take(call: Call): GatedChain["gate"] {
    const at = this.#clock.nowMs();
    const { method, chainId, refused } = call;
    const chains = this.#chainsNow();
    const chain = chains.find((each) => Number(each.chainId) === chainId);
    const place = chain && chainId;
    const there = this.#noted.filter((each) => each.place === place);
    const recent = there.map(({ act }) => act).filter((act) => act.method === method && at - act.at < SAME_MS);
    const alike = (text: string): ActInfo | undefined =>
      recent.find((act) => act.text === text && act.refused === refused && act.chainId === chainId);
    const isOneMore = recent.length >= MOST_ALIKE && alike(call.text) === undefined;
    const text = isOneMore ? `${method} with other arguments` : call.text;
    const same = alike(text);
    const act = {
      id: same?.id ?? this.#newId(),
      method,
      text,
      at,
      times: (same?.times ?? 0) + 1,
      ...(chainId === undefined ? {} : { chainId }),
      ...(refused === undefined ? {} : { refused }),
    };
    const gone = same === undefined && there.length >= MOST_KEPT ? there[0]?.act : same;
    this.#noted = [...this.#noted.filter((each) => each.act !== gone), { act, chains, place }].slice(-MOST_IN_ALL);
    return chain?.gate ?? OPEN_GATE;
  }

  /** List of the chains, which actions share while it is unchanged. */
  #chainsNow(): readonly GatedChain[] {
    const now = this.#chains().map(({ chainId, gate }): GatedChain => ({ chainId, gate }));
    const last = this.#noted.at(-1)?.chains ?? [];
    const isSame =
      now.length === last.length && now.every(({ chainId, gate }, i) => last[i]?.chainId === chainId && last[i].gate === gate);
    return isSame ? last : now;
  }
}

function callOf(
  method: string,
  params: readonly unknown[],
  result: unknown,
  { chainId, snapshots }: { readonly chainId: number; readonly snapshots: SnapshotNames },
): Omit<Call, "refused"> {
  const kind = ACT_KINDS.get(method);
  const named = kind?.chainOf?.(params, result);
  const place = kind?.onAll === true ? undefined : chainId;
  if (method === "evm_snapshot" && result !== undefined) snapshots.note(result, params[0]);
  const text = kind?.words(params, result, (id) => snapshots.of(id)) ?? method;
  return { method, chainId: typeof named === "number" ? named : place, text };
}

/** True if the ecosystem has tried it: a request that is malformed, forbidden or beyond a limit is not recorded. */
function isTried(error: unknown): boolean {
  const { code, data } = errorBody(error);
  if (code === RpcCode.invalidParams || code === RpcCode.limitExceeded) return false;
  const reason = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
  return reason !== "SessionRequired" && reason !== "SessionUnknown";
}

function clipped(reason: string): string {
  return reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
}

/** In place of what a caller named that was not there, and of a reason, which can be of a chain that only some may read. */
const TOLD_TO_OTHERS = "clients that may read all chains get the reason";

/** `hyperchain_acts`: the newest actions, the newest last, on chains that the client may read. */
export function actMethods(book: Pick<ActBook, "seenBy">): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([["hyperchain_acts", async (_params, client) => book.seenBy(client)]]);
}
