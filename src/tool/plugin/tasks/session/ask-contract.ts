import type { Interface, Provider } from "ethers";

/** The first word that a contract's function answers. */
export async function askContract(
  provider: Pick<Provider, "call">,
  on: Interface,
  to: string,
  method: string,
  args: readonly unknown[] = [],
): Promise<unknown> {
  return on.decodeFunctionResult(method, await provider.call({ to, data: on.encodeFunctionData(method, args) }))[0];
}
