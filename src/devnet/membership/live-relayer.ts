import type { Relayer } from "../../relayer/relayer.ts";
import type { L1View } from "../../settlement-layer/reader/l1-view.ts";
import type { ClosableRelayer } from "../relaying.ts";
import type { MessagesToL1 } from "../view/messages-to-l1.ts";

/** What follows the messages between a set of chains, and to L1. */
export interface Following {
  readonly relayer: ClosableRelayer;
  /** What is known of the layer on which a chain settles. */
  readonly viewOf: (chainId: bigint) => L1View;
  readonly toL1: MessagesToL1;
  close(): void;
}

export interface LiveRelayerDependencies {
  /** Begins with the chains that there are now. */
  readonly open: () => Following;
  /** Tells when there are others. */
  readonly onChange: (changed: () => void) => () => void;
}

/** A relayer between whichever chains there are: where chains come or go it begins anew, and reads everything again. */
export interface LiveRelayer {
  readonly relayer: Relayer;
  readonly viewOf: Following["viewOf"];
  readonly toL1: MessagesToL1;
  close(): void;
}

export function createLiveRelayer({ open, onChange }: LiveRelayerDependencies): LiveRelayer {
  let current = open();
  let isOutdated = false;
  const stopListening = onChange(() => (isOutdated = true));
  let last: Promise<unknown> = Promise.resolve();

  /** After all looks before, so that none is cut off: with those that follow the chains of now. */
  function inTurn<Result>(look: (following: Following) => Promise<Result>): Promise<Result> {
    const turn = last.then(() => {
      if (isOutdated) {
        isOutdated = false;
        current.close();
        current = open();
      }
      return look(current);
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    relayer: {
      poll: () => inTurn(({ relayer }) => relayer.poll()),
      observe: () => inTurn(({ relayer }) => relayer.observe()),
      journeys: () => current.relayer.journeys(),
      journey: (sourceChainId, messageHash) => current.relayer.journey(sourceChainId, messageHash),
      get l1View() {
        return current.relayer.l1View;
      },
    },
    viewOf: (chainId) => current.viewOf(chainId),
    toL1: { look: () => inTurn(({ toL1 }) => toL1.look()) },
    close() {
      stopListening();
      current.close();
    },
  };
}
