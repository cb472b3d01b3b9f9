import type { BooksStanding } from "../../relayer/books-standing.ts";
import type { Relayer } from "../../relayer/relayer.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import type { MessagesToL1View } from "../view/books/messages-to-l1.ts";

/** Follower of the messages between a set of chains, and to L1. */
export interface Following {
  readonly relayer: Relayer;
  /** View of the layer on which a chain settles. */
  readonly viewOf: (chainId: bigint) => L1View;
  readonly toL1: MessagesToL1View;
  close(): void;
}

interface LiveRelayerDependencies {
  /** Begins with the chains that there are now. */
  readonly open: () => Following;
  /** Tells when there are others. */
  readonly onChange: (changed: () => void) => () => void;
}

/** A relayer between the current chains: when chains join or leave it starts over, and reads everything again. */
export interface LiveRelayer {
  readonly relayer: Relayer;
  readonly viewOf: Following["viewOf"];
  readonly toL1: MessagesToL1View;
  close(): void;
}

/** A follower with its pending operations. */
interface Used {
  readonly following: Following;
  readonly looks: Set<Promise<unknown>>;
}

export function createLiveRelayer({ open, onChange }: LiveRelayerDependencies): LiveRelayer {
  const begin = (): Used => ({ following: open(), looks: new Set() });
  let current = begin();
  let isOutdated = false;
  /** Number of earlier followers. */
  let erasBefore = 0;
  const stopListening = onChange(() => (isOutdated = true));
  /** Resolves when earlier followers send nothing further, because one account has one sender. */
  let lastSent: Promise<unknown> = Promise.resolve();

  /** Follower of the current chains. Pending operations of earlier ones are not interrupted. */
  function now(): Used {
    if (!isOutdated) return current;
    isOutdated = false;
    const { following, looks } = current;
    erasBefore += following.relayer.standing().era + 1;
    const ended = following.relayer.end();
    lastSent = Promise.all([lastSent, ended]);
    void Promise.allSettled([ended, ...looks]).then(() => following.close());
    current = begin();
    return current;
  }

  function use(look: (relayer: Relayer) => Promise<void>): Promise<void> {
    const { following, looks } = now();
    const looking = look(following.relayer).finally(() => looks.delete(looking));
    looks.add(looking);
    return looking;
  }

  /** After all that those before still send. */
  async function send(look: (relayer: Relayer) => Promise<void>): Promise<void> {
    now();
    await lastSent;
    await use(look);
  }

  return {
    relayer: {
      poll: () => send((relayer) => relayer.poll()),
      advance: () => send((relayer) => relayer.advance()),
      observe: (withinMs) => use((relayer) => relayer.observe(withinMs)),
      observeFirst: (withinMs) => use((relayer) => relayer.observeFirst(withinMs)),
      standing: () => after(erasBefore, current.following.relayer.standing()),
      journeys: () => current.following.relayer.journeys(),
      openJourneys: () => current.following.relayer.openJourneys(),
      arrived: () => current.following.relayer.arrived(),
      failed: () => current.following.relayer.failed(),
      journey: (sourceChainId, messageHash) => current.following.relayer.journey(sourceChainId, messageHash),
      accountOn: (chainId) => current.following.relayer.accountOn(chainId),
      end: () => current.following.relayer.end(),
      get l1View() {
        return current.following.relayer.l1View;
      },
    },
    viewOf: (chainId) => current.following.viewOf(chainId),
    toL1: {
      all: () => current.following.toL1.all(),
      open: () => current.following.toL1.open(),
      get ended() {
        return current.following.toL1.ended;
      },
    },
    close() {
      stopListening();
      void current.following.relayer.end();
      current.following.close();
    },
  };
}

function after(erasBefore: number, { ageMs, failure, era }: BooksStanding): BooksStanding {
  return { ageMs, failure, era: erasBefore + era };
}
