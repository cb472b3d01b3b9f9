import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { Interface } from "ethers";

import { ERROR_SIGNATURES, errorSelector, type ErrorName } from "../../../scripts/verifier-generator/errors.ts";
import { generatedFiles } from "../../../scripts/verifier-generator/generated-files.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** EIP-170. */
const MAX_RUNTIME_BYTES = 24_576;

test("generated contracts are what the generator writes (npm run generate)", () => {
  const files = generatedFiles();
  for (const { path, content } of files) {
    assert.ok(readFileSync(`${root}/${path}`, "utf8") === content, `${path} is out of date: run npm run generate`);
  }
  const present = globSync("{contracts/verifier,bench}/generated/*.sol", { cwd: root });
  assert.deepEqual(present.sort(), files.map(({ path }) => path).sort());
});

test("every contract of the verifier fits into one account", () => {
  const paths = globSync("artifacts/contracts/verifier/**/*.sol/*.json", { cwd: root });
  assert.ok(paths.length >= 4);
  for (const path of paths) {
    const { deployedBytecode } = JSON.parse(readFileSync(`${root}/${path}`, "utf8")) as { deployedBytecode: string };
    const bytes = (deployedBytecode.length - 2) / 2;
    assert.ok(bytes < MAX_RUNTIME_BYTES, `${path} has ${bytes} bytes`);
  }
});

test("the compiler's own memory ends below the generated code's", () => {
  for (const path of globSync("artifacts/contracts/verifier/generated/*.sol/*.json", { cwd: root })) {
    const { deployedBytecode } = JSON.parse(readFileSync(`${root}/${path}`, "utf8")) as { deployedBytecode: string };
    // Solidity starts by storing the end of its reserved memory, spilled variables included: PUSH1 or PUSH2, 0x40, MSTORE.
    const [, short, long] = /^0x(?:60(..)|61(....))604052/.exec(deployedBytecode) ?? [];
    const free = short ?? long;
    assert.ok(free !== undefined && parseInt(free, 16) <= 0x800, `${path} reserves memory up to ${free}`);
  }
});

test("reverts with the errors of the interface", () => {
  const { abi } = JSON.parse(
    readFileSync(`${root}/artifacts/contracts/interfaces/IStarkVerifier.sol/IStarkVerifier.json`, "utf8"),
  ) as { abi: ConstructorParameters<typeof Interface>[0] };
  const contract = new Interface(abi);
  for (const [name, signature] of Object.entries(ERROR_SIGNATURES)) {
    assert.equal(contract.getError(signature)?.selector, errorSelector(name as ErrorName));
  }
});
