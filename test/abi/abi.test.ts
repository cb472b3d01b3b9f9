import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { Interface } from "ethers";
import { abiFiles } from "../../scripts/abi-generator/abi-files.ts";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { contractErrorsAbi } from "../../src/ground/abi/contract-errors.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the ABI fragments are what the generator writes (npm run generate)", () => {
  const files = abiFiles(root);
  for (const { path, content } of files) {
    assert.ok(readFileSync(`${root}/${path}`, "utf8") === content, `${path} is out of date: run npm run generate`);
  }
  assert.deepEqual(globSync("src/ground/abi/*.ts", { cwd: root }).sort(), files.map(({ path }) => path).sort());
});

test("names the errors that a batch can meet in contracts behind the chain's own", () => {
  const errors = new Interface(contractErrorsAbi);
  // One error each of chain, batch reader, verifier, registry, bridge, bytecode registry, policy and signature library.
  for (const name of [
    "BatchNumberMismatch",
    "LeadingZeroByte",
    "ConstraintMismatch",
    "ProtocolVersionRetired",
    "BalanceOverdraft",
    "BytecodeNotPublished",
    "PubdataNotPublished",
    "SignatureMalformed",
  ]) {
    assert.notEqual(errors.getError(name), null, name);
  }
});

test("functions that only other contracts may call are left out", () => {
  const hyperchain = new Interface(hyperchainAbi);
  assert.equal(hyperchain.getFunction("initialize"), null);
  assert.notEqual(hyperchain.getFunction("commitBatches"), null);
});
