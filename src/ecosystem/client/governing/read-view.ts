import type { Interface, Provider } from "ethers";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";

/** Calls a view that returns one value. The type is the ABI's; the caller knows it. */
export type ReadView = <T>(to: Hex, contract: Interface, name: string, ...args: readonly unknown[]) => Promise<T>;

/** Views of contracts on a member. They reject with ClientError NoContract, or the provider's error. */
export function viewsOn(provider: Pick<Provider, "call">): ReadView {
  return async <T>(to: Hex, contract: Interface, name: string, ...args: readonly unknown[]): Promise<T> => {
    const answer = await provider.call({ to, data: contract.encodeFunctionData(name, args) });
    if (answer === "0x")
      throw new ClientError("NoContract", `there is no contract at ${to} that answers ${name}; name a chain's contract on L1`, {
        account: to,
      });
    const [value] = contract.decodeFunctionResult(name, answer) as unknown as readonly [T];
    return value;
  };
}

/** An address that a view has returned: 20 bytes in lower case. */
export function addressIn(value: unknown): Hex {
  return toHex(fromHex(String(value), 20));
}
