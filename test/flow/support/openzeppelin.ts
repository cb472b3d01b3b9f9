import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly abi: object[]; readonly evm: { readonly bytecode: { readonly object: string } } }>>
    >
  >;
}

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string, callbacks: { import(path: string): { contents: string } }): string };

const SOURCE = `
pragma solidity 0.8.37;
import {CrosschainLinked} from "@openzeppelin/contracts/crosschain/CrosschainLinked.sol";
import {CrosschainRemoteExecutor} from "@openzeppelin/contracts/crosschain/CrosschainRemoteExecutor.sol";
import {BridgeERC20} from "@openzeppelin/contracts/crosschain/bridges/BridgeERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract Bridge is BridgeERC20 {
    constructor(IERC20 token, Link[] memory links) BridgeERC20(token) CrosschainLinked(links) {}
}
contract RemoteExecutor is CrosschainRemoteExecutor {
    constructor(address gateway, bytes memory controller) CrosschainRemoteExecutor(gateway, controller) {}
}
`;

/** OpenZeppelin's cross-chain contracts as their package has them, with nothing but constructors added. */
export function compileOpenZeppelin(): Record<
  "Bridge" | "RemoteExecutor",
  { readonly abi: object[]; readonly bytecode: string }
> {
  const input = {
    language: "Solidity",
    sources: { "Crosschain.sol": { content: SOURCE } },
    settings: {
      evmVersion: "osaka",
      optimizer: { enabled: true, runs: 1000 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const read = (path: string) => ({ contents: readFileSync(require.resolve(path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as CompilerOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const artifact = (name: string) => {
    const contract = output.contracts?.["Crosschain.sol"]?.[name];
    if (contract === undefined) throw new Error(`the compiler gave no ${name}`);
    return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
  };
  return { Bridge: artifact("Bridge"), RemoteExecutor: artifact("RemoteExecutor") };
}
