import { AbiCoder, id as hashText } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ZERO_ADDRESS } from "./aliases.ts";
import type { World } from "./world.ts";

const abi = AbiCoder.defaultAbiCoder();
const SELECTOR = hashText("finalizeDeposit(uint256,bytes32,bytes)").slice(0, 10);

/** Name, symbol and decimals for a chain, each in the form that the token's getter returns. */
function getters(world: World, token: Hex): string {
  const [name, symbol] = token === ZERO_ADDRESS ? ["Ether", "ETH"] : ["Hostile", "HST"];
  const parts = [abi.encode(["string"], [name]), abi.encode(["string"], [symbol]), abi.encode(["uint8"], [18])];
  return `0x01${abi.encode(["uint256", "bytes", "bytes", "bytes"], [world.l1ChainId, ...parts]).slice(2)}`;
}

/** The call that a deposit makes on L2. */
export function depositCalldata(world: World, assetId: Hex, depositor: Hex, receiver: Hex, token: Hex, amount: bigint): Hex {
  const data = abi.encode(
    ["address", "address", "address", "uint256", "bytes"],
    [depositor, receiver, token, amount, getters(world, token)],
  );
  return `${SELECTOR}${abi.encode(["uint256", "bytes32", "bytes"], [world.l1ChainId, assetId, data]).slice(2)}` as Hex;
}
