import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { createWorkplace } from "./support/run-task.ts";

describe("hyperchain:nodes", () => {
  const workplace = createWorkplace();
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha", sequencing: { by: "bft", nodes: 4 } },
        { chainId: 272n, name: "beta" },
      ],
      { proofs: "none" },
    );
  });
  after(async () => {
    await devnet.close();
    await workplace.close();
  });

  const run = (...args: readonly string[]) => workplace.run(["hyperchain:nodes", ...args, "--url", devnet.chains[0]?.url ?? ""]);
  const conditions = (): readonly string[] =>
    devnet.chains[0]?.pipeline.nodes?.status.members.map(({ condition }) => condition) ?? [];

  test("shows leader, view and nodes of a chain, and is refused for a chain with one sequencer", async () => {
    const shown = await run("alpha");
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /Nodes of alpha: node \d leads view \d+/);
    for (const { address } of devnet.chains[0]?.pipeline.nodes?.status.members ?? []) assert.ok(shown.stdout.includes(address));
    const other = await run("beta");
    assert.equal(other.code, 1);
    assert.match(other.stderr, /beta has one sequencer and no nodes; create a chain with sequencing: \{ by: "bft", nodes: 4 \}/);
  });

  test("sets each fault of a node, and ends all of them", async () => {
    const steps: readonly (readonly [args: readonly string[], conditions: readonly string[]])[] = [
      [
        ["crash", "2"],
        ["honest", "honest", "crashed", "honest"],
      ],
      [
        ["restart", "2"],
        ["honest", "honest", "honest", "honest"],
      ],
      [
        ["silence", "1"],
        ["honest", "silent", "honest", "honest"],
      ],
      [
        ["equivocate", "3"],
        ["honest", "silent", "honest", "equivocating"],
      ],
      [
        ["withhold", "0", "1,2"],
        ["honest", "silent", "honest", "equivocating"],
      ],
      [
        ["withhold", "0"],
        ["honest", "silent", "honest", "equivocating"],
      ],
      [
        ["lag", "3", "40"],
        ["honest", "silent", "honest", "equivocating"],
      ],
      [
        ["partition", "0,1", "2,3"],
        ["honest", "silent", "honest", "equivocating"],
      ],
      [["heal"], ["honest", "honest", "honest", "honest"]],
    ];
    for (const [args, expected] of steps) {
      const { code, stderr } = await run("alpha", ...args);
      assert.equal(code, 0, stderr);
      assert.deepEqual(conditions(), expected, args.join(" "));
    }
    await run("alpha", "lag", "3", "40");
    const { stdout } = await run("alpha", "silence", "1");
    assert.match(stdout, /; node 1 is silent; node 3 is 40 ms late/);
    await run("alpha", "heal");
  });

  test("refuses other faults, values and nodes by name", async () => {
    const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [["explode", "1"], /'explode' is not a fault of nodes; choose crash, restart/],
      [["crash"], /crash is followed by 0 values, 1 to 1 are allowed/],
      [["lag", "1", "2", "3"], /lag is followed by 3 values/],
      [["crash", "one"], /'one' is not a whole number/],
      [["crash", "4"], /alpha has no node 4; it has nodes 0 to 3/],
      [["partition", "0,9"], /alpha has no node 9/],
    ];
    for (const [args, message] of refused) {
      const { code, stderr } = await run("alpha", ...args);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, message);
    }
    assert.deepEqual(new Set(conditions()), new Set(["honest"]));
  });
});
