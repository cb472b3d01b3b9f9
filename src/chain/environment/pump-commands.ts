import { OfferError, type CommandSource, type SpineView } from "../core/source.ts";
import { EnvironmentError, EnvironmentRefusal } from "./environment-error.ts";

interface Pump<Command, Result> {
  /** Executes a command behind all others. */
  readonly execute: (command: Command) => Promise<Result>;
  readonly stop: AbortSignal;
}

/**
 * Reads a source's commands, one offer at a time, and reports the outcome. Operations and imported roots may come between
 * the offer and its execution. Resolves at the end of the source. Rejects like its `next`.
 */
export async function pumpCommands<Command, Result>(
  source: CommandSource<Command, Result>,
  view: SpineView,
  { execute, stop }: Pump<Command, Result>,
): Promise<void> {
  while (!stop.aborted) {
    const offer = await source.next(view, stop);
    if (offer === undefined) return;
    if (offer.standing === "proposed")
      throw new EnvironmentError("NeedsEvm", `${source.name} proposes commands; a chain with an environment takes decided ones`);
    const results: Result[] = [];
    try {
      for (const command of offer.commands) results.push(await execute(command));
      source.outcome(offer, { type: "decided", results });
    } catch (error) {
      const at = results.length;
      if (error instanceof EnvironmentRefusal) source.outcome(offer, { type: "refused", code: "AgainstRules", at, cause: error });
      else if (error instanceof OfferError) source.outcome(offer, { type: "refused", code: error.code, at, cause: error });
      else source.outcome(offer, { type: "failed", error });
    }
  }
}
