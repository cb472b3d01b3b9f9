/** Why a transaction or a state cheat cannot be, or why the chain makes no more blocks. */
export class SequencerError extends Error {
  override readonly name = "SequencerError";
  readonly code:
    | "HostileCode"
    | "ExceedsBatch"
    /** Its calls pass on more data than the execution engine can hold. */
    | "CallDataTooLarge"
    /** It runs more instructions than the execution engine can hold. */
    | "TooManySteps"
    | "NotExecutable"
    /** Another transaction of the same sender and nonce, with higher fees, has taken its place. */
    | "Replaced"
    /** Taken out of the pool on demand. */
    | "Dropped"
    | "StateReverted"
    | "SystemTransactionFailed"
    | "OutputsDiffer"
    | "EnginesDisagree"
    | "TimestampInPast"
    | "CheatRefused"
    /** The chain's list of senders does not have the account. */
    | "SenderNotAllowed"
    /** The chain's list of deployers does not have the account. */
    | "DeployerNotAllowed"
    | "Stopped";

  constructor(code: SequencerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
