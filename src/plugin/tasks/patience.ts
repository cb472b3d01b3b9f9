import type { EcosystemStatus } from "../../devnet/view/ecosystem-info.ts";
import { pluginError } from "../plugin-error.ts";
import type { Session } from "./session.ts";

const LOOK_MS = 200;
/** After so long without news, a user should know what is waited for, and whether it can still come. */
const PATIENCE_MS = 5_000;

/** Waits between two looks at something that happens elsewhere. */
export interface Patience {
  /** Resolves when it is time to look again. `hint` is told once if nothing is new for long. Throws a plugin error where a chain stands still. */
  wait(hint: string): Promise<void>;
  /** Something is new. */
  news(): void;
}

export function createPatience({ output, request }: Pick<Session, "output" | "request">): Patience {
  let since = performance.now();
  let hinted = false;
  return {
    news() {
      since = performance.now();
      hinted = false;
    },
    async wait(hint) {
      if (performance.now() - since > PATIENCE_MS) {
        since = performance.now();
        const { chains } = (await request("hyperchain_status")) as EcosystemStatus;
        const stopped = chains.find(({ fault }) => fault !== undefined);
        if (stopped !== undefined) throw pluginError(`${stopped.name} stands still, so this may never happen: ${stopped.fault ?? ""}`);
        if (!hinted) output.progress(hint);
        hinted = true;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    },
  };
}
