import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider } from "ethers";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const CAROL = "0x00000000000000000000000000000000000ca401";
const ACCOUNT_1 = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const ACCOUNT_7 = "0x14dc79964da2c08b23698b3d3cc7ca32193d9955";
const workplace = createWorkplace();
after(() => workplace.close());

describe("C9: names by tasks", () => {
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]);
  });

  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await workplace.run([...args, "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  const refused = async (says: RegExp, ...args: string[]): Promise<void> => {
    const { code, stderr } = await workplace.run(args);
    assert.notEqual(code, 0);
    assert.match(stderr, says);
  };

  test("a name is taken, shown, listed, chosen and paid; one that was not taken is refused in the same words everywhere", async () => {
    await refused(/there is no name carol@beta: .* has no registry of names/, "hyperchain:deposit", "1", "carol@beta");
    const taken = await json<{ account: string; owner: string }>(
      ...["hyperchain:names", "carol@beta", "--take", "--account", CAROL, "--from", "1"],
    );
    assert.deepEqual([taken.account, taken.owner], [CAROL, ACCOUNT_1]);
    await json("hyperchain:names", "one@272", "--take", "--choose", "--from", "1");
    const shown = await json<{ account: string; chosenName: string }>("hyperchain:names", `${ACCOUNT_1}@beta`);
    assert.deepEqual([shown.account, shown.chosenName], [ACCOUNT_1, "one@beta"]);
    const { accounts } = await json<{ accounts: unknown[] }>("hyperchain:names");
    assert.deepEqual(accounts, [
      { chainId: 272, label: "carol", owner: ACCOUNT_1, account: CAROL },
      { chainId: 272, label: "one", owner: ACCOUNT_1, account: ACCOUNT_1 },
    ]);
    await refused(/carol is not free for beta/, "hyperchain:names", "carol@beta", "--take");
    await refused(/there is no name dora@beta: it was not taken/, "hyperchain:call", "dora@beta", "--value", "1");
    await refused(/there is no name one@alpha/, "hyperchain:send", "0.5", "carol@beta", "--from", "one@alpha");
    await json("hyperchain:deposit", "1.5", "carol@beta");
    await json("hyperchain:call", "carol@beta", "--value", "0.25", "--from", "1@alpha");
    const beta = new JsonRpcProvider(ecosystem.info.chains[1]?.url, undefined, { staticNetwork: true });
    assert.equal(await beta.getBalance(CAROL), 175n * 10n ** 16n);
    beta.destroy();
  });

  test("a number is a development account, never a name", async () => {
    await refused(/"7" is not a valid name/, "hyperchain:names", "7@beta", "--take");
    const { account } = await json<{ account: string }>("hyperchain:names", "7@beta");
    assert.equal(account, ACCOUNT_7);
  });
});
