import { errorLayers } from "../../../ground/errors/error-layers.ts";

/** Code of a transaction whose gas pays for fewer units than its proof takes. Another limit can be enough. */
export const PROVING_EXCEEDS_GAS = "ProvingExceedsGas";
/** Code of a call or an estimate that a node's clock has ended. */
export const QUESTION_TOO_LONG = "QuestionTooLong";
/** Codes for an account that a list of the chain leaves out, until the chain's admin adds it. */
export const EXCLUDED_BY_LIST: readonly string[] = ["SenderNotAllowed", "DeployerNotAllowed"];

/** Codes of a hyperchain's node for a transaction that it runs in no block, because of the transaction's effects. */
export const PERMANENT_REFUSALS: readonly string[] = [
  "TooManySteps",
  "TooHeavy",
  "HostileCode",
  "CallDataTooLarge",
  "ExceedsBatch",
  "PrecompileNotProven",
  PROVING_EXCEEDS_GAS,
  "ProvingExceedsChunk",
];

/** Code of a node's refusal, as `error.data.code`; undefined for an error without one. */
export function refusalCodeOf(error: unknown): string | undefined {
  for (const { data } of errorLayers(error)) {
    if (typeof data !== "object" || data === null || !("code" in data)) continue;
    const { code } = data;
    if (typeof code === "string") return code;
  }
  return undefined;
}
