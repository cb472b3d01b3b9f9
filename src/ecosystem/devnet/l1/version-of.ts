import { noProofVersionOf } from "../../../ground/protocol/no-proof.ts";
import { PROVEN_VERSION } from "../../../ground/protocol/protocol-version.ts";
import type { ChainExecution } from "../../options/fields/proving.ts";
import { DevnetOptionsError } from "../described/options.ts";
import type { Layer, LayerVersion } from "../deployment/layer.ts";

/** Versions with an aggregator whose proofs or markers this software makes. */
const PROVEN_VERSIONS: readonly bigint[] = [PROVEN_VERSION, noProofVersionOf(PROVEN_VERSION)];

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
  if (execution === "trusted" || PROVEN_VERSIONS.includes(protocolVersion)) return version;
  throw new DevnetOptionsError(
    "BadOptions",
    `execution: the contracts of ${addresses.factory} check proofs of version ${protocolVersion}, and this software makes those of ${PROVEN_VERSION}; run the software that they were deployed with, or begin with a new ecosystem`,
  );
}
