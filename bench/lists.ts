import { ALICE, ETHER, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../test/flow/support/devnet.ts";
import { bridgedTokenAddress } from "../src/ground/protocol/holding.ts";
import {
  COIN,
  measureListCosts,
  measureSentCosts,
  tokenOfL1,
  type ListedAsset,
  type TransferCosts,
} from "../test/flow/support/list-costs.ts";
import { depositTestToken } from "../test/flow/support/tokens.ts";

export interface ListsBenchOptions {
  readonly json: boolean;
  /** Transfers of a batch. */
  readonly transfers: number;
}

/** Number of transfers, each with a separate delivery. */
const SENT = 10;

/** Compares pubdata and gas of transfers in lists with those of plain transfers. bench/README.md defines each figure. */
export async function benchLists({ json, transfers }: ListsBenchOptions): Promise<void> {
  const options = { relayer: true, fundedAccounts: [ALICE, RELAYER], fundingWei: 20n * ETHER, ...UNPROVEN };
  const devnet = await startFlowDevnet([271n, 272n], options);
  try {
    for (const asset of ["ETH", "ERC-20"] as const) {
      const listed = asset === "ETH" ? COIN : await createTokenOfL1(devnet);
      const costs = {
        ...(await measureListCosts(devnet, transfers, listed)),
        ...(await measureSentCosts(devnet, SENT, listed)),
      };
      const ratios = {
        bytes: costs.listedToNew.bytes / costs.plainToNew.bytes,
        gas: costs.listedToHolders.gas / costs.plainToHolders.gas,
        toHolders: {
          listed: ratiosOf(costs.listedToHolders, costs.plainToHolders),
          sent: ratiosOf(costs.sentToHolders, costs.plainToHolders),
        },
      };
      const result = { asset, transfers, ...costs, ratios };
      console.log(json ? JSON.stringify(result) : result);
    }
  } finally {
    await devnet.close();
  }
}

/** Ratio of each figure to that of a plain transfer. */
function ratiosOf(costs: TransferCosts, plain: TransferCosts): TransferCosts {
  return { bytes: costs.bytes / plain.bytes, gas: costs.gas / plain.gas, feeWei: costs.feeWei / plain.feeWei };
}

async function createTokenOfL1(devnet: FlowDevnet): Promise<ListedAsset> {
  const token = await depositTestToken(devnet, 271n, ALICE, 1000n * ETHER);
  return tokenOfL1(bridgedTokenAddress(devnet.l1.chainId, token));
}
