import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { KEYSTORE_ADDRESSES } from "../../src/ecosystem/client/keystore/keystore-contracts.ts";
import { createWorkplace } from "./support/run-task.ts";

/** Accounts of the development phrase, by number. */
const ACCOUNTS = {
  1: "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
  2: "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
  3: "0x90f79bf6eb2c4f870365e785982e1f101e93b906",
} as const;
const STRANGER = "0x00000000000000000000000000000000000ca401";

interface Shown {
  readonly id: string;
  readonly account: string;
  readonly version: number;
  readonly keys: { readonly owners: readonly string[] };
  readonly standings: readonly { readonly name: string; readonly standing: string }[];
}

describe("B9: keys of an account by tasks", () => {
  const workplace = createWorkplace();
  after(() => workplace.close());
  before(async () => {
    await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]);
  });

  const json = async <T = Shown>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await workplace.run(["hyperchain:keys", ...args, "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  const refused = async (says: RegExp, ...args: string[]): Promise<void> => {
    const { code, stderr } = await workplace.run(["hyperchain:keys", ...args]);
    assert.notEqual(code, 0);
    assert.match(stderr, says);
  };

  test("are registered, shown, replaced by those that have the keys, and brought to the other chain", async () => {
    const { id, account } = await json("--register", "--owners", "1,2", "--threshold", "1", "--home", "alpha");
    const first = await json(id);
    assert.deepEqual([first.account, Number(first.version)], [account, 1]);
    assert.deepEqual(first.keys.owners, [ACCOUNTS[1], ACCOUNTS[2]]);
    assert.deepEqual(
      first.standings.map(({ name, standing }) => [name, standing]),
      [
        ["alpha", "present"],
        ["beta", "nothing"],
      ],
    );
    await refused(/has no keys of 0x/, id, "--home", "beta");
    await refused(/--threshold is '3'/, id, "--rotate", "--owners", "3", "--threshold", "3");
    await refused(/is not an account's id/, "0x12");
    await json(id, "--rotate", "--owners", "3");
    const next = await json(id);
    assert.deepEqual([Number(next.version), ...next.keys.owners], [2, ACCOUNTS[3]]);
    const place = `${KEYSTORE_ADDRESSES.keystore}@alpha`;
    const brought = await workplace.run(["hyperchain:bring", place, "0", "--key", id, "--json"]);
    assert.equal(brought.code, 0, brought.stderr);
    const known = await json(id);
    assert.equal(known.standings.find(({ name }) => name === "beta")?.standing, "present");
    await json(id, "--rotate", "--owners", STRANGER);
    await refused(/have to sign/, id, "--rotate", "--owners", "1");
  });
});
