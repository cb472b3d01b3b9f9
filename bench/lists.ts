import { ALICE, ETHER, RELAYER, startFlowDevnet, UNPROVEN } from "../test/flow/support/devnet.ts";
import { measureListCosts } from "../test/flow/support/list-costs.ts";

export interface ListsBenchOptions {
  readonly json: boolean;
  /** Transfers of a batch. */
  readonly transfers: number;
}

/** Bytes of pubdata and gas of transfers in lists beside plain ones; bench/README.md says what each figure is. */
export async function benchLists({ json, transfers }: ListsBenchOptions): Promise<void> {
  const options = { relayer: true, fundedAccounts: [ALICE, RELAYER], fundingWei: 20n * ETHER, ...UNPROVEN };
  const devnet = await startFlowDevnet([271n, 272n], options);
  try {
    const costs = await measureListCosts(devnet, transfers);
    const ratios = {
      bytes: costs.listedToNew.bytes / costs.plainToNew.bytes,
      gas: costs.listedToHolders.gas / costs.plainToHolders.gas,
    };
    const result = { transfers, ...costs, ratios };
    console.log(json ? JSON.stringify(result) : result);
  } finally {
    await devnet.close();
  }
}
