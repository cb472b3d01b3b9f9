import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gasOf, itemsWithWeights } from "../../bench/native/weight-tables.ts";
import { expandSource } from "../../scripts/kernel-generator/expand-source.ts";
import { predeployFiles } from "../../scripts/kernel-generator/predeploys.ts";
import { kernelFiles } from "../../scripts/kernel-generator/kernel-file.ts";
import { requirePricedSteps, weighedSteps } from "../../scripts/kernel-generator/dear-steps.ts";
import { KERNEL_WEIGHTS } from "../../scripts/kernel-generator/native-weights.ts";

const root = join(import.meta.dirname, "..", "..");

test("the committed kernel and its protocol codes are what solc makes of their sources (npm run generate)", () => {
  for (const { path, content } of [...kernelFiles(root), ...predeployFiles(root)])
    assert.ok(readFileSync(join(root, path), "utf8") === content, `${path} is out of date: run npm run generate`);
});

test("a kernel whose weights let a step take more than 24 units a gas, and no price for them, is not generated", () => {
  requirePricedSteps(weighedSteps(KERNEL_WEIGHTS));
  // 24 units for each of 100 gas, and one more; a byte of code for which 2,600 gas do not reach; a bit of a power for which 500 do not.
  for (const [name, most] of [
    ["call", 2400],
    ["codeByte", 2],
    ["sload", 2400],
    ["powerBit", 200],
  ] as const) {
    const planted = { ...KERNEL_WEIGHTS, [name]: most + 1 };
    assert.throws(() => requirePricedSteps(weighedSteps(planted)), { name: "DearStepError", message: /units for/ }, name);
  }
});

test("nothing that is weighed costs more than 24 units for each gas of its frame", () => {
  const items = itemsWithWeights();
  assert.ok(items.length > 150, `${items.length} items`);
  // An item without gas is in the price of another one: an account's, a change's.
  for (const { item, units } of items.filter((each) => gasOf(each) > 0))
    assert.ok(units <= 24 * gasOf({ item, units }), `${item.name}: ${units} units for ${gasOf({ item, units })} gas`);
});

test("a privileged name that does not exist is an error", () => {
  for (const source of ["get.prise()", "machine.fly(1)", "store.nothing(1, 2)", "setFrame.colour(1)", "protocol.nothing()"]) {
    assert.throws(() => expandSource(source), { name: "KernelSourceError", message: /does not exist/ });
  }
});

test("privileged calls become verbatim bytes with their operands", () => {
  assert.equal(expandSource("set.transactionNumber(1)"), 'verbatim_1i_0o(hex"a101", 1)');
  assert.equal(expandSource("machine.run()"), 'verbatim_0i_1o(hex"b0")');
});
