import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<
    Record<string, Readonly<Record<string, { readonly evm: { readonly deployedBytecode: { readonly object: string } } }>>>
  >;
}

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string, callbacks: { import(path: string): { contents: string } }): string };

const SOURCE = `
pragma solidity 0.8.37;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract Token is ERC20("Token", "TKN") {}

contract Payer {
    function pay(ERC20 token, address[] calldata receivers, uint256 amount) external {
        for (uint256 i; i < receivers.length; i++) require(token.transfer(receivers[i], amount), "unpaid");
    }
}
`;

/** The codes of OpenZeppelin's ERC-20 token, and of a contract that pays with one, as solc makes them. */
export function compileToken(): Record<"Token" | "Payer", Uint8Array<ArrayBuffer>> {
  const input = {
    language: "Solidity",
    sources: { "Token.sol": { content: SOURCE } },
    settings: {
      evmVersion: "osaka",
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } },
    },
  };
  const read = (path: string) => ({ contents: readFileSync(require.resolve(path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as CompilerOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const code = (name: string): Uint8Array<ArrayBuffer> => {
    const contract = output.contracts?.["Token.sol"]?.[name];
    if (contract === undefined) throw new Error(`the compiler gave no ${name}`);
    return Uint8Array.from(Buffer.from(contract.evm.deployedBytecode.object, "hex"));
  };
  return { Token: code("Token"), Payer: code("Payer") };
}
