import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import type { ChainPlan } from "../../options/plan.ts";
import type { CompleteOptions } from "./options.ts";

/** The Superchain's contracts, where a chain has them or one that comes will; otherwise nothing of them is loaded. */
export async function bornBridges(
  { options, plans }: { readonly options: Pick<CompleteOptions, "bridges">; readonly plans: readonly ChainPlan[] },
  artifacts: (name: string) => Promise<{ readonly deployedBytecode?: string }>,
): Promise<readonly GenesisAccount[]> {
  const has = options.bridges?.superchain !== undefined || plans.some(({ firstState }) => firstState.superchain);
  if (!has) return [];
  const { superchainAccounts } = await import("../../../chain/predeploys/superchain.ts");
  return superchainAccounts(artifacts);
}
