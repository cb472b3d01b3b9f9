import { createContext } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";
import { ask, type Member } from "../rpc.ts";
import { reasonOf } from "../wallet/signing.ts";
import { keptToken } from "../wallet/token.ts";

/**
 * Actions of the ecosystem that this page's controls request. Their results are in the feed, which the
 * ecosystem stores.
 */
export interface Acts {
  readonly isBusy: boolean;
  /**
   * Result of the last action that the feed does not contain: the reason of a failure, or details of the
   * result.
   */
  readonly notice: Notice | undefined;
  /** Does it; `work` may resolve with more to say. Rejects never. */
  readonly act: (text: string, work: () => Promise<unknown>) => Promise<void>;
}

interface Notice {
  readonly isBad: boolean;
  readonly text: string;
}

export const ActsContext = createContext<Acts>({ isBusy: false, notice: undefined, act: () => Promise.resolve() });

export function useActs(): Acts {
  return useContext(ActsContext);
}

/** `done` is called behind each act: what is shown may be gone. */
export function useControlActs(done: () => void): Acts {
  const [notice, tell] = useState<Notice>();
  const [busy, setBusy] = useState(0);
  const act = async (text: string, work: () => Promise<unknown>): Promise<void> => {
    setBusy((count) => count + 1);
    tell(undefined);
    try {
      const said = await work();
      if (typeof said === "string") tell({ isBad: false, text: `${text}: ${said}` });
    } catch (error) {
      tell({ isBad: true, text: `not done, ${text}: ${reasonOf(error)}` });
    }
    setBusy((count) => count - 1);
    done();
  };
  return useMemo(() => ({ notice, isBusy: busy > 0, act }), [notice, busy]);
}

/** Sends a command to a member, with the token of the printed address. Rejects with RpcFailure. */
export function command<T>(member: Member, method: string, params: readonly unknown[] = []): Promise<T> {
  return ask<T>(member, method, params, { "x-page-token": keptToken() ?? "" });
}
