import type { BaseWallet } from "ethers";
import type { Chain } from "../../../chain/chain.ts";
import { CREATEX, SINGLETONS } from "../../../chain/predeploys/singleton-addresses.ts";
import { signTransaction } from "../../../chain/rpc/accounts/signed-transaction.ts";
import { isQueueAlone } from "../../options/plan.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { ACCOUNT_NUMBERS, type DevelopmentAccounts } from "../accounts/accounts.ts";
import type { CreateXCreation } from "../project-contracts/create-x.ts";
import type { EntryPointCreation } from "../project-contracts/entry-point.ts";
import type { ProjectContracts } from "../project-contracts/project-contracts.ts";
import { payOnChain } from "./funding.ts";
import type { ServedChain } from "./served-chain.ts";

/** Gas of the EntryPoint's creation, which takes 5.0 million. */
const CREATION_GAS = 7_000_000n;

/**
 * Creates contracts that running chains lack, by transactions, so that all readers replay them. A chain stays without if its
 * order is L1's queue alone, or if its lists or prices refuse the transaction.
 */
export async function putOnChains(
  chains: readonly ServedChain[],
  contracts: ProjectContracts,
  accounts: DevelopmentAccounts,
): Promise<void> {
  for (const chain of chains) {
    if (!chain.runSwitch.isRunning || isQueueAlone(chain.plan)) continue;
    const { createX, entryPoint } = contracts;
    if (entryPoint !== undefined) {
      await createEntryPoint(chain.pipeline.chain, entryPoint, accounts.wallet(ACCOUNT_NUMBERS.firstOperator + chain.plan.place));
    }
    if (createX !== undefined) await createCreateX(chain, createX);
  }
}

/** The operator creates it: no list and no price applies to its transactions. */
async function createEntryPoint(chain: Chain, { address, data }: EntryPointCreation, operator: BaseWallet): Promise<void> {
  if (await hasCode(chain, address)) return;
  const from = operator.address.toLowerCase() as Hex;
  const { chainId, mempool, engine } = chain;
  const nonce = mempool.nextNonce(from) ?? (await engine.state("now").account(from)).nonce;
  const request = {
    from,
    to: SINGLETONS.create2Deployer,
    data,
    maxFeePerGas: hexQuantity(mempool.minGasPriceWei),
    maxPriorityFeePerGas: "0x0",
  };
  const defaults = { chainId: BigInt(chainId), nonce, gas: CREATION_GAS, gasPriceWei: 0n, leastPaidWei: 0n };
  await include(chain, signTransaction(request, operator, defaults));
}

async function createCreateX(
  served: ServedChain,
  { raw, sender, initCode, gasPriceWei, costWei }: CreateXCreation,
): Promise<void> {
  const { chain } = served.pipeline;
  const isPaid = gasPriceWei >= chain.mempool.leastPaidWei && gasPriceWei >= chain.mempool.minGasPriceWei;
  const isAllowed = chain.admission.refusal({ from: sender, to: undefined, data: initCode }) === undefined;
  if (!isPaid || !isAllowed || (await hasCode(chain, CREATEX))) return;
  if ((await chain.engine.state("now").account(sender)).balanceWei < costWei) {
    await payOnChain(served, { recipients: [sender], valueWei: costWei });
    await served.pipeline.pollL1();
  }
  await include(chain, raw);
}

/** The transaction is in a block afterwards, also if blocks come by interval or on demand. */
async function include(chain: Chain, raw: Hex): Promise<void> {
  await chain.submit(raw);
  if (chain.mempool.hasReady) await chain.sequencer.mine();
}

async function hasCode(chain: Chain, address: Hex): Promise<boolean> {
  return (await chain.engine.state("now").code(address)) !== "0x";
}
