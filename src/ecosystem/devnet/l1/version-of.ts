import { siblingVersion } from "../../../ground/protocol/version-modes.ts";
import type { ChainExecution } from "../../options/fields/proving.ts";
import { DevnetOptionsError } from "../described/options.ts";
import type { Layer, LayerVersion } from "../deployment/layer.ts";

/** Version in force of chains with this execution. Throws DevnetOptionsError if the layer has none. */
export function versionOf(
  { versions, addresses }: Pick<Layer, "versions" | "addresses">,
  execution: ChainExecution,
): LayerVersion {
  const version = versions[execution];
  if (version === undefined)
    throw new DevnetOptionsError(
      "BadOptions",
      `execution: the contracts of ${addresses.factory} have no version of ${execution} chains; settle the chain on another layer, or begin with a new ecosystem`,
    );
  const { protocolVersion } = version;
  const made = siblingVersion(protocolVersion, "proven");
  if (execution === "trusted" || protocolVersion === made) return version;
  throw new DevnetOptionsError(
    "BadOptions",
    `execution: the contracts of ${addresses.factory} check proofs of version ${protocolVersion}, and this software makes those of ${made}; run the software that they were deployed with, or begin with a new ecosystem`,
  );
}
