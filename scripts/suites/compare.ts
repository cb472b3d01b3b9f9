import { differencesOf, explain, type Difference, type Outcomes, type Reason } from "./outcomes.ts";
import type { HardhatProject } from "./hardhat-project.ts";

/** Runs a project's tests on both networks, prints what differs, and tells whether each difference has a reason. */
export function compareOnBothNetworks(project: HardhatProject, reasons: readonly Reason[], isWhole: boolean): boolean {
  const differences: Difference[] = [];
  for (const [group, files] of project.groups) {
    const onHardhat = project.run("default", files);
    const onHyperchain = project.run("hyperchain", files);
    console.log(`${group}: ${summary(onHardhat)} on Hardhat's network, ${summary(onHyperchain)} on a hyperchain`);
    differences.push(...differencesOf(onHardhat, onHyperchain));
  }
  const { named, unnamed, unused } = explain(differences, reasons);
  for (const [{ tests, reason }, those] of named) console.log(`${those.length} under "${tests}" differ: ${reason}`);
  for (const { title, onHardhat, onHyperchain, message } of unnamed)
    console.log(
      `DIFFERS: ${title}: ${onHardhat} on Hardhat's network, ${onHyperchain} on a hyperchain: ${message.slice(0, 500)}`,
    );
  // Of a part of the tests, reasons of others are not missed.
  const outdated = isWhole ? unused : [];
  for (const { tests } of outdated) console.log(`OUTDATED: no test under "${tests}" still differs; remove its reason`);
  console.log(`${unnamed.length} tests differ without a named reason`);
  return unnamed.length + outdated.length === 0;
}

function summary(outcomes: Outcomes): string {
  const count = (wanted: string): number => [...outcomes.values()].filter(({ outcome }) => outcome === wanted).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("pending")} pending`;
}
