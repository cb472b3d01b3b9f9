import { findChain, isAtOwners, type EcosystemChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { pluginError } from "../../plugin-error.ts";

/**
 * Chain that an option names; otherwise the chain of the account's file, or the only chain with data at owners. Throws
 * ClientError UnknownChain, or a plugin error that lists the chains.
 */
export function chainOfHeldAccounts(info: EcosystemInfo, named: string | undefined, chainOfFile?: bigint): EcosystemChain {
  const chosen = named ?? chainOfFile;
  if (chosen !== undefined) return findChain(info, chosen);
  const candidates = info.chains.filter(isAtOwners);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  const names = (only === undefined ? info.chains : candidates).map(({ name }) => name).join(", ");
  const reason = only === undefined ? "no chain has its data at owners" : "several chains have their data at owners";
  throw pluginError(`${reason}; name a chain by --chain: ${names}`);
}
