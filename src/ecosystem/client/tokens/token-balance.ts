import type { BlockTag, Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { erc20 } from "../sending/contract-interfaces.ts";

/** An ERC-20 balance in smallest units, in the state after a block; 0 where the token was not there yet. */
export async function tokenBalance(token: Hex, owner: Hex, provider: Provider, blockTag: BlockTag = "latest"): Promise<bigint> {
  const answer = await provider.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [owner]), blockTag });
  return answer.length === 66 ? BigInt(answer) : 0n;
}
