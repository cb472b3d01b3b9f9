import type { EcosystemStatus } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { pluginError } from "../../plugin-error.ts";
import type { Session } from "./session.ts";

const LOOK_MS = 200;
/** After so long without news, a user should know what is waited for, and whether it can still come. */
const PATIENCE_MS = 5_000;

/** Waits between two looks at something that happens elsewhere. */
interface ProgressWait {
  /**
   * Resolves at the time of the next poll. Prints `hint` once if nothing changes for long. Throws a plugin
   * error if a chain has stopped.
   */
  wait(hint: string): Promise<void>;
  /** Something is new. */
  news(): void;
}

/** `concerned`: ids of the chains without which it cannot happen. */
export function createProgressWait(
  { output, request }: Pick<Session, "output" | "request">,
  concerned: readonly number[] = [],
): ProgressWait {
  let since = performance.now();
  let hinted = false;
  const told = new Set<string>();
  return {
    news() {
      since = performance.now();
      hinted = false;
    },
    async wait(hint) {
      if (performance.now() - since > PATIENCE_MS) {
        since = performance.now();
        const { chains } = (await request("hyperchain_status")) as EcosystemStatus;
        // Ended chains are irrelevant to the others.
        const ended = chains.find((chain) => chain.ended === true && concerned.includes(chain.chainId));
        if (ended?.stuck !== undefined) throw pluginError(`this will not happen: ${ended.stuck.why}; ${ended.stuck.help}`);
        const faulty = chains.find((chain) => chain.fault !== undefined && chain.ended !== true);
        if (faulty !== undefined)
          throw pluginError(`${faulty.name} has stopped, so this may never happen: ${faulty.fault ?? ""}`);
        const paused = chains.find((chain) => chain.stopped === true && concerned.includes(chain.chainId));
        if (paused?.stuck !== undefined)
          throw pluginError(`this waits until ${paused.name} resumes: ${paused.stuck.why}; ${paused.stuck.help}`);
        if (!hinted) output.progress(hint);
        hinted = true;
        tellDelays(output, chains, told);
      }
      await untilNextLook();
    },
  };
}

/** Resolves when it is time to look again. */
export function untilNextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/** Waits for what the ecosystem does in one request, and tells what holds it up if that takes long. */
export async function waitWithProgress<T>(
  { output, request }: Pick<Session, "output" | "request">,
  work: Promise<T>,
): Promise<T> {
  const told = new Set<string>();
  const look = async (): Promise<void> =>
    tellDelays(output, ((await request("hyperchain_status")) as EcosystemStatus).chains, told);
  // Where nothing answers, the work itself ends with the reason.
  const timer = setInterval(() => void look().catch(() => undefined), PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Tells once per chain and reason what it waits for. */
function tellDelays(output: Session["output"], chains: EcosystemStatus["chains"], reported: Set<string>): void {
  for (const { name, waitsFor } of chains) {
    if (waitsFor === undefined) continue;
    const line = `${name} waits, and continues automatically: ${waitsFor}`;
    if (!reported.has(line)) output.progress(line);
    reported.add(line);
  }
}
