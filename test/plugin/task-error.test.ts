import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { HardhatPluginError } from "hardhat/plugins";
import { ClientError } from "../../src/ecosystem/client/ecosystem/client-error.ts";
import { UnknownChainError } from "../../src/ecosystem/devnet/chains/unknown-chain.ts";
import { DeploymentError } from "../../src/ecosystem/devnet/deployment/deploy-layer.ts";
import { DevnetOptionsError } from "../../src/ecosystem/devnet/described/options.ts";
import { EcosystemClosedError } from "../../src/ecosystem/devnet/shutdown-guard.ts";
import { PortInUseError } from "../../src/chain/node/serving/listening.ts";
import { JsonRpcError } from "../../src/tool/plugin/discovery/json-rpc.ts";
import { explained } from "../../src/tool/plugin/tasks/session/task-error.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("an error that ends a task", () => {
  const errors = [
    new PortInUseError("L1", { host: "127.0.0.1", port: 8545 }),
    new DevnetOptionsError("BadOptions", "chains: is empty"),
    new DeploymentError("factory", "it reverted"),
    new UnknownChainError("x", []),
    new ClientError("ZeroAmount", "the amount is 0"),
    new JsonRpcError(-32000, "refused", undefined),
    new EcosystemClosedError(),
  ];
  for (const error of errors)
    test(`${error.name} is reported by its message, and remains as the cause`, () => {
      const told = explained(error);
      assert.ok(HardhatPluginError.isHardhatPluginError(told));
      assert.equal(told.message, error.message);
      assert.equal(told.cause, error);
    });

  test("any other one keeps its stack trace", () => {
    const fault = new RangeError("index 5 of 4");
    assert.equal(explained(fault), fault);
  });
});

test("every error class that a user may meet extends HyperchainError", () => {
  const rooms = "{client,devnet,node,options,plugin,settlement-layer}";
  // EIP-1193 says what the first is; the others are caught where they are thrown.
  const others = new Set(["ProviderRpcError", "InnerHandlersDone", "Stopped"]);
  const plain = globSync(`src/${rooms}/**/*.ts`, { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/class (\w+) extends Error\b/g)].map(
      ([, name = ""]) => `${file}: ${name}`,
    ),
  );
  assert.deepEqual(
    plain.filter((each) => !others.has(each.split(": ")[1] ?? "")),
    [],
  );
});
