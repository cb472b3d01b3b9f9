import { fromHex, keccak, type Hex } from "./hex.ts";

/** Deploys with CREATE2 for every caller, at this address of each chain: its input is the salt, then the code. */
export const CREATE2_DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

/** Address of that deployer's contract with salt 0, by its creation code. */
export function deployedAddress(creationCode: string): Hex {
  const salt = new Uint8Array(32);
  const codeHash = fromHex(keccak(fromHex(creationCode)), 32);
  return `0x${keccak(Uint8Array.of(0xff), fromHex(CREATE2_DEPLOYER, 20), salt, codeHash).slice(-40)}`;
}
