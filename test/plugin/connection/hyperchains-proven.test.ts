import assert from "node:assert/strict";
import { test } from "node:test";
import { createHardhat } from "./support/open.ts";

const NOBODY = "0x00000000000000000000000000000000000a11ce";

test("I2: real proofs take a message through all seven steps", async () => {
  const hre = await createHardhat({ prover: { workers: 2 } });
  const connection = await hre.network.create("hyperchains");
  const { hyperchains } = connection;
  assert.doesNotMatch(hyperchains.info.proven, /NOTHING IS PROVEN/);
  const sent = await hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 1n });
  await sent.reach("importSettled");
  assert.equal(sent.steps.length, 7);
  assert.equal(await hyperchains.chain("beta").ethers.provider.getBalance(NOBODY), 1n);
  await connection.close();
});
