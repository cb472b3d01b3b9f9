import { NamedError } from "../../../ground/errors/named-error.ts";

/**
 * Why a hub does not land. `AggregatorsSilent`: fewer than a quorum run; members show their batches alone. `HeadReplaced`: L1 has
 * another block of the number, and these aggregators cannot continue from it. `Undecided`: a quorum runs and decides nothing.
 */
export class HubGroupError extends NamedError<
  "AggregatorsSilent" | "NothingOffered" | "Undecided" | "Returned" | "Closed" | "HeadReplaced"
> {
  override readonly name = "HubGroupError";
}
