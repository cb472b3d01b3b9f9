import { fromHex, keccak, type Hex } from "./hex.ts";

/** Address of an ERC-1167 proxy by a contract's CREATE2 with this salt, in lower case: `MinimalProxy.predict`. */
export function minimalProxyAddress(deployer: Hex, implementation: Hex, salt: Hex): Hex {
  const creationCode = fromHex(
    `0x3d602d80600a3d3981f3363d3d373d3d3d363d73${implementation.slice(2)}5af43d82803e903d91602b57fd5bf3`,
  );
  const codeHash = fromHex(keccak(creationCode), 32);
  return `0x${keccak(Uint8Array.of(0xff), fromHex(deployer, 20), fromHex(salt, 32), codeHash).slice(-40)}`;
}
