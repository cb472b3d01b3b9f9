import type { Interface, Provider } from "ethers";
import { NamedError } from "../../../ground/errors/named-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ifDecodable } from "../../../ground/protocol/undecodable.ts";
import { isContractRefusal } from "../../../chain/settlement/errors/contract-error.ts";

/** Refusal of a call by a contract on L1: it reverts, or its answer has another form than the caller's ABI. */
export class CallRefusal extends NamedError<"Reverted" | "OtherAnswer"> {
  override readonly name = "CallRefusal";
}

interface ContractCall {
  readonly to: Hex;
  readonly contract: Interface;
  readonly name: string;
  readonly args?: readonly unknown[];
  /** Newest block if it is left out. */
  readonly block?: number | "pending";
}

/**
 * First value that a function of a contract returns. Throws CallRefusal by the contract. Rejects with the provider's
 * error if the node did not run the call: then the contract has not answered, and nothing may be concluded.
 */
export async function askContract(
  provider: Pick<Provider, "call">,
  { to, contract, name, args = [], block }: ContractCall,
): Promise<unknown> {
  const data = contract.encodeFunctionData(name, args);
  const answer = await provider.call({ to, data, blockTag: block ?? "latest" }).catch((error: unknown) => {
    if (!isContractRefusal(error)) throw error;
    throw new CallRefusal("Reverted", `${to} refuses ${name}; check that it has this function`, { cause: error });
  });
  const decoded = ifDecodable(
    () => contract.decodeFunctionResult(name, answer),
    ([value]) => ({ value: value as unknown }),
  );
  if (decoded !== undefined) return decoded.value;
  throw new CallRefusal("OtherAnswer", `${to} answers ${name} with ${answer}; check that it has this function`);
}
