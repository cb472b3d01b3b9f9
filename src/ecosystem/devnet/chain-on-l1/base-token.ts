import { Interface, type Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ETH_BASE_TOKEN } from "../../../ground/protocol/base-token.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import { DevnetOptionsError, type BaseTokenOption } from "../described/options.ts";

/** Token in which a chain's gas is paid. */
export interface BaseToken {
  /** ERC-20 on L1; ETH_BASE_TOKEN is ETH. */
  readonly l1Address: Hex;
  readonly symbol: string;
}

const erc20 = new Interface(["function symbol() view returns (string)"]);
/** Supply of a token that is created for a chain; all of it is the deployer's. */
const SUPPLY = 10n ** 36n;

/**
 * The token that an option means; one that is only described is deployed. Rejects with DevnetOptionsError where there is
 * none.
 */
export async function resolveBaseToken(
  option: BaseTokenOption,
  field: string,
  signer: Signer,
  artifacts: ArtifactSource,
): Promise<BaseToken> {
  if (typeof option !== "string") {
    const { name, symbol } = option;
    const args = [name, symbol, await signer.getAddress(), SUPPLY];
    return { l1Address: await deployContract("DevelopmentToken", args, { operator: signer, artifacts }), symbol };
  }
  if (BigInt(option) === BigInt(ETH_BASE_TOKEN)) return { l1Address: ETH_BASE_TOKEN, symbol: "ETH" };
  try {
    const answer = await signer.call({ to: option, data: erc20.encodeFunctionData("symbol") });
    return { l1Address: option, symbol: String(erc20.decodeFunctionResult("symbol", answer)[0]) };
  } catch (error) {
    throw new DevnetOptionsError(
      "BadOptions",
      `${field}: there is no ERC-20 with a symbol at ${option} on L1; describe one by name and symbol to have it deployed`,
      { cause: error },
    );
  }
}
