import { EnvironmentError } from "../../../chain/environment/environment-error.ts";

const OWN_OPTIONS = ["chainId", "l1", "operatorKey", "proofs", "prover", "l1IntervalMs"];

/** Reasons why an environment's chain lacks options of an EVM's chain. */
const REASONS: Readonly<Record<string, string>> = {
  execution: "only the EVM's instructions can be proven, so its operator is trusted for execution",
  accountAbstraction: "account abstraction is a contract of the EVM",
  contractAccounts: "contract accounts are contracts of the EVM",
  quorum: "validators of a quorum execute the EVM's blocks",
  bridges: "bridges of other projects are contracts of the EVM",
  initialState: "its first state is that of its version",
};

/** Throws EnvironmentError for the first option that an environment's chain does not have. */
export function refuseEvmOptions(plan: object): void {
  const option = Object.keys(plan).find((name) => !OWN_OPTIONS.includes(name));
  if (option === undefined) return;
  const reason = REASONS[option] ?? "it is an option of an EVM's chain or of none";
  throw new EnvironmentError(
    "NeedsEvm",
    `a chain with an execution environment has no option ${option}: ${reason}; leave it out`,
  );
}
