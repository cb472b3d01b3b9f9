import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import type { EcosystemStatus, FeedEntry } from "./answers.ts";
import { sampleOf, withPhase, withSample, type History } from "./kept-history.ts";

export const HistoryContext = createContext<History>({ samples: [], proofs: [] });

export function useHistory(): History {
  return useContext(HistoryContext);
}

/** Keeps what each look sees, and what the feed tells. */
export interface KeptHistory {
  readonly history: History;
  readonly seen: (status: EcosystemStatus) => void;
  readonly told: (entry?: FeedEntry) => void;
}

export function useKeptHistory(): KeptHistory {
  const [history, set] = useState<History>({ samples: [], proofs: [] });
  return {
    history,
    seen(status) {
      set((kept) => ({ ...kept, samples: withSample(kept.samples, sampleOf(status, Date.now())) }));
    },
    told(entry) {
      if (entry?.type === "proof") set((kept) => ({ ...kept, proofs: withPhase(kept.proofs, entry, Date.now()) }));
    },
  };
}
