import { Interface } from "ethers";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { versionInWords } from "../../../ground/protocol/protocol-version.ts";
import { governor as governorInterface, timelock as timelockInterface } from "../sending/contract-interfaces.ts";
import type { PlannedCall } from "../keystore/plan.ts";
import { addressIn } from "./read-view.ts";
import type { VersionContent } from "./upgrade.ts";

/** Acts of governance on the registry of protocol versions. */
export type RegistryAct =
  | { readonly type: "addVersion"; readonly version: bigint; readonly content: VersionContent }
  /** Ends a version, with the registry's notice. */
  | { readonly type: "retire"; readonly version: bigint }
  /** Ends a frozen version at once, where the council approves of the same; replacement 0 for none. */
  | { readonly type: "halt"; readonly version: bigint; readonly replacement: bigint }
  /** Names the next council, with the registry's notice. */
  | { readonly type: "council"; readonly next: Hex };

const registry = new Interface(verifierRegistryAbi);

/** The call by which governance does it. */
export function callOfAct(verifiers: Hex, act: RegistryAct): PlannedCall {
  return { to: verifiers, value: 0n, data: dataOf(act) as Hex };
}

function dataOf(act: RegistryAct): string {
  switch (act.type) {
    case "addVersion":
      return registry.encodeFunctionData("addVersion", [act.version, act.content]);
    case "retire":
      return registry.encodeFunctionData("scheduleRetirement", [act.version]);
    case "halt":
      return registry.encodeFunctionData("halt", [act.version, act.replacement]);
    case "council":
      return registry.encodeFunctionData("scheduleCouncil", [act.next]);
  }
}

/** Description of a governance call for voters: a sentence for a known function, else the call's data. */
export function callInWords(verifiers: Hex, { to, value, data }: PlannedCall): string {
  const known = value === 0n ? (to === verifiers ? registryCall(data) : undefined) : undefined;
  if (known !== undefined) return known;
  const described =
    value === 0n ? (governorInterface.parseTransaction({ data }) ?? timelockInterface.parseTransaction({ data })) : null;
  const call = described === null ? data : `${described.name}(${described.args.map(String).join(", ")})`;
  return `calls ${to}: ${call}${value === 0n ? "" : `, with ${value} wei`}`;
}

function registryCall(data: Hex): string | undefined {
  const call = registry.parseTransaction({ data });
  if (call === null) return undefined;
  const [first, second] = call.args;
  switch (call.name) {
    case "addVersion":
      return `adds version ${versionInWords(first)} with the verifier ${addressIn((second as VersionContent).verifier)}`;
    case "scheduleRetirement":
      return `ends version ${versionInWords(first)}, with the registry's notice`;
    case "halt":
      return `halts version ${versionInWords(first)} for good, ${second === 0n ? "with no replacement" : `with version ${versionInWords(second)} in its place`}`;
    case "scheduleCouncil":
      return `names ${addressIn(first)} as the next council, with the registry's notice`;
    default:
      return undefined;
  }
}
