import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import { formatObjection } from "../../src/ecosystem/client/standing/format-change.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { startTestChain } from "../chain/support/chain.ts";
import { realGenesis } from "../chain/support/predeploys.ts";
import { ask } from "../chain/support/ask.ts";

/** Objection to a move of a chain with changes in its system context. */
async function objection(from: bigint, to: bigint, changed: Partial<GenesisAccount> = {}): Promise<string | undefined> {
  const predeploys = (await realGenesis()).map((account) =>
    account.address === PREDEPLOYS.SystemContext ? { ...account, ...changed } : account,
  );
  const { chain } = await startTestChain({ predeploys });
  try {
    return await formatObjection(from, to, (method, params) => ask(chain, method, params));
  } finally {
    await chain.close();
  }
}

describe("what is said against a move to a version of another format", () => {
  it("nothing of a chain as its version left it, nor within a format", async () => {
    assert.equal(await objection(0x2n, 0x3n), undefined);
    assert.equal(await objection(0x8000_0002n, 0x8000_0103n), undefined);
    assert.equal(await objection(0x2n, 0x102n, { code: "0x00" }), undefined, "its state is not looked at");
  });

  it("an edited predeploy, code of any size, a lower format", async () => {
    const code: Hex = "0x5f5ffd";
    assert.match((await objection(0x2n, 0x3n, { code })) ?? "", /system context has code 0x[0-9a-f]{64}, and format 2's has 0x/);
    const { slot, value } = UNLIMITED_CONTRACT_SIZE;
    const storage = [{ slot: BigInt(slot), value: BigInt(value) }];
    assert.match((await objection(0x2n, 0x3n, { storage })) ?? "", /allowUnlimitedContractSize/);
    assert.match(
      (await objection(0x103n, 0x102n)) ?? "",
      /^version 258 has format 2 and version 259 format 3: formats do not fall/,
    );
    assert.match(
      (await objection(0x8000_0103n, 0x8000_0102n)) ?? "",
      /^version 2147483906 \(2\^31 \+ 258: nothing is proven\) has format 2 and version 2147483907 \(2\^31 \+ 259: nothing is proven\)/,
    );
  });
});
