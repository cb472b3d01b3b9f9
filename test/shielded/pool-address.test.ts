import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, getCreate2Address, keccak256 } from "ethers";
import hre from "hardhat";

import { SHIELDED_POOL_ADDRESS } from "../../src/shielded.ts";

/** The public's CREATE2 deployer, and its salt of zeros. */
const DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const SALT = `0x${"00".repeat(32)}`;

async function addressOf(contract: string, ...constructorArguments: readonly string[]): Promise<string> {
  const { bytecode } = await hre.artifacts.readArtifact(contract);
  const types = constructorArguments.map(() => "address");
  const words = AbiCoder.defaultAbiCoder().encode(types, constructorArguments);
  return getCreate2Address(DEPLOYER, SALT, keccak256(`${bytecode}${words.slice(2)}`));
}

describe("the address of the shielded pool", () => {
  test("follows from the compiled contracts by CREATE2", async () => {
    const stark = await addressOf("ShieldedStark", await addressOf("ShieldedStarkConstraints1"));
    const pool = await addressOf("ShieldedPool", stark, await addressOf("NoteTree"));
    assert.equal(pool.toLowerCase(), SHIELDED_POOL_ADDRESS);
  });

  test("is the one that users have their notes at: another needs a decision, because coins stay at the old one", () => {
    assert.equal(SHIELDED_POOL_ADDRESS, "0xb57f25f79d56ea74ad45c09bf4c409b1fe826b89");
  });
});
