import type {
  EnvironmentParts,
  EnvironmentPlan,
  RunningEnvironment,
} from "../../ecosystem/devnet/environments/open-environment.ts";

/**
 * Starts a chain with an execution environment on an L1 that has an ecosystem's contracts, or continues it with its stored
 * commands. Its operator is trusted for execution. Rejects with EnvironmentError, DevnetOptionsError, DeploymentError, or with an
 * error of L1; then nothing is left running.
 */
export async function startEnvironment<Command, Receipt>(
  plan: EnvironmentPlan,
  parts: EnvironmentParts<Command, Receipt>,
): Promise<RunningEnvironment<Command, Receipt>> {
  // A process that starts no chain loads none of this.
  const { openEnvironment } = await import("../../ecosystem/devnet/environments/open-environment.ts");
  const { packageGenesis } = await import("../plugin/protocol-genesis.ts");
  return openEnvironment(plan, parts, { genesis: await packageGenesis() });
}
