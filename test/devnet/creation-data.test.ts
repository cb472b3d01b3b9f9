import assert from "node:assert/strict";
import { test } from "node:test";
import { ContractFactory } from "ethers";
import { creationData } from "../../src/ecosystem/devnet/deployment/creation-data.ts";

const ABI = [
  {
    type: "constructor",
    inputs: [
      { name: "to", type: "address" },
      { name: "names", type: "string[]" },
    ],
    stateMutability: "nonpayable",
  },
  { type: "function", name: "name", inputs: [], outputs: [{ name: "", type: "string" }], stateMutability: "view" },
  { type: "error", name: "Refused", inputs: [] },
] as const;
const CODE = "0x6080604052600a80600e5f395ff3";

test("a creation is what ethers' ContractFactory makes of the code and the constructor's arguments", async () => {
  const args = ["0x00000000000000000000000000000000000000aa", ["a", "b"]];
  const { data } = await new ContractFactory(ABI, CODE).getDeployTransaction(...args);
  assert.equal(creationData({ abi: ABI, bytecode: CODE }, args), data);
});

test("a contract without a constructor is its code alone, and takes no arguments", () => {
  const artifact = { abi: ABI.slice(1), bytecode: CODE };
  assert.equal(creationData(artifact), CODE);
  assert.throws(() => creationData(artifact, [1n]), { code: "UNEXPECTED_ARGUMENT" });
});

test("arguments that are not the constructor's are refused", () => {
  assert.throws(() => creationData({ abi: ABI, bytecode: CODE }, []), { code: "MISSING_ARGUMENT" });
});
