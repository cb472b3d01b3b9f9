import { Interface, isError, Signature, TypedDataEncoder, ZeroHash, type TypedDataDomain } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import type { Sender } from "./submit.ts";

/** The part of ERC-2612, and of ERC-5267, that a permit needs. */
const token = new Interface([
  "function name() view returns (string)",
  "function nonces(address owner) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
  "function eip712Domain() view returns (bytes1, string, string version, uint256, address, bytes32, uint256[])",
]);
const TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};
/** The transaction follows at once; a chain's clock may be ahead. */
const SECONDS = 3_600n;

/** Deadline and signature, as `sendWithPermit` takes them. */
type Permit = readonly [deadline: bigint, v: number, r: string, s: string];

/**
 * Signs an allowance of the token vault by the sender. Resolves with undefined if the token has no ERC-2612
 * permit, or if the signer cannot sign one: contracts, and wallets that only make transactions. Rejects if
 * the user rejects.
 */
export async function signPermit(sender: Sender, address: Hex, amount: bigint): Promise<Permit | undefined> {
  const { signer, provider } = sender;
  const ask = async (method: string, args: readonly unknown[] = []): Promise<unknown> => {
    const answer = await provider.call({ to: address, data: token.encodeFunctionData(method, args) });
    return token.decodeFunctionResult(method, answer)[method === "eip712Domain" ? "version" : 0] as unknown;
  };
  try {
    if ((await provider.getCode(sender.address)) !== "0x") return undefined;
    const [name, nonce, separator] = await Promise.all([ask("name"), ask("nonces", [sender.address]), ask("DOMAIN_SEPARATOR")]);
    const version = await ask("eip712Domain").catch(() => "1");
    const domain: TypedDataDomain = {
      name: String(name),
      version: String(version),
      chainId: sender.member.chainId,
      verifyingContract: address,
    };
    if (separator === ZeroHash || TypedDataEncoder.hashDomain(domain) !== separator) return undefined;
    const deadline = BigInt((await provider.getBlock("latest"))?.timestamp ?? 0) + SECONDS;
    const spender = PREDEPLOYS.L2NativeTokenVault;
    const signed = await signer.signTypedData(domain, TYPES, { owner: sender.address, spender, value: amount, nonce, deadline });
    const { v, r, s } = Signature.from(signed);
    return [deadline, v, r, s];
  } catch (error) {
    if (isError(error, "ACTION_REJECTED")) throw error;
    // A separate approval does the same.
    return undefined;
  }
}
