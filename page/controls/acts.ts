import { createContext } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";
import { ask, type Member } from "../rpc.ts";
import { reasonOf } from "../wallet/signing.ts";
import { keptToken } from "../wallet/token.ts";

/** Acts that the feed keeps. */
const MOST_KEPT = 200;

/** Something that this page had the ecosystem do. */
export interface Act {
  /** Milliseconds. */
  readonly at: number;
  readonly text: string;
  /** Why it was not done; absent where it was. */
  readonly refused?: string;
}

export interface Acts {
  /** The newest first. */
  readonly acts: readonly Act[];
  readonly isBusy: boolean;
  /** Does it, and has it stand in the feed; `work` may resolve with more to say. Rejects never. */
  readonly act: (text: string, work: () => Promise<unknown>) => Promise<void>;
}

export const ActsContext = createContext<Acts>({ acts: [], isBusy: false, act: () => Promise.resolve() });

export function useActs(): Acts {
  return useContext(ActsContext);
}

/** `done` is called behind each act: what is shown may be gone. */
export function useKeptActs(done: () => void): Acts {
  const [acts, set] = useState<readonly Act[]>([]);
  const [busy, setBusy] = useState(0);
  const act = async (text: string, work: () => Promise<unknown>): Promise<void> => {
    setBusy((count) => count + 1);
    const tell = (more: Partial<Act>): void => set((known) => [{ at: Date.now(), text, ...more }, ...known].slice(0, MOST_KEPT));
    try {
      const said = await work();
      tell(typeof said === "string" ? { text: `${text}: ${said}` } : {});
    } catch (error) {
      tell({ refused: reasonOf(error) });
    }
    setBusy((count) => count - 1);
    done();
  };
  return useMemo(() => ({ acts, isBusy: busy > 0, act }), [acts, busy]);
}

/** Has a member do something, with the token of the printed address. Rejects with RpcFailure. */
export function command<T>(member: Member, method: string, params: readonly unknown[] = []): Promise<T> {
  return ask<T>(member, method, params, { "x-page-token": keptToken() ?? "" });
}
