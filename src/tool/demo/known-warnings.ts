import type { CompilerOutputError } from "hardhat/types/solidity";
import type { SolidityHooks } from "hardhat/types/hooks";

/** A warning of the compiler with which nothing is wrong. */
interface KnownWarning {
  readonly code: string;
  /** Sources of the project with such code; all sources if absent. */
  readonly within?: string;
}

/**
 * The compiler's version is fixed, so names that a later one reserves are harmless; tests use deprecated parts on purpose. The
 * registry erases its transient storage before its call ends.
 */
export const KNOWN_WARNINGS: readonly KnownWarning[] = [
  { code: "6335" },
  { code: "2394", within: "contracts/l1/LinkedExecution.sol" },
  { code: "5159", within: "test/contracts/solidity/" },
  { code: "9207", within: "test/contracts/solidity/" },
];

/** True if nothing is wrong where the compiler warns. Its errors are never known. */
export function isKnown({ severity, errorCode, formattedMessage = "" }: CompilerOutputError): boolean {
  return KNOWN_WARNINGS.some(
    ({ code, within = "" }) => severity === "warning" && errorCode === code && formattedMessage.includes(within),
  );
}

/** Leaves known warnings out of what a build prints, so that a new one is seen. */
export default (): Promise<Partial<SolidityHooks>> =>
  Promise.resolve({
    getCompilationJobErrors: async (context, job, output, next) =>
      (await next(context, job, output)).filter((error) => !isKnown(error)),
  });
