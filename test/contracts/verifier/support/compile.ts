import { createRequire } from "node:module";

import { VERIFIER_COMPILER_SETTINGS } from "../../../../scripts/verifier-generator/compiler-settings.ts";

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly evm: {
              readonly bytecode: { readonly object: string };
              readonly deployedBytecode: { readonly object: string };
            };
          }
        >
      >
    >
  >;
}

/** Loaded by the first compilation: loading takes half a CPU second, and many files that import this module compile nothing. */
const loadCompiler = (): { compile(input: string): string } =>
  createRequire(import.meta.url)("solc") as { compile(input: string): string };

/** Creation and runtime code of a contract, 0x-prefixed. */
export interface Compiled {
  readonly creation: string;
  readonly runtime: string;
}

/** Compiles Solidity sources, by default with the settings of the generated verifiers. Throws Error with the compiler's messages. */
export function compileSolidity(
  sources: Readonly<Record<string, string>>,
  compilerSettings: object = VERIFIER_COMPILER_SETTINGS,
): Record<string, Compiled> {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }])),
    settings: {
      ...compilerSettings,
      outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] } },
    },
  };
  const output = JSON.parse(loadCompiler().compile(JSON.stringify(input))) as CompilerOutput;
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
  return Object.fromEntries(
    Object.values(output.contracts ?? {}).flatMap((file) =>
      Object.entries(file).map(([name, { evm }]) => [
        name,
        { creation: `0x${evm.bytecode.object}`, runtime: `0x${evm.deployedBytecode.object}` },
      ]),
    ),
  );
}
