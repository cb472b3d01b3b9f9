// Runs the compiler that its argument names on the input of stdin, and writes the output to stdout, without the parts that nothing reads.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import type { CompilerOutput } from "hardhat/types/solidity";
import { withoutBodies } from "./lean-output.ts";

interface Solc {
  compile(input: string): string;
}

const [, , compilerPath = ""] = process.argv;
const require = createRequire(import.meta.url);
const wrap = require("solc/wrapper") as (compiler: unknown) => Solc;
const output = wrap(require(compilerPath)).compile(await text(process.stdin));
process.stdout.write(JSON.stringify(withoutBodies(JSON.parse(output) as CompilerOutput)));
