import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Compiler, CompilerInput, CompilerOutput } from "hardhat/types/solidity";
import { compilationId, readRecorded, USES_RECORDED } from "./recorded-compilations.ts";
import { withoutOpcodes } from "./lean-output.ts";

const PROCESS = fileURLToPath(new URL("compiler-process.ts", import.meta.url));
/**
 * The compiler with an output of a third of the size. Hardhat parses and writes each output in pieces, 74 megabytes of this
 * repository in ten CPU seconds, and every process with an in-process chain reads it whole.
 */
export function leanCompiler({ version, longVersion, compilerPath, isSolcJs }: Compiler): Compiler {
  return {
    ...{ version, longVersion, compilerPath, isSolcJs },
    async compile(input) {
      const recorded = process.env[USES_RECORDED] === "1" ? readRecorded(compilationId(longVersion, input)) : undefined;
      return recorded ?? compileInProcess(compilerPath, input);
    },
  };
}

async function compileInProcess(compilerPath: string, input: CompilerInput): Promise<CompilerOutput> {
  const child = spawn(process.execPath, [PROCESS, compilerPath], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(withoutOpcodes(input)));
  const [output, [code]] = await Promise.all([buffer(child.stdout), once(child, "close") as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`the compiler's process ended with ${String(code)}; its error is above`);
  return JSON.parse(output.toString("utf8")) as CompilerOutput;
}
