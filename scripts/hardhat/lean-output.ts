import type { CompilerInput, CompilerOutput } from "hardhat/types/solidity";

/** Node of a syntax tree. Hardhat, its engine and the plugin read contracts and the heads of functions. */
interface Declaration {
  body?: unknown;
  readonly nodes?: readonly Declaration[];
}

/** The input of a compilation without a request for opcodes, which are a text of the bytecode. */
export function withoutOpcodes(input: CompilerInput): CompilerInput {
  const selection = Object.entries(input.settings.outputSelection).map(([source, contracts]) => {
    const parts = Object.entries(contracts).map(([name, wanted]) => [name, wanted.filter((part) => !part.endsWith(".opcodes"))]);
    return [source, Object.fromEntries(parts)] as const;
  });
  return { ...input, settings: { ...input.settings, outputSelection: Object.fromEntries(selection) } };
}

/** Removes bodies of functions from the syntax trees, which are two thirds of an output, and sets empty opcodes. */
export function withoutBodies(output: CompilerOutput): CompilerOutput {
  for (const { ast } of Object.values(output.sources ?? {}))
    for (const node of (ast as Declaration | undefined)?.nodes ?? []) {
      delete node.body;
      for (const member of node.nodes ?? []) delete member.body;
    }
  for (const contract of Object.values(output.contracts ?? {}).flatMap((contracts) => Object.values(contracts)))
    for (const code of [contract.evm?.bytecode, contract.evm?.deployedBytecode]) if (code !== undefined) code.opcodes ??= "";
  return output;
}
