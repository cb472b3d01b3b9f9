import { encodeFunctionData, parseAbi } from "viem";
import type { Address, Hex, LocalAccount, PublicClient } from "viem";
import { entryPoint07Abi, entryPoint08Abi, getUserOperationHash, toSmartAccount } from "viem/account-abstraction";
import { readContract } from "viem/actions";
import type { Version } from "./entry-points.ts";

const factoryAbi = parseAbi([
  "function createAccount(address owner, uint256 salt) returns (address)",
  "function getAddress(address owner, uint256 salt) view returns (address)",
]);
const accountAbi = parseAbi(["function execute(address dest, uint256 value, bytes func)"]);

export interface SimpleAccountOptions {
  readonly client: PublicClient;
  readonly owner: LocalAccount;
  readonly factory: Address;
  readonly entryPoint: { readonly address: Address; readonly version: Version };
}

/** The sample account of ERC-4337's packages as a smart account of viem's. */
export function toSimpleAccount({ client, owner, factory, entryPoint }: SimpleAccountOptions) {
  const { address, version } = entryPoint;
  const args = [owner.address, 0n] as const;
  const unused = (): Promise<never> => Promise.reject(new Error("the account signs operations only"));
  const getAddress = (): Promise<Address> =>
    readContract(client, { address: factory, abi: factoryAbi, functionName: "getAddress", args });
  return toSmartAccount({
    client,
    entryPoint: { address, version, abi: version === "0.7" ? entryPoint07Abi : entryPoint08Abi },
    getAddress,
    async getFactoryArgs() {
      return { factory, factoryData: encodeFunctionData({ abi: factoryAbi, functionName: "createAccount", args }) };
    },
    async encodeCalls(calls) {
      const [call] = calls;
      if (call === undefined || calls.length > 1) throw new Error("the account makes one call at a time");
      const { to, value = 0n, data = "0x" } = call;
      return encodeFunctionData({ abi: accountAbi, functionName: "execute", args: [to, value, data] });
    },
    async getStubSignature() {
      // The right length, of no key.
      return `0x${"fffffffffffffffffffffffffffffff0".padEnd(64, "0")}${"7aaaaaaa".padEnd(64, "a")}1c` as Hex;
    },
    signMessage: unused,
    signTypedData: unused,
    async signUserOperation({ chainId = client.chain?.id ?? 0, ...operation }) {
      const hash = getUserOperationHash({
        chainId,
        entryPointAddress: address,
        entryPointVersion: version,
        userOperation: { ...operation, sender: await getAddress() } as never,
      });
      // 0.7's account signs the hash as a message, 0.8's as it is.
      if (version === "0.7") return owner.signMessage({ message: { raw: hash } });
      if (owner.sign === undefined) throw new Error("the owner cannot sign hashes");
      return owner.sign({ hash });
    },
  });
}
