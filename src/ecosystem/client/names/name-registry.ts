import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { hyperchainNames } from "../sending/contract-interfaces.ts";
import { isDeployed } from "../sending/deployed-contract.ts";
import type { Ecosystem } from "../ecosystem/ecosystem.ts";
import { namesContract } from "./names-contract.ts";

/** Read functions of L1's registry of names. */
type NameQuestion = "announcedAt" | "chainOf" | "labelOf" | "chosenName" | "nameOf" | "interoperableAddress";

/** L1's registry of names, found once for all that is asked of it. */
export interface NameRegistry {
  readonly address: Hex;
  ask(question: NameQuestion, args: readonly unknown[]): Promise<readonly unknown[]>;
}

/** The registry of names; undefined where L1 has none. */
export async function findNames(ecosystem: Ecosystem, l1: Provider): Promise<NameRegistry | undefined> {
  const contract = namesContract(ecosystem);
  if (!(await isDeployed(contract, l1))) return undefined;
  return {
    address: contract.address,
    async ask(question, args) {
      const data = hyperchainNames.encodeFunctionData(question, [...args]);
      return hyperchainNames.decodeFunctionResult(question, await l1.call({ to: contract.address, data }));
    },
  };
}

/** Throws ClientError NoContract where L1 has no registry of names. */
export async function requireNames(ecosystem: Ecosystem, l1: Provider): Promise<NameRegistry> {
  const names = await findNames(ecosystem, l1);
  if (names !== undefined) return names;
  const message = `${ecosystem.l1.name} has no registry of names; put it there with deployNames, or take the first name with hyperchain:names`;
  throw new ClientError("NoContract", message, { account: namesContract(ecosystem).address, chainId: ecosystem.l1.chainId });
}
